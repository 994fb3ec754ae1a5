"""Staff correct the words of a recording beside its player; what was changed, by whom, and back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import (
    editing,
    editing_history,
    editing_log,
    editing_rows,
    editing_search,
    speakers,
    transcripts,
    voices,
)
from app.domain.editing_search import Wanted
from app.domain.errors import Conflict, HeardError, Invalid, NotFound
from app.domain.wording import count
from app.extensions import db
from app.models import Transcript
from app.web import forms, masks, word_forms
from app.web.access import EDITORS, allow, me
from app.web.errors import STATUS
from app.web.voices import writer

# Owners and analysts only: here the words stand without masks.
blueprint = Blueprint(
    "words", __name__, url_prefix="/voices/<submission_id>/answers/<answer_id>/words"
)

SAID = {
    "saved": "Saved.",
    "same": "Nothing was changed.",
    "undone": "Undone.",
    "redone": "Done again.",
}
KINDS = {
    "words": "Words corrected",
    "replace": "Found and replaced",
    "split": "Passage split",
    "merge": "Passages merged",
    "unclear": "Marked as unclear",
    "clear": "No longer unclear",
    "speaker": "Said by somebody else",
    "restore": "The machine’s words put back",
    "speakers": "Speakers named",
}


@blueprint.get("")
@allow(*EDITORS)
def edit(submission_id: str, answer_id: str) -> ResponseReturnValue:
    return _editor(submission_id, answer_id)


@blueprint.post("")
@allow(*EDITORS)
def change(submission_id: str, answer_id: str) -> ResponseReturnValue:
    transcript, sent = _words(submission_id, answer_id), word_forms.read()
    try:
        said = SAID[word_forms.carry_out(transcript, _author(), sent)]
        db.session.commit()
    except (Conflict, Invalid) as error:
        db.session.rollback()
        page = _editor(submission_id, answer_id, sent=sent, problem=error.sentence)
        return page, STATUS[type(error)]
    if "HX-Request" in request.headers:
        return _editor(submission_id, answer_id, said=said)
    flash(said)
    return redirect(url_for("words.edit", submission_id=submission_id, answer_id=answer_id), 303)


@blueprint.get("/replace")
@allow(*EDITORS)
def find(submission_id: str, answer_id: str) -> ResponseReturnValue:
    return _replacing(submission_id, answer_id)


@blueprint.post("/replace")
@allow(*EDITORS)
def replace(submission_id: str, answer_id: str) -> ResponseReturnValue:
    transcript = _words(submission_id, answer_id)
    try:
        only = {word_forms.whole_number(each) for each in request.form.getlist("only")}
        edition = forms.number("edition", "The edition")
        done = editing.replace_all(transcript, edition, _author(), _wanted(), only)
        db.session.commit()
    except (Conflict, Invalid) as error:
        db.session.rollback()
        problem = STALE if isinstance(error, Conflict) else error.sentence
        return _replacing(submission_id, answer_id, problem), STATUS[type(error)]
    flash(f"Replaced {done} times." if done != 1 else "Replaced once.")
    return redirect(url_for("words.edit", submission_id=submission_id, answer_id=answer_id), 303)


STALE = "Somebody changed these words meanwhile. This is what would be replaced now."


@blueprint.get("/versions")
@allow(*EDITORS)
def versions(submission_id: str, answer_id: str) -> ResponseReturnValue:
    transcript = _words(submission_id, answer_id)
    known = editing_history.versions(transcript)
    answer = voices.answer_of(voices.find(submission_id, me().workspace_id), answer_id)
    return render_template(
        "voices/versions.html",
        submission=answer.submission,
        answer=answer,
        transcript=transcript,
        versions=known,
        now=editing_history.compared(known.heard, known.now),
        theirs=editing_history.compared(known.heard, known.customers) if known.customers else [],
        lines=editing_history.lines(transcript),
        others=[each for each in reversed(answer.transcripts) if each.id != transcript.id],
        offered=transcripts.offered(answer),
        kinds=KINDS,
        writer=writer,
    )


@blueprint.post("/versions")
@allow(*EDITORS)
def decide(submission_id: str, answer_id: str) -> ResponseReturnValue:
    """The machine's words back, another transcript, or the newer one passed over."""
    transcript = _words(submission_id, answer_id)
    answer = voices.answer_of(voices.find(submission_id, me().workspace_id), answer_id)
    what, _, which = forms.text("do").partition(":")
    if what == "restore":
        edition = forms.number("edition", "The edition")
        try:
            editing.restore(transcript, edition, _author())
        except Conflict as error:
            raise Conflict("Somebody changed these words meanwhile. Look at them first.") from error
        flash("The machine’s own words stand there again. Undo brings the corrected ones back.")
    elif what in ("use", "keep"):
        transcripts.choose(answer, which if what == "use" else transcript.id)
        flash("The words are chosen. The others are kept here.")
    else:
        raise Invalid
    db.session.commit()
    back = url_for("words.versions", submission_id=submission_id, answer_id=answer_id)
    return redirect(back, 303)


def _words(submission_id: str, answer_id: str) -> Transcript:
    return editing.spoken(voices.find(submission_id, me().workspace_id), answer_id)


def _author() -> editing.Author:
    return editing.staff(me())


def _editor(
    submission_id: str,
    answer_id: str,
    *,
    sent: word_forms.Sent | None = None,
    problem: str = "",
    said: str = "",
) -> str:
    transcript = _words(submission_id, answer_id)
    submission = voices.find(submission_id, me().workspace_id)
    told = next((e for e in voices.told(submission) if e.answer.id == answer_id), None)
    if told is None:
        raise NotFound
    return render_template(
        "voices/words.html",
        submission=submission,
        told=told,
        heard=masks.heard(told.answer.recording) if told.answer.recording else None,
        transcript=transcript,
        rows=word_forms.rows(transcript, sent),
        stray=word_forms.stray(transcript, sent),
        undoes=editing_log.last(transcript),
        redoes=editing_log.following(transcript),
        kinds=KINDS,
        speakers=(sent and sent.speakers) or speakers.of(transcript),
        problem=problem,
        said=said,
    )


def _wanted() -> Wanted:
    given = request.values
    return Wanted(
        given.get("find", "")[: editing_search.LONGEST + 1],
        given.get("with", "")[: editing_search.LONGEST + 1],
        whole_words="parts" not in given,
        same_case="case" in given,
    )


def _replacing(submission_id: str, answer_id: str, problem: str = "") -> str:
    transcript, wanted = _words(submission_id, answer_id), _wanted()
    found: list[editing_search.Found] = []
    asked = "find" in request.values
    if asked:
        try:
            found = editing_search.find(editing_rows.passages(transcript), wanted)
        except HeardError as error:
            problem, asked = error.sentence, False
    times = sum(each.count for each in found)
    return render_template(
        "voices/replace.html",
        submission=voices.find(submission_id, me().workspace_id),
        answer_id=answer_id,
        transcript=transcript,
        wanted=wanted,
        asked=asked,
        found=[(transcript.segments[each.at], each) for each in found],
        summary=f"{count(times, 'place')} in {count(len(found), 'passage')}",
        times=times,
        problem=problem,
    )
