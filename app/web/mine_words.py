"""The words of a customer's recordings, for their speaker to correct."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain import editing, editing_log
from app.domain.errors import Conflict, Invalid
from app.extensions import db, limiter
from app.models import Submission
from app.web import customers, own_pages, word_forms

blueprint = Blueprint("mine_words", __name__, url_prefix="/mine")
own_pages.furnish(blueprint)


@blueprint.get("/<token>/answers/<answer_id>/words")
def words(token: str, answer_id: str) -> ResponseReturnValue:
    """The words of one recording, for their speaker to correct."""
    return _words_page(own_pages.submission(token), token, answer_id)


@blueprint.post("/<token>/answers/<answer_id>/words")
@limiter.limit("60/minute")
def correct(token: str, answer_id: str) -> ResponseReturnValue:
    transcript = editing.spoken(own_pages.submission(token), answer_id)
    sent = word_forms.read()
    try:
        done = word_forms.carry_out(transcript, editing.Author(editing.CUSTOMER), sent)
        db.session.commit()
    except (Conflict, Invalid) as error:
        db.session.rollback()
        submission = own_pages.submission(token)
        page = _words_page(submission, token, answer_id, sent, customers.say(error))
        return page, customers.status_of(error)
    if done != "same":
        flash(gettext("Taken back.") if done == "undone" else gettext("Your words are kept."))
    return redirect(url_for("mine_words.words", token=token, answer_id=answer_id), 303)


def _words_page(
    submission: Submission,
    token: str,
    answer_id: str,
    sent: word_forms.Sent | None = None,
    sentence: str = "",
) -> str:
    transcript = editing.spoken(submission, answer_id)
    last = editing_log.last(transcript, of_words=True)
    return render_template(
        "mine/words.html",
        submission=submission,
        answer=next(each for each in submission.answers if each.id == answer_id),
        token=token,
        transcript=transcript,
        rows=word_forms.rows(transcript, sent),
        stray=word_forms.stray(transcript, sent),
        undoes=last is not None and last.by == editing.CUSTOMER,
        sentence=sentence,
    )
