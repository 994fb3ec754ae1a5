"""How well each voice's words were heard: by whom, how surely, and against what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from app.domain import editing_changes
from app.domain.fairness import words
from app.domain.fairness.gathered import Gathered, answers, heard_by_engine
from app.domain.fairness.references import References
from app.extensions import db
from app.models import Answer, PauseCheck, Program, Segment, Transcript, TranscriptEdit


def gather(program: Program, found: Gathered, references: References | None) -> None:
    """Adds the engines, doubt, word errors and inserted words."""
    _engines(program, found)
    _doubt(program, found)
    _words(program, found, references.said if references else None)
    _pauses(program, found, references)


def _engines(program: Program, found: Gathered) -> None:
    name = (Transcript.engine, Transcript.model, Transcript.version)
    rows = db.session.execute(
        heard_by_engine(program, *name, func.count()).group_by(*name).order_by(func.count().desc())
    )
    for *parts, number in rows:
        found.engines.append(" ".join(each for each in parts if each))
        found.spoken += number


def _doubt(program: Program, found: Gathered) -> None:
    weight = func.length(Segment.text)
    rows = db.session.execute(
        heard_by_engine(
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
    edited = heard_by_engine(program, Answer.submission_id, Transcript.heard).where(
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
        wanted = heard_by_engine(
            program, Answer.id, Answer.submission_id, Transcript.id, Transcript.heard
        )
        rows = db.session.execute(wanted.where(Answer.id.in_(references))).all()
        now = texts([row[2] for row in rows])
        for answer, voice, transcript, heard in rows:
            machine = now.get(transcript, "") if heard is None else _text(heard)
            yield voice, references[answer], machine
        return
    wanted = heard_by_engine(program, Answer.submission_id, Transcript.id, Transcript.heard)
    rows = db.session.execute(wanted.where(corrected())).all()
    now = texts([row[1] for row in rows])
    for voice, transcript, heard in rows:
        yield voice, now.get(transcript, ""), _text(heard or [])


def corrected() -> ColumnElement[bool]:
    """Transcripts that people corrected; one whose own words were put back tells nothing."""
    edit, later = aliased(TranscriptEdit), aliased(TranscriptEdit)
    others = ("restore", "speakers")  # who speaks changes no word
    mine = (edit.transcript_id == Transcript.id, edit.state == "done", edit.kind.not_in(others))
    after = (
        later.transcript_id == Transcript.id,
        later.state == "done",
        later.kind != "speakers",
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
            answers(program, Answer.id, Answer.submission_id).where(
                Answer.id.in_(references.paused)
            )
        )
        for answer, voice in rows:
            found.add("inserted_paused", voice, *references.paused[answer])
        return
    counts = (PauseCheck.inserted_paused, PauseCheck.words)
    heard = answers(program, Answer.submission_id, *counts).join(
        PauseCheck, PauseCheck.answer_id == Answer.id
    )
    for voice, inserted, said in db.session.execute(heard.where(PauseCheck.engine != "")):
        found.add("inserted_paused", voice, inserted, said)


def _text(heard: list[Any]) -> str:
    return " ".join(passage.text for passage in editing_changes.from_rows(heard))
