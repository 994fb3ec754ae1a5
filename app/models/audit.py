"""Who did what and when, by ids, each row sealed to the one before it. See `app.domain.audit`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

_BIG = BigInteger().with_variant(Integer(), "sqlite")


class AuditEntry(Base):
    """One action. No foreign keys: a row outlives all that it names, so erasure never touches it.

    hash: SHA-256, hex, over the other columns as canonical JSON, `previous` among them.
    workspace_id is empty where no workspace can be told, as when an unknown address signs in.
    """

    __tablename__ = "audit_log"
    __table_args__ = (Index("ix_audit_log_workspace_seq", "workspace_id", "seq"),)

    seq: Mapped[int] = mapped_column(_BIG, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    workspace_id: Mapped[str] = mapped_column(String(26))
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The one row (id 1) that says how long the log is and what its last row's hash is.

    Whoever adds to the log changes this row first, in the same transaction: that is the lock.
    """

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    count: Mapped[int] = mapped_column(_BIG)
    hash: Mapped[str] = mapped_column(String(64))
