"""What was read about a program's voices, and how its rows are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, select

from app.models import Answer, Field, Program, Submission, Transcript

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


def received(program: Program) -> tuple[ColumnElement[bool], ...]:
    """Which submissions count."""
    return (Submission.program_id == program.id, Submission.state == "received")


def answers(program: Program, *columns: Any) -> Select[Any]:
    """Columns of the program's answers."""
    return select(*columns).select_from(Answer).join(Submission).where(*received(program))


def heard_by_engine(program: Program, *columns: Any) -> Select[Any]:
    """Columns of the transcripts that an engine wrote and that are current."""
    return (
        select(*columns)
        .select_from(Transcript)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(*received(program), Transcript.current, Transcript.engine.not_in(WRITTEN))
    )
