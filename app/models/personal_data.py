"""What points at a person in what was said, and who put a mask there."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified
from app.models.transcript import Number
from app.models.workspace import Member


class PersonalData(Identified, Base):
    """Words `first_word`..`last_word` (both included, as whitespace parts the text) of a passage.

    kind: see `app.domain.personal_data.KINDS`. source: machine (with engine and version), person
    (whose `version` is of the words that they decided about, see `app.domain.masking.places.told`).
    `start` and `end` are seconds; where nobody `timed` the words, those of all in which they may be
    said.
    `hidden` is False where a person lifted the mask. What a person decided keeps its answer when
    its passage goes: its time, or where nothing was spoken its `position`, finds the words again.
    """

    __tablename__ = "personal_data"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(
        Number, ForeignKey("segments.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int]
    first_word: Mapped[int]
    last_word: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    timed: Mapped[bool] = mapped_column(default=True)
    kind: Mapped[str] = mapped_column(String(9))
    hidden: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str] = mapped_column(String(7), default="machine")
    engine: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))

    member: Mapped[Member | None] = relationship()


class PersonalLook(Base):
    """A passage that was looked through: `digest` of its text then, the rules' version, and the
    text with its masks, None where it has none. Those who see masks search in that text."""

    __tablename__ = "personal_looks"

    segment_id: Mapped[int] = mapped_column(
        Number, ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    digest: Mapped[str] = mapped_column(String(32))
    version: Mapped[str] = mapped_column(String(12))
    masked: Mapped[str | None] = mapped_column(Text)
