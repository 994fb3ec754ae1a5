"""Passages understood anew since a change: what it noted about them holds no longer, so undoing it
has them heard anew instead of putting anything back.

A passage is noted once, with the newest change; where that one is undone, the next one takes it on.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from app.extensions import db
from app.models import ChangedMention, CodebookChange, Segment, Theme

ANEW = "anew"  # stands as the engine of such a note: its theme says nothing
UNTIL = "until"  # kept with a change: the newest passage when it was done


def note(program_id: str, ids: Collection[int]) -> None:
    """These passages were understood anew. The caller commits."""
    gone = delete(ChangedMention).where(ChangedMention.segment_id.in_(list(ids)))
    db.session.execute(gone.execution_options(synchronize_session=False))
    newest = _newest(program_id)
    if newest is None or (theme_id := _theme(newest)) is None:
        return
    until = newest.followed.get(UNTIL)  # those after it are heard anew in any case
    rows = [
        {**_NOTHING, "change_id": newest.id, "segment_id": each, "theme_id": theme_id}
        for each in ids
        if until is None or each <= until
    ]
    if rows:
        db.session.execute(insert(ChangedMention), rows)


def in_force(change: CodebookChange) -> None:
    """From now on what comes in is heard with it. The caller commits."""
    newest = db.session.scalar(select(func.max(Segment.id))) or 0
    change.followed = {**change.followed, UNTIL: newest}


def pass_on(change: CodebookChange) -> None:
    """It was undone: its passages are the next one's that can be. The caller commits."""
    mine = (ChangedMention.change_id == change.id, ChangedMention.engine == ANEW)
    after = _newest(change.program_id)
    theme_id = _theme(after) if after is not None else None
    if after is not None and theme_id is not None:
        db.session.execute(
            update(ChangedMention)
            .where(*mine)
            .values(change_id=after.id, theme_id=theme_id, gained=False)
            .execution_options(synchronize_session=False)
        )


def to_hear(change_id: str, until: int) -> ColumnElement[bool]:
    """The passages that undoing this change has heard anew: these, and those that came in since."""
    noted = select(ChangedMention.segment_id).where(
        ChangedMention.change_id == change_id, ChangedMention.engine == ANEW
    )
    return or_(Segment.id > until, Segment.id.in_(noted))


_NOTHING = {"gained": False, "confidence": 0.0, "engine": ANEW, "version": ""}


def _newest(program_id: str) -> CodebookChange | None:
    """The newest change in force, or on its way there."""
    return db.session.scalar(
        select(CodebookChange)
        .where(
            CodebookChange.program_id == program_id,
            CodebookChange.state.in_(("applying", "applied")),
        )
        .order_by(CodebookChange.number.desc())
        .limit(1)
    )


def _theme(change: CodebookChange) -> str | None:
    """A theme that is there as long as this change can be undone."""
    own = [row["id"] for row in change.wanted] + [*change.scope, *change.moves]
    return db.session.scalar(select(Theme.id).where(Theme.id.in_(own)).limit(1))
