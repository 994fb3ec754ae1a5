"""A program's journey, its questions and its consent text."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import program_parts as parts
from app.domain import programs
from app.domain.errors import Conflict, Invalid
from app.domain.program_parts import part
from app.extensions import db
from app.models import Field, Program, Prompt, Touchpoint
from app.web.access import EDITORS, allow
from app.web.forms import lines, refused, text
from app.web.programs import program_of

blueprint = Blueprint("program_parts", __name__, url_prefix="/settings/programs/<program_id>")

JOURNEY, QUESTIONS, CONSENT = (
    "programs/journey.html",
    "programs/questions.html",
    "programs/consent.html",
)


@blueprint.get("/journey")
@allow(*EDITORS)
def journey(program_id: str) -> ResponseReturnValue:
    return render_template(JOURNEY, program=program_of(program_id), typed={})


@blueprint.post("/journey")
@allow(*EDITORS)
def add_touchpoint(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    return _do(
        program, JOURNEY, lambda: parts.add_touchpoint(program, text("name"), text("description"))
    )


@blueprint.post("/journey/<row_id>")
@allow(*EDITORS)
def change_touchpoint(program_id: str, row_id: str) -> ResponseReturnValue:
    """Renames, moves (`move=up|down`) or deletes (`delete`) one touchpoint."""
    program = program_of(program_id)
    row = part(Touchpoint, row_id, program)

    def change() -> None:
        if "move" in request.form:
            parts.move(program.touchpoints, row, _places())
        elif "delete" in request.form:
            parts.delete_touchpoint(program, row)
        else:
            parts.change_touchpoint(program, row, text("name"), text("description"))

    return _do(program, JOURNEY, change, row_id)


@blueprint.get("/questions")
@allow(*EDITORS)
def questions(program_id: str) -> ResponseReturnValue:
    return render_template(QUESTIONS, program=program_of(program_id), typed={})


@blueprint.post("/prompts")
@allow(*EDITORS)
def add_prompt(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    return _do(program, QUESTIONS, lambda: parts.add_prompt(program, text("text"), text("hint")))


@blueprint.post("/prompts/<row_id>")
@allow(*EDITORS)
def change_prompt(program_id: str, row_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    row = part(Prompt, row_id, program)

    def change() -> None:
        if "move" in request.form:
            parts.move(program.prompts, row, _places())
        elif "delete" in request.form:
            parts.delete_prompt(program, row)
        else:
            parts.change_prompt(program, row, text("text"), text("hint"))

    return _do(program, QUESTIONS, change, row_id)


@blueprint.post("/fields")
@allow(*EDITORS)
def add_field(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    return _do(
        program, QUESTIONS, lambda: parts.add_field(program, text("label"), lines("choices"))
    )


@blueprint.post("/fields/<row_id>")
@allow(*EDITORS)
def change_field(program_id: str, row_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    row = part(Field, row_id, program)

    def change() -> None:
        if "move" in request.form:
            parts.move(program.fields, row, _places())
        elif "delete" in request.form:
            parts.delete_field(program, row)
        else:
            parts.change_field(program, row, text("label"), lines("choices"))

    return _do(program, QUESTIONS, change, row_id)


@blueprint.get("/consent")
@allow(*EDITORS)
def consent(program_id: str) -> ResponseReturnValue:
    return render_template(CONSENT, program=program_of(program_id), typed={})


@blueprint.post("/consent")
@allow(*EDITORS)
def write_consent(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    before = len(program.consent_texts)
    try:
        text_now = programs.write_consent(program, text("text"), request.form.getlist("purposes"))
    except Invalid as error:
        return refused(CONSENT, error, values=lambda: {"program": program})
    db.session.commit()
    changed = len(program.consent_texts) > before
    said = f"Version {text_now.version} is in force now." if changed else "Nothing had changed."
    flash(said, "info")
    return redirect(url_for("program_parts.consent", program_id=program.id), 303)


def _do(
    program: Program, template: str, verb: Callable[[], object], editing: str = ""
) -> ResponseReturnValue:
    """Saves and comes back to the page, or shows it with the sentence and what was typed."""
    try:
        verb()
    except (Invalid, Conflict) as error:
        return refused(
            template,
            error,
            values=lambda: {"program": program, "editing": editing, "endpoint": request.endpoint},
        )
    db.session.commit()
    page = "journey" if template == JOURNEY else "questions"
    return redirect(url_for(f"program_parts.{page}", program_id=program.id), 303)


def _places() -> int:
    return -1 if request.form["move"] == "up" else 1
