"""Labels put right in place: beside a passage's words, by who may decide about them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain import masking, sharing, voices
from app.domain.board import SENTIMENTS
from app.domain.corrections import deciding, kinds, reading
from app.domain.corrections.deciding import Here
from app.domain.errors import Conflict, Forbidden, HeardError, Invalid, NotFound
from app.extensions import db
from app.models import Correction, Submission, Theme, Transcript
from app.web import forms, masks
from app.web.access import EDITORS, STAFF, allow, me
from app.web.errors import STATUS

blueprint = Blueprint("corrections", __name__, url_prefix="/voices/<submission_id>")

OVERRIDERS = ("owner", "analyst", "frontline")  # who may say whether a person is needed
PASSAGE = "/passages/<segment_id>"


@blueprint.app_template_global("decisions_of")
def decisions_of(
    transcript: Transcript | masking.Veiled, submission: Submission
) -> dict[int, list[reading.Line]]:
    """What people decided about its passages; what they wrote, as who looks may read it."""
    noted = str if masks.unmasked() else masking.Evidence(submission)
    return reading.of(
        transcript.row if isinstance(transcript, masking.Veiled) else transcript, noted
    )


@blueprint.app_context_processor
def _words() -> dict[str, object]:
    return {"correctable": correctable, "label_names": reading.NAMES}


def correctable() -> tuple[str, ...]:
    """The kinds of labels that who looks at the page may decide about."""
    if me().role in EDITORS:
        return kinds.KINDS
    return (kinds.HAND_OFF,) if me().role in OVERRIDERS else ()


@blueprint.get(f"{PASSAGE}/labels")
@allow(*STAFF)
def show(submission_id: str, segment_id: str) -> ResponseReturnValue:
    return _page(_here(submission_id, segment_id))


@blueprint.post(f"{PASSAGE}/labels")
@allow(*EDITORS)
def correct(submission_id: str, segment_id: str) -> ResponseReturnValue:
    return _corrected(submission_id, segment_id, forms.text("kind"))


@blueprint.post(f"{PASSAGE}/hand-off")
@allow(*OVERRIDERS)
def hand_off(submission_id: str, segment_id: str) -> ResponseReturnValue:
    """Who calls customers back says whether one needs it."""
    return _corrected(submission_id, segment_id, kinds.HAND_OFF)


@blueprint.post(f"{PASSAGE}/right")
@allow(*EDITORS)
def confirm(submission_id: str, segment_id: str) -> ResponseReturnValue:
    here = _here(submission_id, segment_id)
    try:
        deciding.confirm(here, forms.text("seen"), me())
        db.session.commit()
    except (Conflict, Invalid) as error:
        return _refused(submission_id, segment_id, error)
    return _done(here, "Noted: these labels are right.")


@blueprint.post("/corrections/<correction_id>/withdraw")
@allow(*OVERRIDERS)
def withdraw(submission_id: str, correction_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    correction = db.session.get(Correction, correction_id)
    if correction is not None and correction.kind not in correctable():
        raise Forbidden
    taken = deciding.withdraw(submission, correction_id, me())
    db.session.commit()
    if taken.segment_id is None:
        return redirect(url_for("voices.show", submission_id=submission.id), 303)
    return _done(_here(submission_id, str(taken.segment_id)), "Taken back.")


def _here(submission_id: str, segment_id: str) -> Here:
    submission = voices.find(submission_id, me().workspace_id)
    if not segment_id.isascii() or not segment_id.isdigit() or len(segment_id) > 18:
        raise NotFound
    return deciding.passage(submission, int(segment_id))


def _corrected(submission_id: str, segment_id: str, kind: str) -> ResponseReturnValue:
    here = _here(submission_id, segment_id)
    try:
        if kind not in kinds.KINDS:
            raise Invalid("Choose which label to put right.")
        why = kinds.why(forms.text("reason"), forms.text("evidence"), forms.text("note"))
        given = request.form.getlist("value")
        deciding.correct(here, kind, given, why, forms.text("seen"), me())
        db.session.commit()
    except (Conflict, Invalid) as error:
        return _refused(submission_id, segment_id, error, kind)
    return _done(here, "Saved. What the machine said is kept beside it.")


def _done(here: Here, said: str) -> ResponseReturnValue:
    if "HX-Request" in request.headers:
        return _page(here, said=said)
    flash(said)
    anchor = f"passage-{here.segment.id}"
    return redirect(url_for("voices.show", submission_id=here.submission.id, _anchor=anchor), 303)


def _refused(
    submission_id: str, segment_id: str, error: HeardError, kind: str = ""
) -> ResponseReturnValue:
    db.session.rollback()
    typed = request.form if isinstance(error, Invalid) else {}
    try:
        here = _here(submission_id, segment_id)
    except NotFound:  # there is no passage any more to show it beside
        if "HX-Request" not in request.headers:
            raise error from None
        there = {"submission_id": submission_id, "segment_id": segment_id}
        page = render_template("corrections/gone.html", problem=error.sentence, **there)
        return page, STATUS[type(error)]
    return _page(here, problem=error.sentence, opened=kind, typed=typed), STATUS[type(error)]


def _page(
    here: Here,
    *,
    said: str = "",
    problem: str = "",
    opened: str = "",
    typed: object = None,
) -> str:
    """The passage's labels with all that was decided: as a part of the voice's page for htmx, else
    as a page of their own."""
    here = deciding.passage(here.submission, here.segment.id)
    told = masks.told(
        [each for each in voices.told(here.submission) if each.answer.id == here.answer.id]
    )[0]
    themes = db.session.scalars(
        select(Theme).where(Theme.id.in_(deciding.themes(here))).order_by(Theme.position)
    ).all()
    names = {theme.id: theme.name for theme in themes}
    part = "HX-Request" in request.headers
    return render_template(
        "corrections/part.html" if part else "corrections/page.html",
        submission=here.submission,
        told=told,
        segment=next(s for s in told.transcript.segments if s.id == here.segment.id),
        decisions=decisions_of(here.transcript, here.submission),
        may_leave=sharing.may_leave(here.submission),
        stands={kind: deciding.stands(here, kind) for kind in kinds.KINDS},
        stood={kind: reading.stood(here, kind, names) for kind in kinds.KINDS},
        seen={kind: deciding.seen(here, kind) for kind in kinds.KINDS},
        seen_all=deciding.seen(here, *kinds.ON_PASSAGES),
        choices={
            kinds.SENTIMENT: [(each, each) for each in SENTIMENTS],
            kinds.EMOTION: [(each, each) for each in kinds.EMOTIONS],
            kinds.THEME: list(names.items()),
            kinds.HAND_OFF: [(each, each) for each in kinds.HAND_OFFS],
        },
        reasons=kinds.REASONS,
        evidences=kinds.EVIDENCE,
        said=said,
        problem=problem,
        opened=opened,
        typed=typed or {},
    )
