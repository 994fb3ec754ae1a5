"""What was and is being changed in a codebook, and the passages that this is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, cast, func, or_, select

from app.domain.corrections import in_sql
from app.domain.errors import NotFound
from app.extensions import db
from app.models import (
    Answer,
    CodebookChange,
    Correction,
    Program,
    Segment,
    Submission,
    Theme,
    Transcript,
)

UNDER_WAY = ("applying", "undoing")


def of(program: Program, change_id: str) -> CodebookChange:
    """A change of this program. Raises NotFound."""
    change = db.session.get(CodebookChange, change_id)
    if change is None or change.program_id != program.id:
        raise NotFound
    return change


def standing(program: Program) -> CodebookChange | None:
    """The newest change that is in force: the one that can be undone."""
    return db.session.scalar(
        select(CodebookChange)
        .where(CodebookChange.program_id == program.id, CodebookChange.state == "applied")
        .order_by(CodebookChange.number.desc())
        .limit(1)
    )


def history(program: Program, most: int = 20) -> Sequence[CodebookChange]:
    """What was changed, newest first; no plans."""
    return db.session.scalars(
        select(CodebookChange)
        .where(CodebookChange.program_id == program.id, CodebookChange.state != "planned")
        .order_by(CodebookChange.number.desc())
        .limit(most)
    ).all()


def under_way(program: Program) -> CodebookChange | None:
    """The change that is being carried out at this moment."""
    return db.session.scalar(
        select(CodebookChange).where(
            CodebookChange.program_id == program.id, CodebookChange.state.in_(UNDER_WAY)
        )
    )


def changed_since(program: Program, moment: datetime) -> bool:
    """Whether what was understood at that moment may have other themes by now. When a change was
    undone isn't known, so each that was counts."""
    undone = CodebookChange.state.in_(("undoing", "undone"))
    changed = select(CodebookChange.id).where(
        CodebookChange.program_id == program.id,
        CodebookChange.state != "planned",
        or_(CodebookChange.applied_at >= moment, undone),
    )
    return bool(db.session.scalar(select(changed.exists())))


def has_passages(program_id: str) -> bool:
    """Whether anything was said yet that themes could be heard in."""
    return bool(db.session.scalar(select(passages(program_id).exists())))


def passages(program_id: str) -> Select[Any]:
    """The program's passages that count: of current transcripts, with their labels made."""
    return (
        select(Segment.id)
        .join(Transcript, Segment.transcript_id == Transcript.id)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(
            Submission.program_id == program_id,
            Submission.state == "received",
            Transcript.current,
            Segment.understood,
        )
    )


def created(change: CodebookChange) -> list[str]:
    """Ids of the themes that this change made."""
    there = {row["id"] for row in change.before}
    return [row["id"] for row in change.wanted if row["id"] not in there]


def put_by_people(change: CodebookChange) -> list[tuple[str, int]]:
    """Names of the themes that this change made and people put on passages, with how many these
    are: undoing leaves them there, switched off (`entries.remove`)."""
    if not (made := created(change)):
        return []
    passage = Correction.answer_id.concat(cast(Correction.position, Text))
    rows = db.session.execute(
        select(Theme.name, func.count(passage.distinct()))
        .join(Correction, in_sql.names(Theme.id))
        .where(Theme.id.in_(made), Correction.program_id == change.program_id)
        .group_by(Theme.name)
        .order_by(Theme.name)
    )
    return [(row[0], row[1]) for row in rows]
