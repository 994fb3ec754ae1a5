"""Themes that the machine proposes from what the codebook doesn't cover."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app.domain.codebook import family, lookout, proposals
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import Program, Theme
from app.web import masks
from app.web.access import EDITORS, allow, me
from app.web.codebooks import theme_of
from app.web.forms import refused, text
from app.web.programs import program_of

blueprint = Blueprint(
    "proposals", __name__, url_prefix="/settings/programs/<program_id>/codebook/proposed"
)
PAGE = "codebook/proposals.html"


@blueprint.get("")
@allow(*EDITORS)
def show(program_id: str) -> ResponseReturnValue:
    return render_template(PAGE, typed={}, **_shown(program_of(program_id)))


@blueprint.post("")
@allow(*EDITORS)
def look(program_id: str) -> ResponseReturnValue:
    """Has the machine look now."""
    program = program_of(program_id)
    lookout.look(program)
    return _back(program)


@blueprint.post("/<proposal_id>")
@allow(*EDITORS)
def decide(program_id: str, proposal_id: str) -> ResponseReturnValue:
    """Makes a theme of it (`accept`), teaches one that is there (`into`), or sends it away
    (`dismiss`)."""
    program = program_of(program_id)
    try:
        row = proposals.of(program, proposal_id)
        if "dismiss" in request.form:
            proposals.dismiss(program, row)
            said = Markup("It won’t be proposed again.")
        elif "merge" in request.form:
            if not text("into"):
                raise Invalid("Choose the theme that it belongs to.")
            theme = theme_of(program, text("into"))
            proposals.merge(program, row, theme, me())
            said = _with_way(f"“{theme.name}” learns from these passages now.", theme)
        else:
            theme = proposals.accept(program, row, text("name"), text("description"), me())
            said = _with_way(
                f"“{theme.name}” is a theme now. What was said before is heard for it.", theme
            )
    except (Invalid, Conflict) as error:
        return refused(PAGE, error, None, lambda: {**_shown(program), "editing": proposal_id})
    flash(said, "info")
    return _back(program)


def _with_way(sentence: str, theme: Theme) -> Markup:
    """The sentence and the way to the theme: nothing may be left to decide on this page."""
    where = url_for("codebooks.edit", program_id=theme.program_id, theme_id=theme.id)
    return Markup('{} <a href="{}">Go to the theme</a>').format(sentence, where)


def _shown(program: Program) -> Mapping[str, object]:
    return {
        "program": program,
        "proposed": proposals.shown(program, masked=not masks.unmasked()),
        "looking": lookout.looking(program),
        "least": proposals.LEAST,
        "rows": family.listened(program.themes),
    }


def _back(program: Program) -> ResponseReturnValue:
    db.session.commit()
    return redirect(url_for(".show", program_id=program.id), 303)
