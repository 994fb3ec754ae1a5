"""Small things that every domain file needs: the session, commits, tokens, ownership."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import CursorResult, Update, event
from sqlalchemy.orm import Session, scoped_session

from app.domain.errors import NotFound
from app.extensions import db
from app.models.base import InWorkspace

Row = TypeVar("Row", bound=Any)


def session() -> scoped_session[Any]:
    return db.session


def after_commit(call: Callable[[], object]) -> None:
    """Calls once when the current transaction is committed; never if it is rolled back."""
    current = db.session()
    current.info.setdefault("after_commit", []).append(call)


@event.listens_for(Session, "after_commit")
def _ring(current: Session) -> None:
    for call in current.info.pop("after_commit", []):
        call()


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
