"""Which messages have told of a voice. Noted before each one goes, so that a receipt can count what
nobody can call back, whatever became since of the moments, the message or its channel."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.extensions import db
from app.models import GoneOut, Submission


def begin(delivery_id: str, voices: Collection[str]) -> frozenset[str] | None:
    """Notes that this message tells of these voices (ids of submissions): those it had not told of
    before; None where one of them was taken back meanwhile, and the caller rolls back.

    Who takes one back waits until the caller has committed, and then counts the message; or was
    first, and the caller waits here.
    """
    if not voices:
        return frozenset()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    rows = [{"submission_id": each, "delivery_id": delivery_id} for each in sorted(voices)]
    news = db.session.scalars(
        insert(GoneOut).values(rows).on_conflict_do_nothing().returning(GoneOut.submission_id)
    ).all()
    there = db.session.scalars(
        select(Submission.id)
        .where(Submission.id.in_(voices), Submission.state != "withdrawn")
        .order_by(Submission.id)
        .with_for_update(read=True)
    ).all()
    return frozenset(news) if len(there) == len(voices) else None


def stayed(delivery_id: str, voices: Collection[str]) -> None:
    """It never left: these were not told of after all. The caller commits."""
    if voices:
        mine = (GoneOut.delivery_id == delivery_id, GoneOut.submission_id.in_(voices))
        db.session.execute(
            delete(GoneOut).where(*mine).execution_options(synchronize_session=False)
        )


def counted(submission: Submission) -> int:
    """How many messages about it have gone out or are just going out."""
    mine = select(func.count()).where(GoneOut.submission_id == submission.id)
    return db.session.scalar(mine) or 0


def forget(submission: Submission) -> None:
    """The voice is taken out: nothing says which messages told of it. The caller commits."""
    db.session.execute(
        delete(GoneOut)
        .where(GoneOut.submission_id == submission.id)
        .execution_options(synchronize_session=False)
    )
