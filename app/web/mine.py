"""A customer's own page, reached by the personal link alone: what is kept, and taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import format_date, format_time, gettext
from sqlalchemy import select

from app.domain import (
    admission,
    consent,
    erasure,
    follow_ups,
    masking,
    transcripts,
)
from app.domain.errors import Expired, Invalid, NotFound
from app.extensions import db, limiter
from app.models import Answer, FollowUp, Recording, Submission
from app.web import capture_texts, customers, media, own_pages, receipts

blueprint = Blueprint("mine", __name__, url_prefix="/mine")
own_pages.furnish(blueprint)


@blueprint.app_template_filter("day")
def day(moment: datetime) -> str:
    """`Monday, 23 November 2026`, in the customer's language."""
    said: str = format_date(moment, "full")
    return said


@blueprint.app_template_filter("when")
def when(moment: datetime) -> str:
    """The day and the minute, in UTC."""
    return f"{format_date(moment, 'long')}, {format_time(moment, 'HH:mm')} UTC"


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    return _page(own_pages.submission(token), token)


@blueprint.post("/<token>/purposes")
@limiter.limit("20/minute;120/hour")  # each leaves a line in the audit log
def change_purposes(token: str) -> ResponseReturnValue:
    consent.change(own_pages.submission(token), ["internal", *request.form.getlist("purposes")])
    db.session.commit()
    flash(gettext("Your choice is kept."))
    return redirect(url_for("mine.show", token=token), 303)


@blueprint.post("/<token>/withdrawal")
def withdraw(token: str) -> ResponseReturnValue:
    submission = own_pages.submission(token)
    if request.form.get("confirmation", "").strip().casefold() != _word().casefold():
        sentence = gettext("Type the word exactly as it stands there. Nothing was changed.")
        return _page(submission, token, sentence=sentence), 422
    consent.withdraw(submission)
    db.session.commit()
    return redirect(url_for("mine.show", token=token), 303)


@blueprint.post("/<token>/help")
@limiter.limit("20/minute")
def ask_for_help(token: str) -> ResponseReturnValue:
    submission = own_pages.submission(token)
    try:
        follow_ups.ask(submission.program, submission, *customers.reachable())
    except Invalid as error:
        db.session.rollback()
        return _page(own_pages.submission(token), token, help_sentence=customers.say(error)), 422
    db.session.commit()
    flash(gettext("Thank you. A person will get in touch with you."))
    return redirect(url_for("mine.show", token=token), 303)


@blueprint.get("/<token>/recordings/<recording_id>/<any(playable, poster):part>")
def recording(token: str, recording_id: str, part: str) -> Response:
    found = _recording(own_pages.submission(token), recording_id)
    key = found.playable_key if part == "playable" else found.poster_key
    if key is None:
        raise NotFound
    kind = found.playable_type if part == "playable" else "image/jpeg"
    return media.send_object(key, kind or "application/octet-stream")


@blueprint.get("/<token>/recordings/<recording_id>/captions.vtt")
def captions_file(token: str, recording_id: str) -> Response:
    transcript = transcripts.current(_recording(own_pages.submission(token), recording_id).answer)
    # Their own words have no masks; what the team calls those who speak is the team's.
    segments = transcript.segments if transcript else []
    said: list[Any] = [masking.passage(each, {}) for each in segments]
    return Response(transcripts.vtt(said), content_type="text/vtt; charset=utf-8")


def _recording(submission: Submission, recording_id: str) -> Recording:
    found = db.session.scalar(
        select(Recording)
        .join(Answer)
        .where(
            Answer.submission_id == submission.id,
            Recording.id == (recording_id if recording_id.isalnum() else ""),
        )
    )
    if found is None or submission.state == "withdrawn":
        raise NotFound
    return found


def _page(
    submission: Submission, token: str, *, sentence: str = "", help_sentence: str = ""
) -> str:
    asked = db.session.scalars(
        select(FollowUp)
        .where(FollowUp.submission_id == submission.id, FollowUp.source == "asked")
        .order_by(FollowUp.id.desc())
    ).first()
    text = submission.consent.consent_text if submission.consent else None
    receipt = erasure.of(submission) if submission.state == "withdrawn" else None
    return render_template(
        "mine/page.html",
        submission=submission,
        token=token,
        word=_word(),
        sentence=sentence,
        help_sentence=help_sentence,
        asked=asked,
        sent="sent" in request.args,
        purposes=capture_texts.purposes(),
        scale=capture_texts.scales().get(submission.score_kind or ""),
        stuck={answer.id for answer in submission.answers if _stuck(answer)},
        again=_still_open(submission),
        transcripts={answer.id: transcripts.current(answer) for answer in submission.answers},
        offered=consent.offered(text) if text else [],
        receipt=receipt,
        removed=receipts.listed(receipt.removed) if receipt else [],
        gone_out=receipts.gone_out(receipt.removed) if receipt else "",
    )


def _stuck(answer: Answer) -> bool:
    """It can't be made playable; the bytes that were sent are kept all the same."""
    steps = answer.runs[-1].steps if answer.runs else []
    made = {"probe", "normalise"}
    return any(step.name in made and step.state in ("failed", "dead") for step in steps)


def _still_open(submission: Submission) -> str:
    """The code of the link by which it came, "" where nobody can come in by it any more."""
    if submission.invitation is None:
        return ""
    try:
        admission.require_open(submission.invitation)
    except Expired:
        return ""
    return submission.invitation.code


def _word() -> str:
    """What has to be typed before everything is deleted."""
    word: str = gettext("withdraw")
    return word
