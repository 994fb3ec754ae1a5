"""What was said, passage by passage, and what the machine makes of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified
from app.models.program import Theme
from app.models.workspace import Member

# SQLite's full-text index follows rowids, so segments are numbered, not named.
Number = BigInteger().with_variant(Integer, "sqlite")


class Transcript(Identified, Base):
    """One pass of one engine over an answer. The newest is current, unless people corrected the one
    before: then it is `offered` and waits for their choice. Older ones stay.

    `edition` counts every change by a person. `heard`: the machine's own passages from before the
    first one, as `app.domain.editing_changes` writes them.
    """

    __tablename__ = "transcripts"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), index=True)
    engine: Mapped[str]
    model: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="")
    duration_s: Mapped[float] = mapped_column(default=0.0)
    current: Mapped[bool] = mapped_column(Boolean, default=True)
    edition: Mapped[int] = mapped_column(default=0)
    heard: Mapped[list[Any] | None]
    offered: Mapped[bool] = mapped_column(default=False)
    # [[number, name, whether the customer speaks], …], of those that somebody told apart
    speakers: Mapped[list[Any]] = mapped_column(default=list)

    segments: Mapped[list[Segment]] = relationship(
        back_populates="transcript",
        order_by="Segment.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )
    edits: Mapped[list[TranscriptEdit]] = relationship(
        order_by="TranscriptEdit.number", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def corrections(self) -> list[TranscriptEdit]:
        """The edits of its words that stand."""
        return [each for each in self.edits if each.state == "done" and each.kind != "speakers"]


class Segment(Base):
    """A sentence-like passage. `words`: [[text, start, end, confidence], …], seconds.

    `language` is empty where it is the transcript's. `unclear`: a person could not tell what was
    said. `edited_by`: "" (nobody), staff, customer. `understood`: its labels are of these words.
    `heard_by`: {kind: [engine, version], …} of what heard them, which may have said nothing, or
    ["person", correction] of who decided; None where it wasn't noted. `speaker` counts from 1, 0
    where one speaks. No id is given twice: some are kept for longer than their row, such as how far
    a change of the codebook came and what its preview showed.
    """

    __tablename__ = "segments"
    __table_args__ = (
        UniqueConstraint("transcript_id", "position"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    transcript_id: Mapped[str] = mapped_column(
        ForeignKey("transcripts.id", ondelete="CASCADE"), index=True
    )
    position: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    text: Mapped[str]
    confidence: Mapped[float]
    words: Mapped[list[Any]] = mapped_column(default=list)
    language: Mapped[str] = mapped_column(String(12), default="")
    unclear: Mapped[bool] = mapped_column(default=False)
    edited_by: Mapped[str] = mapped_column(String(8), default="")
    understood: Mapped[bool] = mapped_column(default=False)
    heard_by: Mapped[dict[str, Any] | None]
    speaker: Mapped[int] = mapped_column(default=0)

    transcript: Mapped[Transcript] = relationship(back_populates="segments")
    labels: Mapped[list[Label]] = relationship(
        order_by="Label.id", cascade="all, delete-orphan", passive_deletes=True
    )
    mentions: Mapped[list[Mention]] = relationship(
        order_by="Mention.confidence.desc(), Mention.id",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class TranscriptEdit(Identified, Base):
    """One change of a transcript by a person: who, when, what it was.

    by: staff, customer. kind: see `app.domain.editing`. state: done ⇄ undone → dropped, when
    somebody went on from before it. changes: see `app.domain.editing_changes`. speakers: where they
    were named, the transcript's before and after: [[[number, name, customer], …], […]].
    """

    __tablename__ = "transcript_edits"
    __table_args__ = (UniqueConstraint("transcript_id", "number"),)

    transcript_id: Mapped[str] = mapped_column(ForeignKey("transcripts.id", ondelete="CASCADE"))
    number: Mapped[int]
    by: Mapped[str] = mapped_column(String(8))
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    kind: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="done")
    changes: Mapped[list[Any]] = mapped_column(default=list)
    speakers: Mapped[list[Any]] = mapped_column(default=list)

    member: Mapped[Member | None] = relationship()


class Label(Base):
    """A machine's tag on a segment. kind: sentiment (score −1..1), emotion, hand_off (0..1)."""

    __tablename__ = "labels"
    __table_args__ = (Index("ix_labels_kind_value", "kind", "value"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str] = mapped_column(String(9))
    value: Mapped[str]
    score: Mapped[float]
    confidence: Mapped[float]
    engine: Mapped[str]
    version: Mapped[str]


class Mention(Base):
    """A theme heard in a segment."""

    __tablename__ = "mentions"
    __table_args__ = (UniqueConstraint("segment_id", "theme_id"),)

    id: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=True)
    segment_id: Mapped[int] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE"), index=True
    )
    theme_id: Mapped[str] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"), index=True)
    confidence: Mapped[float]
    engine: Mapped[str]
    version: Mapped[str]

    theme: Mapped[Theme] = relationship()
