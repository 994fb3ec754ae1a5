"""The audit log: who did what and when, by ids, so that no later hand can change it unseen.

`record` notes an action; the note becomes a row when the caller's transaction commits, and goes
with it when that is rolled back. Each row's hash covers the hash before it. The last one, the
head, is also kept outside of the database (`app.domain.audit_heads`). See docs/adr/010.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import event, select, text, update
from sqlalchemy.orm import Session, scoped_session

from app.domain import audit_heads
from app.domain.audit_heads import Head
from app.domain.clerk import session
from app.models import AuditEntry, AuditHead, now

log = logging.getLogger(__name__)

BEGINNING = "0" * 64  # what the first row names as the hash before it
NOTED = "audit_noted"
# An id, a word of the code, a date, a number: what a customer or a member wrote has no room here
_PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]{0,64}")
_actor: ContextVar[Callable[[], str]] = ContextVar("actor", default=lambda: "system")


@dataclass(frozen=True, slots=True)
class Note:
    """An action whose transaction has not been committed yet."""

    at: datetime
    workspace_id: str
    actor: str
    action: str
    subject: tuple[str, str]
    details: dict[str, str | int] = field(default_factory=dict)


def record(
    workspace_id: str,
    action: str,
    *,
    actor: str = "",
    subject: tuple[str, str] = ("", ""),
    details: Mapping[str, str | int] | None = None,
) -> None:
    """Notes an action in the caller's transaction, as `noun.verb`, by ids and counts only.

    `actor` is whoever acts in this process right now unless told: `member:ID`, `customer`,
    `visitor`, `command`, `worker`, `clock` or `system`.

    Raises:
        ValueError: something in it could be content: it is no id, number or word of the code.
    """
    who = actor or _actor.get()()
    known = dict(details or {})
    said = (workspace_id, action, who, *subject, *known, *map(str, known.values()))
    if odd := next((each for each in said if not _PLAIN.fullmatch(each)), None):
        raise ValueError(f"The audit log holds ids and counts only, not {odd!r:.40}.")
    note = Note(now(), workspace_id, who, action, subject, known)
    current = session()()
    if not current.in_transaction():
        current.begin()  # else a rollback before the first statement would not reach the note
    current.info.setdefault(NOTED, []).append(note)


def act_as(who: Callable[[], str] | str) -> None:
    """Says who acts from now on in this thread or task; called lazily where it takes looking up."""
    _actor.set(who if callable(who) else lambda: who)


@contextmanager
def acting(who: str) -> Iterator[None]:
    """Says who acts inside this block."""
    token = _actor.set(lambda: who)
    try:
        yield
    finally:
        _actor.reset(token)


def sealed(row: AuditEntry) -> str:
    """The hash that this row must have: over canonical JSON (sorted keys, no spaces, ASCII)."""
    said = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "workspace": row.workspace_id,
        "actor": row.actor,
        "action": row.action,
        "subject": [row.subject_kind, row.subject_id],
        "details": row.details,
        "previous": row.previous,
    }
    written = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(written.encode("ascii")).hexdigest()


@event.listens_for(Session, "before_commit")
def _seal(current: Session) -> None:
    """Turns what was noted into rows, last of all, so that the head's lock is held only briefly
    and nobody who holds it waits for another lock."""
    if not (notes := current.info.pop(NOTED, [])):
        return
    current.flush()
    count, previous = _locked_head(current)
    unbroken = continues(current, audit_heads.kept())
    for note in notes:
        count += 1
        row = AuditEntry(
            seq=count,
            at=note.at,
            workspace_id=note.workspace_id,
            actor=note.actor,
            action=note.action,
            subject_kind=note.subject[0],
            subject_id=note.subject[1],
            details=note.details,
            previous=previous,
        )
        row.hash = previous = sealed(row)
        current.add(row)
    current.execute(update(AuditHead).values(count=count, hash=previous))
    if unbroken:
        keep = partial(audit_heads.keep, Head(count, previous))
        current.info.setdefault("after_commit", []).append(keep)


def continues(current: Session | scoped_session[Session], head: Head | None) -> bool:
    """Whether the log still holds what this head saw. One that it doesn't is never replaced by a
    later one: the alarm would go with it."""
    if head is None or head.count == 0:
        return True
    if current.scalar(select(AuditEntry.hash).where(AuditEntry.seq == head.count)) == head.hash:
        return True
    log.error("The audit log is not as its head says; run ./heard audit verify.")
    return False


@event.listens_for(Session, "after_soft_rollback")
def _forget(current: Session, _previous: object) -> None:
    current.info.pop(NOTED, None)


def _locked_head(current: Session) -> tuple[int, str]:
    """The head, which stays locked until the commit: by its row, on SQLite by the database."""
    lock = (
        update(AuditHead)
        .values(count=AuditHead.count)
        .returning(AuditHead.count, AuditHead.hash)
        .execution_options(synchronize_session=False)
    )
    if (head := current.execute(lock).first()) is None:
        _begin(current)
        head = current.execute(lock).one()
    return head[0], head[1]


def _begin(current: Session) -> None:
    """The head's row where there is none: of a new log, or one that somebody took it from."""
    last = current.execute(
        select(AuditEntry.seq, AuditEntry.hash).order_by(AuditEntry.seq.desc()).limit(1)
    ).first()
    count, digest = last or (0, BEGINNING)
    current.execute(
        text(
            "INSERT INTO audit_head (id, count, hash) VALUES (1, :count, :hash)"
            " ON CONFLICT DO NOTHING"
        ),
        {"count": count, "hash": digest},
    )
