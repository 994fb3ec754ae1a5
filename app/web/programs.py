"""Programs: the list, a new one, its links, its description, closing and opening again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import runtime
from app.domain import invitations, programs
from app.domain.clerk import owned
from app.domain.errors import Conflict, Invalid
from app.domain.program_parts import part
from app.domain.programs import Description
from app.extensions import db
from app.models import Invitation, Program
from app.web import forms
from app.web.access import EDITORS, STAFF, allow, me
from app.web.forms import refused, text

blueprint = Blueprint("programs", __name__, url_prefix="/settings/programs")

NEW, SHOW, DESCRIBE = "programs/new.html", "programs/show.html", "programs/describe.html"
SCORE_WORDS = (
    ("", "No score"),
    ("nps", "NPS: how likely to recommend, 0 to 10"),
    ("csat", "CSAT: how satisfied, 1 to 5"),
    ("ces", "CES: how easy, 1 to 7"),
)
LANGUAGES = (
    ("en", "English"),
    ("es", "Spanish"),
    ("ar", "Arabic"),
    ("zh", "Chinese"),
    ("nl", "Dutch"),
    ("fr", "French"),
    ("de", "German"),
    ("hi", "Hindi"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ko", "Korean"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ru", "Russian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
)


@blueprint.get("")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    return render_template(
        "programs/index.html",
        programs=programs.of(me().workspace_id),
        voices=programs.voices(me().workspace_id),
        editor=me().role in EDITORS,
    )


@blueprint.get("/new")
@allow(*EDITORS)
def new() -> ResponseReturnValue:
    return render_template(NEW, typed={"score_kind": "nps", "max_seconds": 180}, **_choices())


@blueprint.post("")
@allow(*EDITORS)
def create() -> ResponseReturnValue:
    try:
        program = programs.create(me().workspace, _description())
    except Invalid as error:
        return refused(NEW, error, values=_choices)
    db.session.commit()
    flash("The program is open: its link can be sent out now.", "info")
    return redirect(url_for("programs.show", program_id=program.id), 303)


@blueprint.get("/<program_id>")
@allow(*STAFF)
def show(program_id: str) -> ResponseReturnValue:
    return render_template(SHOW, typed={}, **_links(program_of(program_id)))


@blueprint.get("/<program_id>/describe")
@allow(*EDITORS)
def describe(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    return render_template(DESCRIBE, typed=program, program=program, **_choices())


@blueprint.post("/<program_id>/describe")
@allow(*EDITORS)
def save_description(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    try:
        programs.describe(program, _description())
    except Invalid as error:
        return refused(DESCRIBE, error, values=lambda: {"program": program, **_choices()})
    db.session.commit()
    flash("Saved.", "info")
    return redirect(url_for("programs.describe", program_id=program.id), 303)


@blueprint.post("/<program_id>/close")
@allow(*EDITORS)
def close(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    programs.close(program)
    db.session.commit()
    flash("The program is closed. What was given stays.", "info")
    return redirect(url_for("programs.show", program_id=program.id), 303)


@blueprint.post("/<program_id>/reopen")
@allow(*EDITORS)
def reopen(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    programs.reopen(program)
    db.session.commit()
    return redirect(url_for("programs.show", program_id=program.id), 303)


@blueprint.post("/<program_id>/links")
@allow(*EDITORS)
def open_link(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    try:
        programs.open_invitation(
            program,
            name=text("name"),
            touchpoint_id=forms.optional("touchpoint"),
            closes_at=forms.end_of_day("closes_on", "The closing date"),
            quota=forms.optional_number("quota", "The number of voices"),
        )
    except Invalid as error:
        return refused(SHOW, error, values=lambda: _links(program))
    db.session.commit()
    return redirect(url_for("programs.show", program_id=program.id), 303)


@blueprint.post("/<program_id>/links/<invitation_id>/close")
@allow(*EDITORS)
def close_link(program_id: str, invitation_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    invitations.close(part(Invitation, invitation_id, program))
    db.session.commit()
    return redirect(url_for("programs.show", program_id=program.id), 303)


@blueprint.post("/<program_id>/links/<invitation_id>/reopen")
@allow(*EDITORS)
def reopen_link(program_id: str, invitation_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    try:
        invitations.reopen(part(Invitation, invitation_id, program))
    except Conflict as error:
        return refused(SHOW, error, {}, lambda: _links(program))
    db.session.commit()
    return redirect(url_for("programs.show", program_id=program.id), 303)


def program_of(program_id: str) -> Program:
    """The member's own workspace's program, or NotFound."""
    return owned(Program, program_id, me().workspace_id)


def _description() -> Description:
    return Description(
        name=text("name"),
        question=text("question"),
        intro=text("intro"),
        language=text("language"),
        score_kind=forms.optional("score_kind"),
        max_seconds=forms.number("max_seconds", "The longest answer"),
        contact_phone=text("contact_phone"),
        contact_email=text("contact_email"),
        vocabulary=text("vocabulary"),
    )


def _choices() -> dict[str, object]:
    return {
        "scores": SCORE_WORDS,
        "spoken": LANGUAGES,
        "longest": runtime.settings().max_duration,
    }


def _links(program: Program) -> dict[str, object]:
    return {
        "program": program,
        "links": [(each, invitations.state_of(each)) for each in invitations.of(program)],
        "base_url": runtime.settings().base_url,
        "editor": me().role in EDITORS,
        "voices": programs.voices(me().workspace_id).get(program.id, 0),
    }
