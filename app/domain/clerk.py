"""Small things that every domain file needs: the session, commits, tokens, ownership."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Update, event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session

from app.domain.errors import NotFound
from app.extensions import db
from app.models.base import InWorkspace

log = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Any)


def session() -> scoped_session[Any]:
    return db.session


def after_commit(call: Callable[[], object]) -> None:
    """Calls once when the current transaction is committed; never if it is rolled back.

    What it raises is logged and hinders nobody: the commit stands, and others' calls follow.
    """
    current = db.session()
    if not current.in_transaction():
        current.begin()  # else a rollback before the first statement would not reach the call
    current.info.setdefault("after_commit", []).append(call)


def when_free(call: Callable[[], object]) -> None:
    """As `after_commit`, when the session has given its connection back: for what takes one itself.

    Two at a time for one request and the pool is empty with everybody waiting for their second.
    """
    current = db.session()
    after_commit(lambda: current.info.setdefault("when_free", []).append(call))


@event.listens_for(Session, "after_transaction_end")
def _ring_when_free(current: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        _call_each(current.info.pop("when_free", []))


@event.listens_for(Session, "after_commit")
def _ring(current: Session) -> None:
    _call_each(current.info.pop("after_commit", []))


def _call_each(calls: list[Callable[[], object]]) -> None:
    for call in calls:
        try:
            call()
        except Exception:  # whatever it is: what was committed stands
            log.exception("A call after a commit failed; the clock meets what it left.")


@event.listens_for(Session, "after_soft_rollback")
def _forget(current: Session, _previous: Any) -> None:
    current.info.pop("after_commit", None)


def rows_written(statement: Update) -> int:
    """Carries out a conditional UPDATE; how many rows met its condition."""
    done = db.session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount


def owned(model: type[Row], row_id: str, workspace_id: str) -> Row:
    """The row of this workspace with this id.

    Raises:
        NotFound: there is none, or it is another workspace's: the two look the same.
    """
    assert issubclass(model, InWorkspace)
    row: Row | None = db.session.get(model, row_id)
    if row is None or row.workspace_id != workspace_id:
        raise NotFound
    return row


def new_token() -> str:
    """256 random bits for a link; only its hash is kept."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
