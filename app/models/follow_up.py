"""A customer who needs a person, and the person who calls back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace
from app.models.program import InProgram
from app.models.submission import Submission
from app.models.workspace import Member


class FollowUp(Identified, InWorkspace, InProgram, Base):
    """source: asked (by the customer), heard (by the machine), staff. state: open → done. unneeded:
    it ended since somebody said that nobody is needed, not since somebody called. told: the
    passages that it is about, see `app.domain.needs`."""

    __tablename__ = "follow_ups"

    submission_id: Mapped[str | None] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    source: Mapped[str] = mapped_column(String(5))
    reason: Mapped[str]
    evidence: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(5), default="open", index=True)
    outcome: Mapped[str] = mapped_column(default="")
    done_at: Mapped[datetime | None]
    unneeded: Mapped[bool] = mapped_column(default=False)
    told: Mapped[list[Any]] = mapped_column(default=list)

    submission: Mapped[Submission | None] = relationship()
    owner: Mapped[Member | None] = relationship()
    notes: Mapped[list[FollowUpNote]] = relationship(
        order_by="(FollowUpNote.created_at, FollowUpNote.id)",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class FollowUpNote(Identified, Base):
    """A line of a case's history: who did or noted what."""

    __tablename__ = "follow_up_notes"

    follow_up_id: Mapped[str] = mapped_column(
        ForeignKey("follow_ups.id", ondelete="CASCADE"), index=True
    )
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    text: Mapped[str]

    member: Mapped[Member | None] = relationship()
