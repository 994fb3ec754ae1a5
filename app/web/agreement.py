"""A program's corrections: how often people agree with the machine, and what that taught it."""

from __future__ import annotations

import textwrap

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain.corrections import agreement, reading, teaching
from app.domain.corrections.agreement import Rate
from app.domain.errors import Conflict, Invalid
from app.extensions import db
from app.models import Answer, Correction, Segment, Transcript
from app.web.access import EDITORS, allow, me
from app.web.codebooks import to_change
from app.web.programs import program_of

blueprint = Blueprint(
    "agreement", __name__, url_prefix="/settings/programs/<program_id>/corrections"
)


@blueprint.get("")
@allow(*EDITORS)
def show(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    rates = agreement.of(program)
    return render_template(
        "corrections/agreement.html",
        program=program,
        rates=rates,
        names=reading.NAMES,
        passages=_passages(rates),
        waiting=teaching.waiting(program),
        themes={theme.id: theme for theme in program.themes},
        versions=teaching.versions(program),
    )


@blueprint.post("/teach")
@allow(*EDITORS)
def teach(program_id: str) -> ResponseReturnValue:
    """Has it looked at what the waiting corrections would change; the codebook's page shows it."""
    program = program_of(program_id)
    try:
        return to_change(teaching.plan(program, me()))
    except (Invalid, Conflict) as error:
        flash(error.sentence, "error")
        return redirect(url_for(".show", program_id=program.id), 303)


def _passages(rates: list[Rate]) -> dict[str, dict[str, object]]:
    """What each listed decision is about, by its id."""
    rows: dict[str, Correction] = {each.id: each for rate in rates for each in rate.decisions}
    found = db.session.execute(
        select(Segment, Answer.submission_id)
        .join(Transcript, Transcript.id == Segment.transcript_id)
        .join(Answer, Answer.id == Transcript.answer_id)
        .where(Segment.id.in_({each.segment_id for each in rows.values()}))
    ).all()
    here = {segment.id: (segment, submission_id) for segment, submission_id in found}
    themes = reading.theme_names(list(rows.values()))
    told = {}
    for row in rows.values():
        if row.segment_id in here:
            segment, submission_id = here[row.segment_id]
            told[row.id] = {
                "segment_id": segment.id,
                "submission_id": submission_id,
                "text": textwrap.shorten(segment.text, 140, placeholder=" …"),
                "said": reading.said(row, themes),
            }
    return told
