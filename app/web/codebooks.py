"""A program's codebook: its themes, one by one or as a CSV file."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.codebook import (
    changes,
    colours,
    entries,
    family,
    files,
    hearing,
    outlines,
    proposals,
    themes,
    versions,
)
from app.domain.errors import Conflict, Invalid
from app.domain.program_parts import part
from app.extensions import db
from app.models import CodebookChange, Program, Theme
from app.web.access import EDITORS, allow, me
from app.web.forms import lines, optional, refused, text
from app.web.programs import program_of

blueprint = Blueprint("codebooks", __name__, url_prefix="/settings/programs/<program_id>/codebook")

PAGE, THEME = "codebook/list.html", "codebook/theme.html"
SAME = "This file says what the codebook says already. Nothing would change."


@blueprint.get("")
@allow(*EDITORS)
def show(program_id: str) -> ResponseReturnValue:
    """With the words of a plan for a new theme in the form, where the address names it."""
    program = program_of(program_id)
    typed = _planned(program, changes.ADD)
    return render_template(PAGE, typed=typed, adding=bool(typed), **shown(program))


@blueprint.post("")
@allow(*EDITORS)
def add(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    try:
        planned = themes.plan_add(
            program,
            text("name"),
            text("description"),
            lines("examples"),
            parent_id=optional("parent"),
            colour=text("colour"),
            member=me(),
        )
    except (Invalid, Conflict) as error:
        return refused(PAGE, error, values=lambda: {**shown(program), "adding": True})
    return to_change(planned) if planned is not None else _saved(program)


@blueprint.get("/<theme_id>")
@allow(*EDITORS)
def edit(program_id: str, theme_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    theme = theme_of(program, theme_id)
    typed = _planned(program, changes.EDIT, theme.id)
    return render_template(THEME, typed=typed, **_one(program, theme))


@blueprint.post("/<theme_id>")
@allow(*EDITORS)
def change(program_id: str, theme_id: str) -> ResponseReturnValue:
    """Writes a theme anew, or switches it off (`deactivate`) or on (`activate`)."""
    program = program_of(program_id)
    theme = theme_of(program, theme_id)
    planned = None
    try:
        if "deactivate" in request.form:
            themes.deactivate(program, theme)
        elif "activate" in request.form:
            themes.activate(program, theme)
        else:
            planned = themes.change(
                program,
                theme,
                text("name"),
                text("description"),
                lines("examples"),
                parent_id=optional("parent"),
                colour=text("colour"),
                member=me(),
            )
    except (Invalid, Conflict) as error:
        return refused(THEME, error, values=lambda: _one(program, theme_of(program, theme_id)))
    return to_change(planned) if planned is not None else _saved(program)


@blueprint.get("/codebook.csv")
@allow(*EDITORS)
def download(program_id: str) -> ResponseReturnValue:
    response = Response(files.write_csv(program_of(program_id)), mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="codebook.csv"'
    return response


@blueprint.post("/file")
@allow(*EDITORS)
def upload(program_id: str) -> ResponseReturnValue:
    """Shows what a file would change; nothing is taken in yet."""
    program = program_of(program_id)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Invalid("Choose a CSV file first.")
        read = files.opened(file.stream.read(files.LARGEST_FILE + 1))
        planned = files.plan(program, read, me())
    except (Invalid, Conflict) as error:
        return refused(PAGE, error, {}, lambda: shown(program))
    if left_out := files.passed_over(read):
        flash(left_out, "info")
    if planned is None:
        flash(SAME, "info")
        return _saved(program)
    return to_change(planned)


def theme_of(program: Program, theme_id: str) -> Theme:
    """A theme of this program that wasn't merged into another. Raises NotFound."""
    return part(Theme, family.now_called(theme_id), program)


def shown(program: Program) -> Mapping[str, object]:
    """What the list of themes shows beside what was typed."""
    names = {each.id: each.name for each in entries.every(program.id).values()}
    return {
        "program": program,
        "rows": family.in_order(program.themes),
        "voices": themes.mentioned_by(program),
        "merged": _merged(program),
        "colours": colours.NAMES,
        "proposed": proposals.open_count(program),
        "under_way": versions.under_way(program),
        "standing": versions.standing(program),
        "heard": versions.has_passages(program.id),
        "history": [(each, outlines.title(each, names)) for each in versions.history(program)],
    }


def _one(program: Program, theme: Theme) -> Mapping[str, object]:
    return {
        "program": program,
        "theme": theme,
        "rows": family.in_order(program.themes),
        "voices": themes.mentioned_by(program).get(theme.id, 0),
        "merged": _merged(program).get(theme.id, []),
        "learned": hearing.passages(program.id).get(theme.id, ()),
        "colours": colours.NAMES,
    }


def _planned(program: Program, kind: str, theme_id: str = "") -> dict[str, str]:
    """What the plan that the address names would write of a theme, to be typed over; empty where
    there is none."""
    plan = db.session.get(CodebookChange, request.args.get("plan", ""))
    if plan is None or (plan.program_id, plan.kind, plan.state) != (program.id, kind, "planned"):
        return {}
    entry = entries.from_json(plan.wanted[0])
    if theme_id and entry.id != theme_id:
        return {}
    return {
        "name": entry.name,
        "description": entry.description,
        "examples": "\n".join(entry.examples),
        "parent": entry.parent_id or "",
        "colour": entry.colour,
    }


def _merged(program: Program) -> dict[str, list[str]]:
    """Names of the themes that were merged into each, by its id."""
    found: dict[str, list[str]] = {}
    for each in entries.every(program.id).values():
        if each.merged_into_id:
            found.setdefault(each.merged_into_id, []).append(each.name)
    return found


def to_change(planned: CodebookChange) -> ResponseReturnValue:
    db.session.commit()
    return redirect(
        url_for("codebook_changes.show", program_id=planned.program_id, change_id=planned.id), 303
    )


def _saved(program: Program) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for("codebooks.show", program_id=program.id), 303)
