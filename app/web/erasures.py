"""Erasing a voice for good, what was erased, and the rules by which voices go with age."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain import erasure, receipt, retention, voices
from app.domain.errors import Invalid
from app.domain.retention import Rule
from app.extensions import db
from app.models import Erasure
from app.models.program import PURPOSES
from app.web import forms, receipts
from app.web.access import EDITORS, allow, me
from app.web.forms import refused
from app.web.programs import program_of

blueprint = Blueprint("erasures", __name__)

RETENTION, ERASE = "programs/retention.html", "voices/erase.html"
NEWEST = 200
REASONS = {
    "withdrawn": "Its customer took it back",
    "staff": "Erased here",
    "retention": "By age",
    "abandoned": "Never sent",
}


@blueprint.get("/voices/<submission_id>/erase")
@allow(*EDITORS)
def ask(submission_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    counted = receipts.listed(receipt.counted(submission))
    return render_template(ERASE, submission=submission, counted=counted)


@blueprint.post("/voices/<submission_id>/erase")
@allow(*EDITORS)
def erase(submission_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    erasure.everything(submission, "staff", member_id=me().id)
    db.session.commit()
    flash("The voice is erased. Its receipt is below.", "info")
    return redirect(url_for("erasures.show"), 303)


@blueprint.get("/settings/erased")
@allow(*EDITORS)
def show() -> ResponseReturnValue:
    rows = db.session.scalars(
        select(Erasure)
        .where(Erasure.workspace_id == me().workspace_id, Erasure.reason != "abandoned")
        .order_by(Erasure.asked_at.desc(), Erasure.id.desc())
        .limit(NEWEST)
    ).all()
    shown = [(row, receipts.listed(row.removed), receipts.gone_out(row.removed)) for row in rows]
    return render_template("settings/erased.html", shown=shown, reasons=REASONS, newest=NEWEST)


@blueprint.get("/settings/programs/<program_id>/retention")
@allow(*EDITORS)
def rules(program_id: str) -> ResponseReturnValue:
    program = program_of(program_id)
    kept = retention.rules(program)
    return render_template(
        RETENTION,
        program=program,
        typed=_typed(kept),
        lines=retention.preview(program, kept),
        tried=False,
    )


@blueprint.post("/settings/programs/<program_id>/retention")
@allow(*EDITORS)
def change_rules(program_id: str) -> ResponseReturnValue:
    """First what would go (`try`), and only then the rules themselves."""
    program = program_of(program_id)
    try:
        wanted = [_rule(purpose) for purpose in PURPOSES]
        retention.checked(wanted)
        lines = retention.preview(program, wanted)
    except Invalid as error:
        return refused(
            RETENTION, error, values=lambda: {"program": program, "lines": [], "tried": False}
        )
    if "keep" not in request.form:
        return render_template(
            RETENTION, program=program, typed=request.form, lines=lines, tried=True
        )
    retention.keep(program, wanted)
    db.session.commit()
    flash("Kept. The clock goes by these rules from now on.", "info")
    return redirect(url_for("erasures.rules", program_id=program.id), 303)


def _rule(purpose: str) -> Rule:
    return Rule(
        purpose,
        forms.optional_number(f"recordings_{purpose}", "A time"),
        forms.optional_number(f"everything_{purpose}", "A time"),
    )


def _typed(rules: list[Rule]) -> dict[str, int]:
    return {
        f"{what}_{rule.purpose}": months
        for rule in rules
        for what, months in rule.parts
        if months is not None
    }
