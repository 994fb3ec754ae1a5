"""What a load balancer and `./heard doctor` ask."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from app import boxes, runtime
from app.extensions import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    """Well while the web and its database are. `sandbox`: each layer around ffmpeg, and whether
    every media worker that told of late has it; null where none has."""
    db.session.execute(text("SELECT 1"))
    layers = boxes.found(runtime.settings())
    missing = [name for name, active in (layers or {}).items() if not active]
    return jsonify(status="ok", sandbox=layers, sandbox_missing=missing)
