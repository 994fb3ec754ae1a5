"""What all customer pages share: their language, their errors, their reticence."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain.errors import HeardError
from app.extensions import db
from app.models import Program, Workspace
from app.web import errors
from app.web.uploads import STATUSES


def furnish(blueprint: Blueprint) -> None:
    """Makes a blueprint's pages customer pages. `g.program`, once set, gives them a face."""
    blueprint.before_request(_speak)
    blueprint.register_error_handler(HeardError, _refused)
    blueprint.context_processor(_face)


def no_trace(response: Response) -> Response:
    """For addresses that hold a token: told to no other site, found by no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Cache-Control"] = "no-store"
    return response


def _speak() -> None:
    g.customer_page = True


def _face() -> dict[str, object]:
    program: Program | None = g.get("program")
    workspace = db.session.get(Workspace, program.workspace_id) if program else None
    return {"program": program, "brand": workspace.name if workspace else "Heard"}


def _refused(error: HeardError) -> ResponseReturnValue:
    program_id = g.program.id if g.get("program") else None
    db.session.rollback()
    g.program = db.session.get(Program, program_id) if program_id else None
    status, sentence = status_of(error), say(error)
    if errors.wants_json():
        return errors.answer(status, sentence)
    page = render_template("capture/refused.html", status=status, sentence=sentence)
    return page, status


def status_of(error: HeardError) -> int:
    return STATUSES.get(type(error), 422)


def say(error: HeardError) -> str:
    """The sentence in the customer's language."""
    said: str = gettext(error.sentence)
    return said
