"""Voices: the list, and one submission with its player, words and run."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain import board, highlights, openings, runs, sharing, transcripts, voices, wording
from app.domain.codebook import family
from app.domain.progress import Progress
from app.extensions import db
from app.models import Submission, Transcript
from app.web import filters as addresses
from app.web import masks
from app.web.access import EDITORS, SHARERS, STAFF, allow, me
from app.web.board import PERIODS
from app.web.programs import LANGUAGES

blueprint = Blueprint("voices", __name__)

PARTS = ("program", "touchpoint", "theme")
ENGINES = {
    "whisper": "Whisper",
    "faster_whisper": "Whisper",
    "pocketsphinx": "Pocketsphinx",
    "captions": "captions that came with the recording",
    "written": "the customer",
}
AGAIN = "The words are being written down again. The ones below stay until that is done."
AGAIN_KEPT = (
    "The words are being written down again. People corrected the ones below, so these stay: "
    "you choose when the new ones are here."
)
PURPOSES = {
    "internal": "inside the company",
    "shared": "shown to people outside",
    "public": "shown in public",
}


@blueprint.app_template_filter("sureness")
def sureness(confidence: float, language: str = "") -> str:
    """A confidence of 0..1 in words, with its number where it means something: see `unread`."""
    if wording.unread(language):
        return "a guess"
    return f"{wording.sureness(confidence)} ({confidence:.2f})"


@blueprint.get("/voices")
@allow(*STAFF)
def index() -> ResponseReturnValue:
    programs = board.programs(me().workspace_id)
    # The form sends an empty program for all of them, also beside a theme of the one before.
    named = request.args.get("program") != "" and bool(addresses.asked(PARTS))
    program = addresses.about(programs) if named else None
    chosen = addresses.chosen(
        {
            **addresses.of_program(program),
            "program": {each.id for each in programs},
            "period": board.PERIODS,
        }
    )
    filters = voices.Filters(
        program=program.id if program and any(chosen[name] for name in PARTS) else "",
        touchpoint=chosen["touchpoint"],
        theme=chosen["theme"],
        period=chosen["period"] or "all",
    )
    program = program if filters.program else None
    after = request.args.get("after", "")
    page = voices.page(me().workspace_id, filters, after)
    args = addresses.asked((*PARTS, "period"))
    return render_template(
        "voices/list.html",
        page=page,
        openings=openings.of([row.submission for row in page.rows], masked=not masks.unmasked()),
        programs=programs,
        program=program,
        theme=next((each for each in program.themes if each.id == filters.theme), None)
        if program
        else None,
        themes=family.in_order(program.themes) if program else [],
        filters=filters,
        left_out=addresses.left_out(),
        periods=PERIODS,
        next=url_for("voices.index", **args, after=page.next) if page.next else "",
        first=url_for("voices.index", **args) if after else "",
    )


@blueprint.get("/voices/<submission_id>")
@allow(*STAFF)
def show(submission_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    hearing = masks.hearing(submission.answers)
    told = masks.told(voices.told(submission))
    moments = [moment for each in told for moment in each.moments]
    return render_template(
        "voices/voice.html",
        submission=submission,
        told=told,
        hearing=hearing,
        best=max(moments, key=lambda moment: moment.score, default=None),
        may_leave=sharing.may_leave(submission),
        fields={field.key: field.label for field in submission.program.fields},
        purposes=PURPOSES,
        languages=dict(LANGUAGES),
        writer=writer,
        **_progress(submission),
    )


@blueprint.get("/voices/<submission_id>/progress")
@allow(*STAFF)
def progress(submission_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    return render_template("voices/_progress.html", submission=submission, **_progress(submission))


@blueprint.post("/voices/<submission_id>/steps/<step_id>/again")
@allow(*SHARERS)
def repeat(submission_id: str, step_id: str) -> ResponseReturnValue:
    submission = voices.find(submission_id, me().workspace_id)
    runs.again(voices.step_of(submission, step_id))
    db.session.commit()
    return redirect(url_for("voices.show", submission_id=submission_id), 303)


@blueprint.post("/voices/<submission_id>/answers/<answer_id>/again")
@allow(*SHARERS)
def again(submission_id: str, answer_id: str) -> ResponseReturnValue:
    """Writes down the words anew, with the best engine that is here now."""
    submission = voices.find(submission_id, me().workspace_id)
    runs.again(voices.transcribing(submission, answer_id))
    db.session.commit()
    words = transcripts.current(voices.answer_of(submission, answer_id))
    kept = words is not None and transcripts.edited(words)
    flash(AGAIN_KEPT if kept else AGAIN)
    return redirect(url_for("voices.show", submission_id=submission_id), 303)


@blueprint.post("/voices/<submission_id>/moments/<highlight_id>/<any(hide, show):what>")
@allow(*EDITORS)
def moment(submission_id: str, highlight_id: str, what: str) -> ResponseReturnValue:
    """Takes a moment from the board, or puts it back."""
    submission = voices.find(submission_id, me().workspace_id)
    highlights.hide(highlights.of(submission, highlight_id), what == "hide")
    db.session.commit()
    flash("The moment is hidden." if what == "hide" else "The moment is on the board again.")
    return redirect(url_for("voices.show", submission_id=submission_id), 303)


def writer(transcript: Transcript) -> str:
    """Who wrote the words: `Whisper, model base, version 20250625`."""
    name = ENGINES.get(transcript.engine, transcript.engine)
    model = f", model {transcript.model}" if transcript.model else ""
    version = f", version {transcript.version}" if transcript.version else ""
    return f"{name}{model}{version}"


def _progress(submission: Submission) -> dict[str, object]:
    muting = not masks.unmasked()
    told = [(each, voices.newest_run(each, muting=muting)) for each in submission.answers]
    progresses: list[Progress] = [run for _, run in told if run is not None]
    return {
        "runs": told,
        "settled": all(each.settled for each in progresses),
        "stopped": any(each.stopped for each in progresses),
        "news": sum(each.done for each in progresses),
        "summary": "; ".join(dict.fromkeys(each.summary for each in progresses)) or "Not started",
    }
