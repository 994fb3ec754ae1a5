"""The workspace's own name, which customers see above each page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import members
from app.extensions import db
from app.web.access import allow, me

blueprint = Blueprint("workspace", __name__)


@blueprint.post("/settings/workspace")
@allow("owner")
def rename() -> ResponseReturnValue:
    members.rename(me().workspace, request.form.get("name", ""))
    db.session.commit()
    flash("Customers see the new name from now on.", "info")
    return redirect(url_for("settings.home"), 303)
