"""Changes of a codebook that are looked at before they are made: merging, splitting, and their
page, which shows what would change, then how far it is, then the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.codebook import (
    book,
    changes,
    entries,
    family,
    outlines,
    passages,
    previews,
    reshaping,
    themes,
    versions,
)
from app.domain.codebook.reshaping import Part
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import CodebookChange, Program
from app.web import masks
from app.web.access import EDITORS, allow, me
from app.web.codebooks import theme_of, to_change
from app.web.forms import refused, text
from app.web.programs import program_of

blueprint = Blueprint(
    "codebook_changes", __name__, url_prefix="/settings/programs/<program_id>/codebook"
)
ONE = "/changes/<change_id>"
FIRST_PARTS = 3  # shown at first; more with each press


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would move for one theme: counts of passages, and some of them. `displaced`:
    it goes only because a passage has as many themes as it may have."""

    name: str
    colour: str
    gained: int
    lost: int
    new: Sequence[passages.Shown]
    gone: Sequence[passages.Shown]
    displaced: bool


@blueprint.get(ONE)
@allow(*EDITORS)
def show(program_id: str, change_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    return render_template("codebook/change.html", **_shown(program, change_id))


@blueprint.post(ONE)
@allow(*EDITORS)
def decide(program_id: str, change_id: str) -> ResponseReturnValue:
    """Applies a plan (`apply`), forgets it (`discard`), undoes what was applied (`undo`), or has
    work that stopped tried again (`again`)."""
    program = program_of(program_id)
    change = versions.of(program, change_id)
    try:
        if "discard" in request.form:
            changes.discard(change)
        elif "again" in request.form:
            changes.again(change)
        elif "undo" in request.form:
            changes.undo(change)
        else:
            changes.apply(change)
    except (Invalid, Conflict) as error:
        return refused("codebook/change.html", error, {}, lambda: _shown(program, change_id))
    db.session.commit()
    if "discard" in request.form:
        flash("Nothing was changed.", "info")
        return redirect(url_for("codebooks.show", program_id=program.id), 303)
    return redirect(url_for(".show", program_id=program.id, change_id=change_id), 303)


@blueprint.get("/<theme_id>/merge")
@allow(*EDITORS)
def ask_merge(program_id: str, theme_id: str) -> ResponseReturnValue:
    return render_template("codebook/merge.html", **_one(program_of(program_id), theme_id))


@blueprint.post("/<theme_id>/merge")
@allow(*EDITORS)
def merge(program_id: str, theme_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    theme = theme_of(program, theme_id)
    try:
        into = theme_of(program, text("into")) if text("into") else None
        return to_change(reshaping.plan_merge(program, theme, into, me()))
    except (Invalid, Conflict) as error:
        return refused("codebook/merge.html", error, None, lambda: _one(program, theme_id))


@blueprint.get("/<theme_id>/split")
@allow(*EDITORS)
def ask_split(program_id: str, theme_id: str) -> ResponseReturnValue:
    return render_template(
        "codebook/split.html",
        parts=[Part("", "")] * FIRST_PARTS,
        **_one(program_of(program_id), theme_id),
    )


@blueprint.post("/<theme_id>/split")
@allow(*EDITORS)
def split(program_id: str, theme_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    theme = theme_of(program, theme_id)
    given = _parts()
    if "more" in request.form:
        parts = [*given, Part("", "")][: reshaping.MOST_PARTS]
        return render_template("codebook/split.html", parts=parts, **_one(program, theme_id))
    try:
        return to_change(reshaping.plan_split(program, theme, given, me()))
    except (Invalid, Conflict) as error:
        return refused(
            "codebook/split.html", error, {}, lambda: {"parts": given, **_one(program, theme_id)}
        )


@blueprint.get("/<theme_id>/delete")
@allow(*EDITORS)
def ask_delete(program_id: str, theme_id: str) -> ResponseReturnValue:
    return render_template("codebook/delete.html", **_one(program_of(program_id), theme_id))


@blueprint.post("/<theme_id>/delete")
@allow(*EDITORS)
def delete(program_id: str, theme_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    theme = theme_of(program, theme_id)
    name = theme.name
    try:
        themes.delete(program, theme, text("name"))
    except (Invalid, Conflict) as error:
        return refused("codebook/delete.html", error, None, lambda: _one(program, theme_id))
    db.session.commit()
    flash(f"“{name}” was deleted.", "info")
    return redirect(url_for("codebooks.show", program_id=program.id), 303)


@blueprint.post("/again")
@allow(*EDITORS)
def again(program_id: str) -> ResponseReturnValue:
    """Plans to hear every passage anew with the codebook as it is."""
    program = program_of(program_id)
    scope = [each.id for each in program.themes if each.active]
    try:
        return to_change(changes.plan(program, changes.AGAIN, [], me(), scope=scope))
    except Conflict as error:
        flash(error.sentence, "error")
        return redirect(url_for("codebooks.show", program_id=program.id), 303)


def _parts() -> list[Part]:
    names, texts = request.form.getlist("name"), request.form.getlist("description")
    examples = [*request.form.getlist("examples"), *[""] * len(names)]
    return [
        Part(name, said, tuple(line for line in some.splitlines() if line.strip()))
        for name, said, some in zip(names, texts, examples, strict=False)
    ]


def _one(program: Program, theme_id: str) -> Mapping[str, object]:
    theme = theme_of(program, theme_id)
    return {
        "program": program,
        "theme": theme,
        "others": [
            (each, level)
            for each, level in family.in_order(program.themes)
            if each.id != theme.id and each.active
        ],
        "voices": themes.mentioned_by(program).get(theme.id, 0),
        "children": [each for each in program.themes if each.parent_id == theme.id],
    }


def _shown(program: Program, change_id: str) -> Mapping[str, object]:
    change = versions.of(program, change_id)
    known = entries.every(program.id)
    wanted = {row["id"]: entries.from_json(row) for row in change.wanted}
    there = {**known, **wanted} if change.state == "planned" else {**wanted, **known}
    names = {each.id: each.name for each in there.values()}
    newest = versions.standing(program)
    moved = change.preview
    if moved is None and change.state == "applied":  # nobody looked at it before
        moved = previews.made(change)
    return {
        "program": program,
        "change": change,
        "title": outlines.title(change, names),
        "outline": outlines.outline(change),
        "names": names,
        "moved": moved,
        "effects": _effects(change, there, moved),
        "step": change.runs[-1].steps[-1] if change.runs else None,
        "newest": newest is not None and newest.id == change.id,
        "put_by_people": versions.put_by_people(change),
        "reworded": _reworded(change),
        "most_given": book.MOST_GIVEN,
        "stale": change.state == "planned" and change.edition != program.codebook_edition,
    }


def _reworded(change: CodebookChange) -> str:
    """Where the words of this plan can be typed over; "" for plans that are no one theme's."""
    if change.state != "planned":
        return ""
    if change.kind == changes.ADD:
        where = url_for("codebooks.show", program_id=change.program_id, plan=change.id)
        return f"{where}#add"
    if change.kind == changes.EDIT:
        theme_id = change.wanted[0]["id"]
        return url_for(
            "codebooks.edit", program_id=change.program_id, theme_id=theme_id, plan=change.id
        )
    return ""


def _effects(
    change: CodebookChange, known: Mapping[str, entries.Entry], moved: Mapping[str, Any] | None
) -> list[Effect]:
    found = moved["themes"] if moved else {}
    shown = passages.shown(
        change.program_id,
        [each for moved in found.values() for each in (*moved["new"], *moved["gone"])],
        masked=not masks.unmasked(),
    )
    return [
        Effect(
            known[theme_id].name,
            known[theme_id].colour,
            moved["gained"],
            moved["lost"],
            [shown[each] for each in moved["new"] if each in shown],
            [shown[each] for each in moved["gone"] if each in shown],
            moved["lost"] > 0 and theme_id not in change.scope and theme_id not in change.moves,
        )
        for theme_id, moved in sorted(found.items(), key=lambda pair: -pair[1]["gained"])
        if theme_id in known
    ]
