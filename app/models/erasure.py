"""What was taken out for good, and the rules by which it goes with age."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, now
from app.models.program import InProgram


class Erasure(Identified, Base):
    """The tombstone of a voice, or of its recordings. Ids, counts and times only.

    No foreign keys: it outlives all that it names. `removed`: how many of each kind went;
    `prefixes` and `uploads`: where bytes were, until nobody can write there any more.

    what: everything | recordings | call (then `submission_id` is the follow-up's own id).
    reason: withdrawn (by its customer), staff, retention, abandoned.
    state: due (bytes may still be there) → gone (looked at again later) → settled
    """

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("submission_id", "what"),)

    workspace_id: Mapped[str] = mapped_column(String(26), index=True)
    program_id: Mapped[str] = mapped_column(String(26), index=True)
    submission_id: Mapped[str] = mapped_column(String(26))
    what: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(10))
    member_id: Mapped[str | None] = mapped_column(String(26))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    removed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prefixes: Mapped[list[str]] = mapped_column(default=list)
    uploads: Mapped[list[str]] = mapped_column(default=list)
    state: Mapped[str] = mapped_column(String(7), default="due", index=True)
    due_at: Mapped[datetime] = mapped_column(default=now)
    looks: Mapped[int] = mapped_column(default=0)
    gone_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")

    sources: Mapped[list[ErasedSource]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True
    )


class ErasedSource(Identified, Base):
    """What an import must not bring back, as a hash. See `app.domain.fingerprints`."""

    __tablename__ = "erased_sources"

    erasure_id: Mapped[str] = mapped_column(
        ForeignKey("erasures.id", ondelete="CASCADE"), index=True
    )
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)


class RetentionRule(Identified, InProgram, Base):
    """After how many months voices go whose widest purpose is this one. None: they are kept."""

    __tablename__ = "retention_rules"
    __table_args__ = (UniqueConstraint("program_id", "purpose"),)

    purpose: Mapped[str] = mapped_column(String(8))
    recordings_months: Mapped[int | None]
    everything_months: Mapped[int | None]
