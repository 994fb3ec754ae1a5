"""What a load balancer and `./heard doctor` ask."""

from __future__ import annotations

import json

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app import runtime
from app.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ok", sandbox=_sandbox())


def _sandbox() -> dict[str, bool] | None:
    """Each layer around ffmpeg and whether it is active; None where no media worker has started
    with this data folder."""
    try:
        layers: dict[str, bool] = json.loads(runtime.settings().sandbox_note.read_text())
    except FileNotFoundError:
        return None
    return layers
