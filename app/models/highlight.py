"""Moments worth hearing, their files, and the links that show them outside."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from app.models.base import Base, Identified, InWorkspace
from app.models.program import InProgram, Theme, Touchpoint
from app.models.run import Run
from app.models.submission import Answer, Submission
from app.models.workspace import Member

highlight_themes = Table(
    "highlight_themes",
    Base.metadata,
    Column("highlight_id", ForeignKey("highlights.id", ondelete="CASCADE"), primary_key=True),
    Column("theme_id", ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True),
)


class Highlight(Identified, InWorkspace, InProgram, Base):
    """A time range worth hearing: seconds `start`..`end` of its answer's recording.

    Virtual: the player seeks. A written answer's highlight has no times (0, 0). `masked_quote` is
    the quote with its masks, None until it has been looked through (see `app.domain.masking`), and
    `masked_by` the version of the rules by which it was.
    """

    __tablename__ = "highlights"
    __table_args__ = (Index("ix_highlights_program_id_id", "program_id", "id"),)

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), index=True)
    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    transcript_id: Mapped[str] = mapped_column(ForeignKey("transcripts.id", ondelete="CASCADE"))
    touchpoint_id: Mapped[str | None] = mapped_column(
        ForeignKey("touchpoints.id", ondelete="SET NULL"), index=True
    )
    first_position: Mapped[int]
    last_position: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    quote: Mapped[str]
    masked_quote: Mapped[str | None] = mapped_column(Text)
    masked_by: Mapped[str] = mapped_column(String(8), default="", server_default="")
    score: Mapped[float]
    reasons: Mapped[list[str]] = mapped_column(default=list)
    sentiment: Mapped[str] = mapped_column(String(8))
    sentiment_score: Mapped[float]
    emotion: Mapped[str | None] = mapped_column(index=True)
    said_at: Mapped[datetime] = mapped_column(index=True)
    hidden: Mapped[bool] = mapped_column(default=False)

    @validates("quote")
    def _quoted(self, _key: str, quote: str) -> str:
        self.masked_quote = None  # it was another quote's
        return quote

    answer: Mapped[Answer] = relationship()
    submission: Mapped[Submission] = relationship()
    touchpoint: Mapped[Touchpoint | None] = relationship()
    themes: Mapped[list[Theme]] = relationship(secondary=highlight_themes, order_by=Theme.position)
    clips: Mapped[list[Clip]] = relationship(
        back_populates="highlight", cascade="all, delete-orphan", passive_deletes=True
    )


class Clip(Identified, Base):
    """A highlight's rendered file. kind: plain, captioned (burned in). `holds`: what is heard and
    written in it, see `app.domain.clips.Content`."""

    __tablename__ = "clips"
    __table_args__ = (UniqueConstraint("highlight_id", "kind"),)

    highlight_id: Mapped[str] = mapped_column(ForeignKey("highlights.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(9), default="plain")
    key: Mapped[str | None]
    media_type: Mapped[str | None]
    size: Mapped[int | None]
    holds: Mapped[str] = mapped_column(String(32), default="")

    highlight: Mapped[Highlight] = relationship(back_populates="clips")
    runs: Mapped[list[Run]] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class ShareLink(Identified, InWorkspace, Base):
    """Shows one highlight to whoever holds the token, until it expires or is revoked."""

    __tablename__ = "share_links"

    highlight_id: Mapped[str] = mapped_column(ForeignKey("highlights.id", ondelete="CASCADE"))
    created_by: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    views: Mapped[int] = mapped_column(default=0)

    highlight: Mapped[Highlight] = relationship()
    member: Mapped[Member | None] = relationship()
