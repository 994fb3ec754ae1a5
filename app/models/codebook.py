"""What people change in a codebook, and what the machine proposes for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified
from app.models.program import InProgram, Program
from app.models.run import Run
from app.models.transcript import Number, Segment
from app.models.workspace import Member


class CodebookChange(Identified, InProgram, Base):
    """A version of the codebook: what is to be written, what was there, and what that moved.

    kind: see `app.domain.codebook.changes`. state: planned → applying → applied → undoing → undone,
    or final, where a theme that it needs was deleted since.
    `edition`: the codebook's when this was planned. `wanted`, `before`: themes as
    `app.domain.codebook.entries` writes them. `scope`: ids of the themes heard anew. `moves`: ids
    of themes whose mentions become another's, or (where that is "") are shared out among `scope`.
    `preview`: counts and ids of passages, no words. `followed`: ids of what went with a merge, or
    of the proposal that was learned; what is about a voice has rows of its own, which go with it.
    `reached`: the id of the last row that was done.
    """

    __tablename__ = "codebook_changes"

    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="planned")
    edition: Mapped[int]
    number: Mapped[int] = mapped_column(default=0)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    applied_at: Mapped[datetime | None]
    wanted: Mapped[list[Any]] = mapped_column(default=list)
    before: Mapped[list[Any]] = mapped_column(default=list)
    scope: Mapped[list[str]] = mapped_column(default=list)
    moves: Mapped[dict[str, Any]] = mapped_column(default=dict)
    followed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    preview: Mapped[dict[str, Any] | None]
    reached: Mapped[int] = mapped_column(Number, default=0)

    program: Mapped[Program] = relationship()
    member: Mapped[Member | None] = relationship()
    runs: Mapped[list[Run]] = relationship(
        order_by=Run.id, cascade="all, delete-orphan", passive_deletes=True
    )


class ChangedMention(Base):
    """A mention that a change made (`gained`) or took away, so that it can be undone."""

    __tablename__ = "changed_mentions"
    __table_args__ = (UniqueConstraint("change_id", "segment_id", "theme_id", "gained"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    change_id: Mapped[str] = mapped_column(ForeignKey("codebook_changes.id", ondelete="CASCADE"))
    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), index=True
    )
    theme_id: Mapped[str] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"), index=True)
    gained: Mapped[bool]
    confidence: Mapped[float]
    engine: Mapped[str]
    version: Mapped[str]


class FollowedCorrection(Base):
    """A correction as it was before a merge gave it other themes."""

    __tablename__ = "followed_corrections"

    change_id: Mapped[str] = mapped_column(
        ForeignKey("codebook_changes.id", ondelete="CASCADE"), primary_key=True
    )
    correction_id: Mapped[str] = mapped_column(
        ForeignKey("corrections.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    value: Mapped[list[str]]
    machine: Mapped[list[Any]]
    newer: Mapped[list[Any] | None]


class Lesson(Base):
    """A correction whose passage a change made an example of a theme."""

    __tablename__ = "lessons"

    change_id: Mapped[str] = mapped_column(
        ForeignKey("codebook_changes.id", ondelete="CASCADE"), primary_key=True
    )
    correction_id: Mapped[str] = mapped_column(
        ForeignKey("corrections.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    theme_id: Mapped[str] = mapped_column(
        ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ThemeProposal(Identified, InProgram, Base):
    """A theme that the codebook may lack: passages that are alike and have none.

    state: open, accepted and merged (then `theme_id` is whose examples its passages are), dismissed
    (then its passages tell what isn't proposed again). `words`: the most telling ones, each said by
    several customers. What the passages have in common is reckoned from them whenever it is asked
    for: a mean that was kept would still hold the voices that are gone.
    """

    __tablename__ = "theme_proposals"
    __table_args__ = (Index("ix_theme_proposals_program_id_state", "program_id", "state"),)

    state: Mapped[str] = mapped_column(String(9), default="open")
    theme_id: Mapped[str | None] = mapped_column(
        ForeignKey("themes.id", ondelete="SET NULL"), index=True
    )
    words: Mapped[list[str]] = mapped_column(default=list)
    voices: Mapped[int] = mapped_column(default=0)

    passages: Mapped[list[ProposedPassage]] = relationship(
        order_by="ProposedPassage.place", cascade="all, delete-orphan", passive_deletes=True
    )


class ProposedPassage(Base):
    """A passage of a proposal; `place` 0 is the most typical one."""

    __tablename__ = "proposed_passages"

    proposal_id: Mapped[str] = mapped_column(
        ForeignKey("theme_proposals.id", ondelete="CASCADE"), primary_key=True
    )
    segment_id: Mapped[int] = mapped_column(
        Number,
        ForeignKey("segments.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    place: Mapped[int]

    segment: Mapped[Segment] = relationship()
