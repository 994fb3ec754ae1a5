"""The same recordings once more, with silence put between words.

Koenecke, Choi, Mei, Schellmann and Sloane (Careless Whisper, FAccT 2024) found that Whisper writes
whole phrases that nobody said, more often for speakers with aphasia, whose speech has longer
pauses. Recordings that people corrected are heard twice more by the engine of now, a bounded
number at a time, and only counts are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, or_, select

from app import runtime
from app.domain import editing_changes, engines, pipeline, runs
from app.domain.fairness import speech, words
from app.domain.fairness.gathered import WRITTEN
from app.extensions import db
from app.models import (
    Answer,
    PauseCheck,
    Program,
    Recording,
    Run,
    Segment,
    Step,
    Submission,
    Transcript,
)

PAUSE_S = 2.0
EVERY_S = 4.0  # of recording, one pause
MOST_PAUSES = 8
LONGEST_S = 120.0  # a recording above it would keep the voices that wait behind it


@dataclass(frozen=True, slots=True)
class Wanted:
    """A recording to be heard again: where its sound is, what was said, and between which words
    silence belongs, in seconds."""

    answer_id: str
    audio_key: str
    said: tuple[str, ...]
    at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`engine`: name, model and version. Counts of words."""

    engine: str
    pauses: int
    words: int
    inserted: int
    inserted_paused: int


def places(spoken: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Where to put silence: between words, spread over what was said. `spoken`: the words' start
    and end, in seconds. None where fewer than two words have times."""
    ends = [(a[1] + b[0]) / 2 for a, b in pairwise(spoken)]
    if not ends:
        return ()
    start, length = spoken[0][0], spoken[-1][1] - spoken[0][0]
    many = max(1, min(MOST_PAUSES, int(length // EVERY_S)))
    goals = [start + length * (i + 1) / (many + 1) for i in range(many)]
    return tuple(sorted({min(ends, key=lambda end: abs(end - goal)) for goal in goals}))


def wanted(
    program: Program, most: int, references: Mapping[str, str] | None = None
) -> list[Wanted]:
    """Corrected recordings (or those of which a file says what was said) that the engine of now
    has not heard with pauses, the newest first, of each group in turn."""
    rows = db.session.execute(_unheard(program, references).order_by(Answer.id.desc())).all()
    return _with_places(_in_turn(rows)[:most], references)


def _with_places(
    rows: Sequence[tuple[Any, ...]], references: Mapping[str, str] | None = None
) -> list[Wanted]:
    """Of rows of (answer, transcript, sound, what the machine heard), those that have words."""
    found = []
    for answer_id, transcript_id, key, heard in rows:
        said = (references or speech.texts([transcript_id])).get(
            answer_id if references else transcript_id, ""
        )
        spoken = tuple(words.plain(said))
        if spoken and (at := places(_times(transcript_id, heard))):
            found.append(Wanted(answer_id, key, spoken, at))
    return found


def order(program: Program) -> int:
    """Has the speech worker hear some of them, after whatever waits there now; how many. What it
    has done is forgotten, apart from the counts. The caller commits."""
    done = select(Step.run_id).where(
        Step.name == "pauses", Step.state.in_(("done", "failed", "dead"))
    )
    for run in db.session.scalars(select(Run).where(Run.id.in_(done))):
        db.session.delete(run)
    db.session.flush()
    begun = 0
    for each in wanted(program, runtime.settings().fairness_pauses):
        check = _check(each.answer_id)
        if check.run_id is None:
            run = runs.start(Run(), pipeline.PAUSES)
            check.run_id = run.id
            begun += 1
    db.session.flush()
    return begun


def of_run(run: Run) -> Wanted | None:
    """What this run is to hear; None where it was taken back meanwhile, or its words are as the
    machine heard them again."""
    row = db.session.execute(
        select(Answer.id, Submission.program_id)
        .join(PauseCheck, PauseCheck.answer_id == Answer.id)
        .join(Submission)
        .where(PauseCheck.run_id == run.id)
    ).first()
    if row is None:
        return None
    mine = _unheard(db.session.get_one(Program, row[1]), None).where(Answer.id == row[0])
    return next(iter(_with_places(_in_turn(db.session.execute(mine).all()))), None)


def keep(answer_id: str, result: Result) -> None:
    """The caller commits."""
    check = _check(answer_id)
    check.engine, check.pauses, check.words = result.engine, result.pauses, result.words
    check.inserted, check.inserted_paused = result.inserted, result.inserted_paused
    db.session.flush()


def _check(answer_id: str) -> PauseCheck:
    check = db.session.scalar(select(PauseCheck).where(PauseCheck.answer_id == answer_id))
    if check is None:
        check = PauseCheck(answer_id=answer_id)
        db.session.add(check)
        db.session.flush()
    return check


def _unheard(program: Program, references: Mapping[str, str] | None) -> Select[Any]:
    engine = engines.speech(runtime.settings())
    mine = f"{engine.engine} {engine.model}".strip()
    query = (
        select(Answer.id, Transcript.id, Recording.audio_key, Transcript.heard, Submission.fields)
        .join(Transcript, and_(Transcript.answer_id == Answer.id, Transcript.current))
        .join(Recording, Recording.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(
            Submission.program_id == program.id,
            Submission.state == "received",
            Transcript.engine.not_in(WRITTEN),
            Recording.audio_key.is_not(None),
            Recording.duration_s <= LONGEST_S,
        )
    )
    if references is not None:
        return query.where(Answer.id.in_(references))
    return query.outerjoin(PauseCheck, PauseCheck.answer_id == Answer.id).where(
        speech.corrected(),
        or_(PauseCheck.id.is_(None), ~PauseCheck.engine.startswith(mine, autoescape=True)),
    )


def _in_turn(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """One of each group, then the second of each: a large group must not take all the places."""
    seen: dict[tuple[str, ...], int] = {}
    ranked = []
    for answer, transcript, key, heard, fields in rows:
        group = tuple(f"{name}={fields[name]}" for name in sorted(fields))
        seen[group] = seen.get(group, 0) + 1
        ranked.append((seen[group], answer, transcript, key, heard))
    ranked.sort(key=lambda each: each[0])
    return [each[1:] for each in ranked]


def _times(transcript_id: str, heard: list[Any] | None) -> list[tuple[float, float]]:
    """The machine's own words' times: people's are the same where they kept a word."""
    if heard:
        passages = editing_changes.from_rows(heard)
        return [(word.start, word.end) for passage in passages for word in passage.words]
    rows = db.session.scalars(
        select(Segment.words)
        .where(Segment.transcript_id == transcript_id)
        .order_by(Segment.position)
    )
    return [(word[1], word[2]) for row in rows for word in row]
