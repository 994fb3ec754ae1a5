"""How right the machine is, as it was measured: what every mention of confidence leads to."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from app.domain import accuracy
from app.web.access import STAFF, allow

blueprint = Blueprint("accuracy", __name__)


@blueprint.get("/accuracy")
@allow(*STAFF)
def show() -> ResponseReturnValue:
    return render_template("accuracy/show.html", report=accuracy.read(accuracy.PAGE))
