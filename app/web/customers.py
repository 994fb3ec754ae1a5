"""What all customer pages share: their language, their errors, their reticence."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app import runtime
from app.domain import details
from app.domain.errors import HeardError
from app.domain.wording import mark
from app.extensions import db
from app.models import Program, Workspace
from app.web import errors
from app.web.statuses import STATUSES

# What the rest of the house says, for the translators.
OTHERS = (
    mark("There is nothing at this address."),
    mark("That request could not be understood."),
    mark("That can't be done at this address."),
    mark("That was a lot at once. Please wait a minute and try again."),
    mark("This is larger than what can be taken here."),
    mark("This page was open for too long. Go back, reload it and try again."),
    mark("Something went wrong on our side. Nothing you sent has been lost."),
)


def furnish(blueprint: Blueprint) -> None:
    """Makes a blueprint's pages customer pages. `g.program`, once set, gives them a face."""
    blueprint.before_request(_speak)
    blueprint.register_error_handler(HeardError, _refused)
    blueprint.register_error_handler(CSRFError, _stale)
    blueprint.register_error_handler(HTTPException, _odd)
    blueprint.context_processor(_face)


def reachable() -> tuple[str, str]:
    """Contact and note from the form that asks for a person. Raises Invalid for a long note."""
    return request.form.get("contact", ""), details.plain(request.form.get("note", ""), 2000)


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
    brand = workspace.name if workspace else "Heard"
    return {"program": program, "brand": brand, "most_bytes": runtime.settings().max_upload}


def _refused(error: HeardError) -> ResponseReturnValue:
    return _answer(status_of(error), say(error))


def _stale(_error: CSRFError) -> ResponseReturnValue:
    return _answer(403, gettext(OTHERS[5]))


def _odd(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    code = error.code or 500
    return _answer(code, gettext(errors.SENTENCES.get(code, OTHERS[1])))


def _answer(status: int, sentence: str) -> ResponseReturnValue:
    program_id = g.program.id if g.get("program") else None
    db.session.rollback()
    g.program = db.session.get(Program, program_id) if program_id else None
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
