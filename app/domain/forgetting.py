"""What must not stay: objects of rows that are gone, and files that hold what was taken back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import Function

from app import runtime
from app.domain.clerk import after_commit, rows_written
from app.extensions import db
from app.models import Export, Run, Step, now
from storage import StorageError, keys

log = logging.getLogger(__name__)

OUT_OF_DATE = "Something in it was taken back or masked since; write it again."


def objects(prefixes: Sequence[str]) -> None:
    """Deletes all objects under these prefixes (or keys) once the transaction is committed.

    One that can't be deleted now is an orphan; `app.domain.sweeping` meets it again.
    """

    def delete() -> None:
        storage = runtime.storage()
        for prefix in prefixes:
            try:
                for key in list(storage.list(prefix)):
                    storage.delete(key)
            except StorageError as error:
                log.error("Objects under %s are still there: %s", prefix, error.sentence)

    if prefixes:
        after_commit(delete)


def exports_of(
    program_id: str, purposes: Sequence[str], *, drop_objects: bool = True
) -> Sequence[str]:
    """Drops the files that were written for one of these purposes; the exports' ids. The caller
    commits, and sees to the objects where `drop_objects` is off.

    A finished export says that it is out of date. One that is being written loses its lease, so
    that what it read is not published, and is written again. One that waits is touched, too: it
    can't be claimed, and read what is about to go, before the caller has committed. One that is
    ordered since waits for that, see `wait_for`.
    """
    _lock(db.session(), program_id, func.pg_advisory_xact_lock)
    writing = select(Run.export_id).join(Step).where(Step.state == "leased")
    # Exports first, as a publishing step does it: two that lock in one order never wait for
    # each other.
    emptied = list(
        db.session.scalars(
            update(Export)
            .where(
                Export.program_id == program_id,
                Export.purpose.in_(purposes),
                or_(Export.key.is_not(None), Export.id.in_(writing)),
            )
            .values(key=None, size=None, rows=None)
            .returning(Export.id)
            .execution_options(synchronize_session=False)
        )
    )
    runs = (
        select(Run.id)
        .join(Export, Export.id == Run.export_id)
        .where(Export.program_id == program_id, Export.purpose.in_(purposes))
    )
    done, leased = Step.state == "done", Step.state == "leased"
    rows_written(
        update(Step)
        .where(Step.run_id.in_(runs), Step.state.in_(("due", "leased", "done")))
        .values(
            state=case((done, "failed"), else_="due"),
            error=case((done, OUT_OF_DATE), else_=Step.error),
            attempts=case((leased, 0), else_=Step.attempts),
            due_at=case((leased, now()), else_=Step.due_at),
            fence=None,
            lease_until=None,
        )
    )
    for row in db.session.identity_map.values():
        if isinstance(row, Export | Step):
            db.session.expire(row)
    if drop_objects:
        objects([keys.export(each, "") for each in emptied])
    return emptied


def wait_for(program_id: str) -> None:
    """Until all who are taking something back of this program have committed. Who writes an export
    calls this before reading: either they read what is left, or they were seen in `exports_of`."""
    with Session(db.engine) as apart, apart.begin():
        _lock(apart, program_id, func.pg_advisory_xact_lock_shared)


def _lock(session: Session, program_id: str, lock: Callable[..., Function[None]]) -> None:
    """Until the session's transaction ends. SQLite has one writer at a time: after `exports_of`
    nobody else orders or takes up an export before the commit.

    A lock of its own, not the program's row: that comes before an answer's, which the caller holds
    (`app.domain.answers`; postgresql.org/docs/current/explicit-locking.html, advisory locks).
    """
    if db.engine.dialect.name == "postgresql":
        session.execute(select(lock(func.hashtextextended(f"exports of {program_id}", 0))))
