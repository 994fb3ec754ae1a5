"""What is asked, at which step of the journey, and how people are invited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace

SCORES = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
PURPOSES = ("internal", "shared", "public")


class Program(Identified, InWorkspace, Base):
    __tablename__ = "programs"

    name: Mapped[str]
    question: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    score_kind: Mapped[str | None] = mapped_column(String(4))
    max_seconds: Mapped[int] = mapped_column(default=180)
    contact_phone: Mapped[str] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(default="")
    vocabulary: Mapped[list[str]] = mapped_column(default=list)  # names to listen for
    is_sample: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    codebook_edition: Mapped[int] = mapped_column(default=0)  # counts every change of the themes

    touchpoints: Mapped[list[Touchpoint]] = relationship(
        order_by="Touchpoint.position", cascade="all, delete-orphan", passive_deletes=True
    )
    prompts: Mapped[list[Prompt]] = relationship(
        order_by="Prompt.position", cascade="all, delete-orphan", passive_deletes=True
    )
    fields: Mapped[list[Field]] = relationship(
        order_by="Field.position", cascade="all, delete-orphan", passive_deletes=True
    )
    themes: Mapped[list[Theme]] = relationship(
        primaryjoin="and_(Program.id == Theme.program_id, Theme.merged_into_id.is_(None))",
        order_by="Theme.position, Theme.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    consent_texts: Mapped[list[ConsentText]] = relationship(
        order_by="ConsentText.version", cascade="all, delete-orphan", passive_deletes=True
    )


class InProgram:
    program_id: Mapped[str] = mapped_column(
        String(26), ForeignKey("programs.id", ondelete="CASCADE"), index=True
    )


class Touchpoint(Identified, InProgram, Base):
    """A step of the customer's journey."""

    __tablename__ = "touchpoints"
    __table_args__ = (UniqueConstraint("program_id", "name"),)

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)


class Prompt(Identified, InProgram, Base):
    """One question of the recording page."""

    __tablename__ = "prompts"

    text: Mapped[str]
    hint: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)


class Field(Identified, InProgram, Base):
    """A voluntary, self-declared field. No choices means free text."""

    __tablename__ = "fields"
    __table_args__ = (UniqueConstraint("program_id", "key"),)

    key: Mapped[str]
    label: Mapped[str]
    choices: Mapped[list[str]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)


class ConsentText(Identified, InProgram, Base):
    """What a customer agrees to. Never edited: a change is a new version."""

    __tablename__ = "consent_texts"
    __table_args__ = (UniqueConstraint("program_id", "version"),)

    version: Mapped[int]
    text: Mapped[str]
    purposes: Mapped[list[str]] = mapped_column(default=list)


class Invitation(Identified, InProgram, Base):
    """A way in. `code` is public by nature: it stands on posters and in e-mails."""

    __tablename__ = "invitations"

    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(default="")
    touchpoint_id: Mapped[str | None] = mapped_column(
        ForeignKey("touchpoints.id", ondelete="SET NULL")
    )
    closes_at: Mapped[datetime | None]
    quota: Mapped[int | None]
    received: Mapped[int] = mapped_column(default=0)

    program: Mapped[Program] = relationship()
    touchpoint: Mapped[Touchpoint | None] = relationship()


class Theme(Identified, InProgram, Base):
    """An entry of the program's codebook.

    `colour`: a name in `app.domain.codebook.colours`, "" for the parent's. One that was merged into
    another stays, unseen: its words still find passages, which count for the other one.
    """

    __tablename__ = "themes"
    __table_args__ = (UniqueConstraint("program_id", "name"),)

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    examples: Mapped[list[str]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    parent_id: Mapped[str | None] = mapped_column(
        ForeignKey("themes.id", ondelete="SET NULL"), index=True
    )
    colour: Mapped[str] = mapped_column(String(8), default="")
    merged_into_id: Mapped[str | None] = mapped_column(
        ForeignKey("themes.id", ondelete="CASCADE"), index=True
    )

    parent: Mapped[Theme | None] = relationship(remote_side="Theme.id", foreign_keys=parent_id)

    @property
    def line(self) -> tuple[str, ...]:
        """Its own id and those of the themes above it, nearest first."""
        return (self.id, *(self.parent.line if self.parent else ()))

    @property
    def shown_colour(self) -> str:
        """Its own, else the nearest parent's that has one."""
        return self.colour or (self.parent.shown_colour if self.parent else "")
