"""The lease that steps and deliveries share: one holder at a time, proved by a fence.

A row is taken with one conditional UPDATE that writes the fence; all that the holder writes
afterwards carries `WHERE fence = …`. Attempts are counted before the work. A holder is gone when
its time has run out (`app.models.base.Leased`), or at once when the lock on its working place
is free (`app.domain.holding`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from app.domain.clerk import rows_written
from app.extensions import db
from app.models import Delivery, Step, now

Table = type[Step] | type[Delivery]

WITHOUT_A_WORD = "The worker stopped without a word each time this was tried."


def claimable(table: Table) -> ColumnElement[bool]:
    """Due, or leased by one who let its time run out."""
    moment = now()
    return or_(
        and_(table.state == "due", table.due_at <= moment),
        and_(table.state == "leased", table.lease_until < moment),
    )


def take(
    table: Table, row_id: str, fence: str, *, lease_s: int, most: int, **also: object
) -> int | None:
    """Takes a claimable row that was tried fewer than `most` times; which attempt this is.

    None when there is nothing to do: done, held by another, not due yet, or gone. Commits.
    """
    moment = now()
    attempt = db.session.scalar(
        update(table)
        .where(table.id == row_id, claimable(table), table.attempts < most)
        .values(
            state="leased",
            attempts=table.attempts + 1,
            fence=fence,
            lease_until=moment + timedelta(seconds=lease_s),
            started_at=moment,
            finished_at=None,
            **also,
        )
        .returning(table.attempts)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return attempt


def write(table: Table, row_id: str, fence: str, **values: object) -> bool:
    """Writes as the holder; False when another holds it by now. The caller commits."""
    held = (table.id == row_id, table.fence == fence, table.state == "leased")
    return bool(rows_written(update(table).where(*held).values(**values)))


def release(fence: str) -> None:
    """Due again what was held with this fence: its holder is known to be gone. Commits."""
    for table in (Step, Delivery):
        db.session.execute(
            update(table)
            .where(table.fence == fence, table.state == "leased")
            .values(state="due", fence=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )
    db.session.commit()


def bury(table: Table, most: int, *where: ColumnElement[bool]) -> None:
    """Lays down what was tried `most` times by workers that died. The caller commits."""
    db.session.execute(
        update(table)
        .where(
            *where,
            table.state.in_(("due", "leased")),
            table.attempts >= most,
            or_(table.lease_until.is_(None), table.lease_until < now()),
        )
        .values(state="dead", finished_at=now(), error=WITHOUT_A_WORD)
        .execution_options(synchronize_session=False)
    )


def waiting_longest(table: Table, most: int, *where: ColumnElement[bool]) -> Sequence[str]:
    """The ids of claimable rows, longest due first. Leaves no transaction open."""
    due = select(table.id).where(*where, claimable(table)).order_by(table.due_at).limit(most)
    ids = db.session.scalars(due).all()
    db.session.rollback()
    return ids
