"""What happened to each voice of a program, and which groups its customer named: read, not judged.

Groups are the choices of voluntary fields. Free text is none: it could name a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app.domain import editing_changes, telling
from app.domain.fairness import words
from app.domain.fairness.references import References
from app.extensions import db
from app.models import (
    Answer,
    CaptureEvent,
    Correction,
    FairnessStop,
    Field,
    Highlight,
    PauseCheck,
    Program,
    Segment,
    Submission,
    Transcript,
    TranscriptEdit,
)

WRITTEN = ("written", "captions")  # nobody listened
Fact = tuple[float, float]


@dataclass(slots=True)
class Gathered:
    """`who`: the respondent of each voice; `groups`: field → voice → choice; `facts`: measure →
    voice → (what went wrong, out of how many). `engines`: who wrote the words."""

    fields: list[Field]
    who: dict[str, str] = field(default_factory=dict)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    facts: dict[str, dict[str, Fact]] = field(default_factory=dict)
    engines: list[str] = field(default_factory=list)
    spoken: int = 0

    def add(self, measure: str, voice: str, wrong: float, of: float) -> None:
        if of > 0:
            mine = self.facts.setdefault(measure, {})
            before = mine.get(voice, (0.0, 0.0))
            mine[voice] = (before[0] + wrong, before[1] + of)


def grouping(program: Program) -> list[Field]:
    """The fields by which voices can be compared."""
    return [each for each in program.fields if each.choices]


def gather(program: Program, references: References | None = None) -> Gathered:
    """`references`: what a file says was said; without it, what people corrected words to."""
    found = Gathered(grouping(program))
    found.groups = {each.key: {} for each in found.fields}
    _voices(program, found)
    _engines(program, found)
    _doubt(program, found)
    _words(program, found, references.said if references else None)
    _pauses(program, found, references)
    _corrections(program, found)
    _camera(program, found)
    _highlights(program, found)
    return found


def _voices(program: Program, found: Gathered) -> None:
    rows = db.session.execute(
        select(Submission.id, Submission.reference, Submission.fields).where(*_received(program))
    )
    for voice, reference, said in rows:
        # Somebody who came twice is one respondent where their reference says so.
        found.who[voice] = f"={reference.strip().casefold()}" if reference.strip() else voice
        for each in found.fields:
            if (choice := said.get(each.key)) in each.choices:
                found.groups[each.key][voice] = choice


def _engines(program: Program, found: Gathered) -> None:
    name = (Transcript.engine, Transcript.model, Transcript.version)
    rows = db.session.execute(
        _heard(program, *name, func.count()).group_by(*name).order_by(func.count().desc())
    )
    for *parts, number in rows:
        found.engines.append(" ".join(each for each in parts if each))
        found.spoken += number


def _doubt(program: Program, found: Gathered) -> None:
    weight = func.length(Segment.text)
    rows = db.session.execute(
        _heard(
            program,
            Answer.submission_id,
            func.sum((1 - Segment.confidence) * weight),
            func.sum(weight),
        )
        .join(Segment, Segment.transcript_id == Transcript.id)
        .where(Transcript.heard.is_(None))
        .group_by(Answer.submission_id)
    )
    for voice, doubt, letters in rows:
        found.add("doubt", voice, doubt or 0.0, letters or 0)
    edited = _heard(program, Answer.submission_id, Transcript.heard).where(
        Transcript.heard.is_not(None)
    )
    for voice, heard in db.session.execute(edited):
        for passage in editing_changes.from_rows(heard or []):
            letters = len(passage.text)
            found.add("doubt", voice, (1 - passage.confidence) * letters, letters)


def _words(program: Program, found: Gathered, references: Mapping[str, str] | None) -> None:
    for voice, said, heard in compared(program, references):
        result = words.compare(words.plain(said), words.plain(heard))
        found.add("word_error", voice, result.edits, result.said)
        found.add("inserted", voice, result.inserted, result.said)


def compared(
    program: Program, references: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str, str]]:
    """Submission id, what was said and what the machine heard of each recording of which somebody
    knows what was said."""
    if references is not None:
        wanted = _heard(program, Answer.id, Answer.submission_id, Transcript.id, Transcript.heard)
        rows = db.session.execute(wanted.where(Answer.id.in_(references))).all()
        now = texts([row[2] for row in rows])
        for answer, voice, transcript, heard in rows:
            machine = now.get(transcript, "") if heard is None else _text(heard)
            yield voice, references[answer], machine
        return
    wanted = _heard(program, Answer.submission_id, Transcript.id, Transcript.heard)
    rows = db.session.execute(wanted.where(corrected())).all()
    now = texts([row[1] for row in rows])
    for voice, transcript, heard in rows:
        yield voice, now.get(transcript, ""), _text(heard or [])


def corrected() -> ColumnElement[bool]:
    """Transcripts that people corrected; one whose own words were put back tells nothing."""
    edit, later = aliased(TranscriptEdit), aliased(TranscriptEdit)
    mine = (edit.transcript_id == Transcript.id, edit.state == "done", edit.kind != "restore")
    after = (
        later.transcript_id == Transcript.id,
        later.state == "done",
        later.number > edit.number,
    )
    last = select(edit.id).where(*mine, ~select(later.id).where(*after).exists())
    return and_(Transcript.heard.is_not(None), last.exists())


def texts(transcripts: Sequence[str]) -> dict[str, str]:
    """The words of each of them as they stand now."""
    found: dict[str, list[str]] = {}
    for at in range(0, len(transcripts), 500):
        rows = db.session.execute(
            select(Segment.transcript_id, Segment.text)
            .where(Segment.transcript_id.in_(transcripts[at : at + 500]))
            .order_by(Segment.transcript_id, Segment.position)
        )
        for transcript, text in rows:
            found.setdefault(transcript, []).append(text)
    return {key: " ".join(parts) for key, parts in found.items()}


def _pauses(program: Program, found: Gathered, references: References | None) -> None:
    if references is not None:
        rows = db.session.execute(
            _answers(program, Answer.id, Answer.submission_id).where(
                Answer.id.in_(references.paused)
            )
        )
        for answer, voice in rows:
            found.add("inserted_paused", voice, *references.paused[answer])
        return
    counts = (PauseCheck.inserted_paused, PauseCheck.words)
    heard = _answers(program, Answer.submission_id, *counts).join(
        PauseCheck, PauseCheck.answer_id == Answer.id
    )
    for voice, inserted, said in db.session.execute(heard.where(PauseCheck.engine != "")):
        found.add("inserted_paused", voice, inserted, said)


def _corrections(program: Program, found: Gathered) -> None:
    """What stands by now; a reason of "right" is a look that changed nothing."""
    rows = db.session.execute(
        select(
            Answer.submission_id,
            Correction.kind,
            Correction.reason,
            Correction.value,
            Correction.machine,
        )
        .join(Answer, Correction.answer_id == Answer.id)
        .where(Correction.program_id == program.id, Correction.state == "stands")
    ).all()
    touched = {row[0] for row in rows if row[2] != "right"}
    touched |= set(db.session.scalars(_answers(program, Answer.submission_id).where(_edited())))
    for voice in found.who:
        found.add("corrected", voice, voice in touched, 1)
    for voice, kind, reason, value, machine in rows:
        if kind == "sentiment" and voice in found.who:
            said = machine[0][0] if machine else ""
            wrong = reason != "right" and said != (value[0] if value else "")
            found.add("sentiment_error", voice, wrong, 1)


def _edited() -> ColumnElement[bool]:
    return (
        select(Transcript.id)
        .where(Transcript.answer_id == Answer.id, Transcript.current, corrected())
        .exists()
    )


def _camera(program: Program, found: Gathered) -> None:
    """Of voices from the recording page: what was imported was never asked for a camera."""
    asked = set(
        db.session.scalars(
            select(Submission.id).where(*_received(program), Submission.source == "link")
        )
    )
    filmed = set(
        db.session.scalars(
            _answers(program, Answer.submission_id).where(Answer.kind == "video").distinct()
        )
    )
    failed = set(
        db.session.scalars(
            select(CaptureEvent.submission_id)
            .join(Submission)
            .where(*_received(program), CaptureEvent.kind.like("camera%"))
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
    looked = _answers(program, Answer.submission_id).join(Transcript, now).distinct()
    for voice in db.session.scalars(looked.where(~rested.exists())):
        found.add("highlighted", voice, voice in shown, 1)


def _received(program: Program) -> tuple[ColumnElement[bool], ...]:
    return (Submission.program_id == program.id, Submission.state == "received")


def _answers(program: Program, *columns: Any) -> Select[Any]:
    return select(*columns).select_from(Answer).join(Submission).where(*_received(program))


def _heard(program: Program, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .select_from(Transcript)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(*_received(program), Transcript.current, Transcript.engine.not_in(WRITTEN))
    )


def _text(heard: list[Any]) -> str:
    return " ".join(passage.text for passage in editing_changes.from_rows(heard))
