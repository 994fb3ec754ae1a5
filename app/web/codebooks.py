"""A program's codebook: its themes, one by one or as a CSV file."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import themes
from app.domain.errors import Conflict, Invalid
from app.domain.program_parts import part
from app.domain.wording import count
from app.extensions import db
from app.models import Program, Theme
from app.web.access import EDITORS, allow
from app.web.forms import lines, refused, text
from app.web.programs import program_of

blueprint = Blueprint("codebooks", __name__, url_prefix="/settings/programs/<program_id>/codebook")

PAGE = "programs/codebook.html"


@blueprint.get("")
@allow(*EDITORS)
def show(program_id: str) -> ResponseReturnValue:
    return render_template(PAGE, typed={}, program=program_of(program_id))


@blueprint.post("")
@allow(*EDITORS)
def add(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    try:
        themes.add(program, text("name"), text("description"), lines("examples"))
    except Invalid as error:
        return refused(PAGE, error, values=lambda: {"program": program, "adding": True})
    return _saved(program)


@blueprint.post("/<theme_id>")
@allow(*EDITORS)
def change(program_id: str, theme_id: str) -> ResponseReturnValue:
    """Writes a theme anew, or switches it off (`deactivate`) or on (`activate`)."""
    program = program_of(program_id)
    theme = part(Theme, theme_id, program)
    try:
        if "deactivate" in request.form:
            themes.deactivate(program, theme)
        elif "activate" in request.form:
            themes.activate(theme)
        else:
            themes.change(program, theme, text("name"), text("description"), lines("examples"))
    except (Invalid, Conflict) as error:
        return refused(PAGE, error, values=lambda: {"program": program, "editing": theme_id})
    return _saved(program)


@blueprint.get("/codebook.csv")
@allow(*EDITORS)
def download(program_id: str) -> ResponseReturnValue:
    response = Response(themes.write_csv(program_of(program_id)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="codebook.csv"'
    return response


@blueprint.post("/file")
@allow(*EDITORS)
def upload(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("Choose a CSV file first.")
        taken = themes.read_csv(program, file.stream.read(themes.LARGEST_FILE + 1))
    except Invalid as error:
        return refused(PAGE, error, {}, lambda: {"program": program})
    flash(_said(taken), "info")
    return _saved(program)


def _said(taken: themes.Taken) -> str:
    """`3 new themes, 2 changed, 1 switched off.`"""
    off = f", {taken.off:,} switched off" if taken.off else ""
    return f"{count(taken.new, 'new theme')}, {taken.changed:,} changed{off}."


def _saved(program: Program) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("codebooks.show", program_id=program.id), 303)
