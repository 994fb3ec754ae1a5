"""What a customer gave: submission, consent, answers, recordings, uploads under way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace
from app.models.program import ConsentText, InProgram, Invitation, Program, Prompt, Touchpoint
from app.models.run import Run
from app.models.transcript import Transcript


class Submission(Identified, InWorkspace, InProgram, Base):
    """One customer's answer set. state: draft → received → withdrawn."""

    __tablename__ = "submissions"
    __table_args__ = (Index("ix_submissions_program_received", "program_id", "received_at"),)

    state: Mapped[str] = mapped_column(String(10), default="draft")
    source: Mapped[str] = mapped_column(String(10), default="link")
    invitation_id: Mapped[str | None] = mapped_column(
        ForeignKey("invitations.id", ondelete="SET NULL")
    )
    touchpoint_id: Mapped[str | None] = mapped_column(
        ForeignKey("touchpoints.id", ondelete="SET NULL"), index=True
    )
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    reference: Mapped[str] = mapped_column(default="")
    display_name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    score_kind: Mapped[str | None] = mapped_column(String(4))
    score: Mapped[int | None]
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime | None]

    program: Mapped[Program] = relationship()
    touchpoint: Mapped[Touchpoint | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    consent: Mapped[Consent | None] = relationship(
        back_populates="submission", cascade="all, delete-orphan", passive_deletes=True
    )
    answers: Mapped[list[Answer]] = relationship(
        back_populates="submission",
        order_by="Answer.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Consent(Identified, Base):
    """Which text, in which version, for which purposes, until when."""

    __tablename__ = "consents"

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), unique=True
    )
    consent_text_id: Mapped[str] = mapped_column(ForeignKey("consent_texts.id"))
    purposes: Mapped[list[str]] = mapped_column(default=list)
    withdrawn_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship(back_populates="consent")
    consent_text: Mapped[ConsentText] = relationship()


class Answer(Identified, Base):
    """What was answered to one prompt. kind: video, audio, text."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("submission_id", "position"),)

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    prompt_id: Mapped[str | None] = mapped_column(ForeignKey("prompts.id", ondelete="SET NULL"))
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(5))
    written_text: Mapped[str] = mapped_column(default="")
    captions: Mapped[str | None]

    submission: Mapped[Submission] = relationship(back_populates="answers")
    prompt: Mapped[Prompt | None] = relationship()
    recording: Mapped[Recording | None] = relationship(
        back_populates="answer", cascade="all, delete-orphan", passive_deletes=True
    )
    transcripts: Mapped[list[Transcript]] = relationship(
        order_by=Transcript.id, cascade="all, delete-orphan", passive_deletes=True
    )
    runs: Mapped[list[Run]] = relationship(
        order_by=Run.id, cascade="all, delete-orphan", passive_deletes=True
    )


class Recording(Identified, Base):
    """A media file as it came, and what was rebuilt from it. Only rebuilt files are served.
    `muted_holds`: what is heard in `muted_key`, see `app.domain.muted.Content`."""

    __tablename__ = "recordings"

    answer_id: Mapped[str] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), unique=True
    )
    original_key: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    declared_type: Mapped[str] = mapped_column(default="")
    filename: Mapped[str] = mapped_column(default="")

    container: Mapped[str | None]
    has_video: Mapped[bool | None]
    has_audio: Mapped[bool | None]
    duration_s: Mapped[float | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    partial: Mapped[bool] = mapped_column(default=False)

    playable_key: Mapped[str | None]
    playable_type: Mapped[str | None]
    prepared: Mapped[str | None] = mapped_column(String(12))
    poster_key: Mapped[str | None]
    audio_key: Mapped[str | None]
    muted_key: Mapped[str | None]
    muted_holds: Mapped[str] = mapped_column(String(32), default="")
    waveform: Mapped[list[float] | None]

    answer: Mapped[Answer] = relationship(back_populates="recording")


class Upload(Identified, Base):
    """A tus upload under way. `id` is public to its sender; `offset` counts durable bytes only.

    state: open → received | ended
    """

    __tablename__ = "uploads"

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[str] = mapped_column(String(5), default="video")
    declared_type: Mapped[str] = mapped_column(default="")
    filename: Mapped[str] = mapped_column(default="")
    said: Mapped[str] = mapped_column(default="")  # its metadata, word for word
    length: Mapped[int | None] = mapped_column(BigInteger)  # none: not known yet
    offset: Mapped[int] = mapped_column(BigInteger, default=0)
    state: Mapped[str] = mapped_column(String(8), default="open")
    expires_at: Mapped[datetime]
    multipart: Mapped[str | None]  # the bucket's name for an upload that goes straight into it
    answer_id: Mapped[str | None] = mapped_column(ForeignKey("answers.id", ondelete="SET NULL"))

    submission: Mapped[Submission] = relationship()
