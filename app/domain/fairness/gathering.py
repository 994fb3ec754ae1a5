"""What happened to each voice of a program, and which groups its customer named: read, not judged.

Groups are the choices of voluntary fields. Free text is none: it could name a person.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select

from app.domain import telling
from app.domain.corrections import kinds
from app.domain.fairness import speech
from app.domain.fairness.gathered import Gathered, answers, received
from app.domain.fairness.references import References
from app.extensions import db
from app.models import (
    Answer,
    CaptureEvent,
    Correction,
    FairnessStop,
    Field,
    Highlight,
    Program,
    Submission,
    Transcript,
)


def grouping(program: Program) -> list[Field]:
    """The fields by which voices can be compared."""
    return [each for each in program.fields if each.choices]


def gather(program: Program, references: References | None = None) -> Gathered:
    """`references`: what a file says was said; without it, what people corrected words to."""
    found = Gathered(grouping(program))
    found.groups = {each.key: {} for each in found.fields}
    _voices(program, found)
    speech.gather(program, found, references)
    _corrections(program, found)
    _camera(program, found)
    _highlights(program, found)
    return found


def _voices(program: Program, found: Gathered) -> None:
    rows = db.session.execute(
        select(Submission.id, Submission.reference, Submission.fields).where(*received(program))
    )
    for voice, reference, said in rows:
        # Somebody who came twice is one respondent where their reference says so.
        found.who[voice] = f"={reference.strip().casefold()}" if reference.strip() else voice
        for each in found.fields:
            if (choice := said.get(each.key)) in each.choices:
                found.groups[each.key][voice] = choice


def _corrections(program: Program, found: Gathered) -> None:
    """What stands by now; a reason of "right" is a look that changed nothing."""
    rows = db.session.execute(
        select(
            Answer.submission_id,
            Correction.kind,
            Correction.reason,
            Correction.value,
            Correction.machine,
            Correction.engine,
        )
        .join(Answer, Correction.answer_id == Answer.id)
        .where(Correction.program_id == program.id, Correction.state == "stands")
    ).all()
    touched = {row[0] for row in rows if row[2] != "right"}
    touched |= set(db.session.scalars(answers(program, Answer.submission_id).where(_edited())))
    for voice in found.who:
        found.add("corrected", voice, voice in touched, 1)
    for voice, kind, reason, value, machine, engine in rows:
        if kind == "sentiment" and voice in found.who and engine != kinds.UNHEARD:
            said = machine[0][0] if machine else ""
            wrong = reason != "right" and said != (value[0] if value else "")
            found.add("sentiment_error", voice, wrong, 1)


def _edited() -> ColumnElement[bool]:
    return (
        select(Transcript.id)
        .where(Transcript.answer_id == Answer.id, Transcript.current, speech.corrected())
        .exists()
    )


def _camera(program: Program, found: Gathered) -> None:
    """Of voices from the recording page: what was imported was never asked for a camera."""
    asked = set(
        db.session.scalars(
            select(Submission.id).where(*received(program), Submission.source == "link")
        )
    )
    filmed = set(
        db.session.scalars(
            answers(program, Answer.submission_id).where(Answer.kind == "video").distinct()
        )
    )
    failed = set(
        db.session.scalars(
            select(CaptureEvent.submission_id)
            .join(Submission)
            .where(*received(program), CaptureEvent.kind.like("camera%"))
        )
    )
    for voice in asked:
        found.add("no_camera", voice, voice not in filmed, 1)
        found.add("camera_failed", voice, voice in failed, 1)


def _highlights(program: Program, found: Gathered) -> None:
    """Of voices that the machine looked through while it was let: what people chose is not its
    doing."""
    rows = db.session.execute(
        select(Highlight.submission_id, Highlight.reasons).where(Highlight.program_id == program.id)
    )
    shown = {voice for voice, reasons in rows if telling.BY_HAND not in (reasons or ())}
    rested = select(FairnessStop.id).where(
        FairnessStop.program_id == program.id,
        ~FairnessStop.caught_up,
        Submission.received_at >= FairnessStop.created_at,
        or_(FairnessStop.ended_at.is_(None), Submission.received_at < FairnessStop.ended_at),
    )
    now = and_(Transcript.answer_id == Answer.id, Transcript.current)
    looked = answers(program, Answer.submission_id).join(Transcript, now).distinct()
    for voice in db.session.scalars(looked.where(~rested.exists())):
        found.add("highlighted", voice, voice in shown, 1)
