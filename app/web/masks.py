"""Masks over personal data: who sees the words beneath, and the pages' part for who may decide.

Owners and analysts see the words. Everyone else sees the mask, and hears the muted recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain import masking, masks, muted, transcripts, voices, wording
from app.domain.errors import Invalid, NotFound
from app.extensions import db
from app.models import Answer, FollowUp, Highlight, Recording, Submission, Transcript
from app.web.access import EDITORS, allow, me

blueprint = Blueprint("masks", __name__)

ONE = "/voices/<submission_id>/answers/<answer_id>/masks"
NAMES = {
    "name": "Name",
    "phone": "Phone number",
    "email": "E-mail address",
    "address": "Address",
    "card": "Card",
    "account": "Account",
    "reference": "Order or reference number",
    "other": "Something else",
}


def unmasked() -> bool:
    """Whether who looks at the page may see personal data."""
    return current_user.is_authenticated and me().role in EDITORS


def seen(transcript: Transcript) -> Transcript | masking.Veiled:
    """The transcript as who looks at the page may see it."""
    return transcript if unmasked() else masking.veiled(transcript)


def told(answers: Sequence[voices.Told]) -> list[voices.Told]:
    """The answers with such transcripts."""
    if unmasked():
        return list(answers)
    return [
        replace(each, transcript=masking.veiled(each.transcript)) if each.transcript else each
        for each in answers
    ]


@blueprint.app_template_filter("quoted")
def quoted(highlight: Highlight) -> str:
    """A moment's words as who looks at the page may see them."""
    return highlight.quote if unmasked() else masking.quote(highlight)


@blueprint.app_template_filter("evidence")
def evidence(case: FollowUp) -> str:
    """What a customer said who needs a person, in the same way."""
    return case.evidence if unmasked() else masking.evidence(case.evidence, case.submission)


def noted(submission: Submission | None) -> Callable[[str, str | None], str]:
    """The same of what members wrote about a customer, from it and its writer's id: to them it
    stays as they wrote it."""
    if unmasked():
        return lambda text, _writer_id: text
    veiled = masking.plain if submission is None else masking.Evidence(submission)
    return lambda text, writer_id: text if writer_id == me().id else veiled(text)


@blueprint.app_template_filter("written_words")
def written_words(answer: Answer) -> str:
    return answer.written_text if unmasked() else masking.written(answer)


@blueprint.app_template_global("marks_of")
def marks_of(transcript: Transcript | None) -> list[masks.Mark]:
    """What is masked in it, for those who may decide."""
    return masks.of(transcript) if transcript is not None and unmasked() else []


def heard(recording: Recording) -> muted.Standing:
    """What of a recording may be given to who asks."""
    if unmasked():
        return muted.Standing("open", muted.whole(recording))
    return muted.of(recording)


def hearing(answers: Iterable[Answer], *, many: bool = False) -> dict[str, muted.Standing]:
    """The same for a page, by the answers' ids; `many`: at a glance. What isn't there yet is
    ordered. Commits where something is."""
    recordings = {each.id: each.recording for each in answers if each.recording is not None}
    if many and not unmasked():
        told = muted.at_a_glance(recordings.values())
    else:
        told = {answer_id: heard(each) for answer_id, each in recordings.items()}
    # In one order: each order holds its recording until all are in.
    missing = sorted(answer_id for answer_id, each in told.items() if each.state == "missing")
    for answer_id in missing:
        muted.order(recordings[answer_id])
        told[answer_id] = muted.Standing("making")
    if missing:
        db.session.commit()
    return told


@blueprint.app_context_processor
def _names() -> dict[str, object]:
    return {"personal_kinds": NAMES}


@blueprint.post(ONE)
@allow(*EDITORS)
def add(submission_id: str, answer_id: str) -> ResponseReturnValue:
    transcript = _transcript(submission_id, answer_id)
    try:
        places = masks.hide(
            transcript, request.form.get("words", ""), request.form.get("kind", ""), me()
        )
    except Invalid as error:
        flash(error.sentence, "error")
    else:
        flash(
            f"Masked in {wording.count(places, 'place')}. Clips made before are cut anew.", "info"
        )
    return _back(submission_id, answer_id)


@blueprint.post(f"{ONE}/<mark_id>/<any(hide, show):what>")
@allow(*EDITORS)
def change(submission_id: str, answer_id: str, mark_id: str, what: str) -> ResponseReturnValue:
    transcript = _transcript(submission_id, answer_id)
    masks.lift(transcript, mark_id, me(), hidden=what == "hide")
    flash("The words are masked again." if what == "hide" else "The mask is lifted.", "info")
    return _back(submission_id, answer_id)


def _transcript(submission_id: str, answer_id: str) -> Transcript:
    submission = voices.find(submission_id, me().workspace_id)
    transcript = transcripts.current(voices.answer_of(submission, answer_id))
    if transcript is None:
        raise NotFound
    return transcript


def _back(submission_id: str, answer_id: str) -> ResponseReturnValue:
    db.session.commit()
    address = url_for("voices.show", submission_id=submission_id, _anchor=f"personal-{answer_id}")
    return redirect(address, 303)
