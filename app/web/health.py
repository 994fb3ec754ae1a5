"""What a load balancer, a monitor and `./heard doctor` ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from flask_login import current_user
from sqlalchemy import text

from app import boxes, runtime
from app.domain import vitals
from app.domain.vitals import looking
from app.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 while the web and its database answer. `status`: "degraded" while work is left lying,
    which another web process would not mend. `sandbox`: each layer around ffmpeg, and whether every
    media worker that told of late has it; null where none has. What the trouble is, members of the
    team are told."""
    db.session.execute(text("SELECT 1"))
    seen = looking.look(db.session, runtime.settings().redis_url)
    troubles = vitals.troubles(seen)
    layers = boxes.found(runtime.settings())
    said: dict[str, Any] = {
        "status": "degraded" if troubles else "ok",
        "sandbox": layers,
        "sandbox_missing": [name for name, active in (layers or {}).items() if not active],
    }
    if current_user.is_authenticated:
        said |= _details(seen, troubles)
    answer = jsonify(said)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _details(seen: vitals.Vitals, troubles: list[str]) -> dict[str, Any]:
    """Times in seconds."""
    return {
        "troubles": troubles,
        "workers": seen.workers,
        "waiting": {queue: round(seconds, 1) for queue, seconds in seen.waiting_s.items()},
        "clock": None if seen.clock_s is None else round(seen.clock_s, 1),
    }
