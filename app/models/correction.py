"""What people say of the machine's labels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace
from app.models.program import InProgram
from app.models.transcript import Number
from app.models.workspace import Member


class Correction(Identified, InWorkspace, InProgram, Base):
    """A person's word on one kind of label of a passage. See `app.domain.corrections`.

    kind: sentiment, emotion, theme, hand_off, highlight. `value`: what is right, as a list: names,
    theme ids, nothing where there is none. `machine`: what the machine said when the person
    decided, [[value, score, confidence], …], by `engine` and `version` ("unheard": nothing yet, of
    words that had been edited); `newer`: what a later run of it says of the passage that this is
    tied to, [] where it says nothing, None where none has heard its words. A reason of "right": the
    person looked and left it as it was.
    state: stands → replaced (by a later one) | withdrawn. `position`, `start`, `end` (seconds) and
    `digest` (of the words then) find the passage again when it is written down anew.
    """

    __tablename__ = "corrections"

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"), index=True)
    segment_id: Mapped[int | None] = mapped_column(
        Number, ForeignKey("segments.id", ondelete="SET NULL"), index=True
    )
    position: Mapped[int]
    start: Mapped[float]
    end: Mapped[float]
    digest: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(9))
    value: Mapped[list[str]] = mapped_column(default=list)
    machine: Mapped[list[Any]] = mapped_column(default=list)
    engine: Mapped[str] = mapped_column(default="")
    version: Mapped[str] = mapped_column(default="")
    newer: Mapped[list[Any] | None]
    newer_engine: Mapped[str] = mapped_column(default="")
    newer_version: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(String(9))
    evidence: Mapped[str] = mapped_column(String(8), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(9), default="stands")
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    # What it took from the board, and the case that it opened or closed
    highlight_id: Mapped[str | None] = mapped_column(
        ForeignKey("highlights.id", ondelete="SET NULL")
    )
    follow_up_id: Mapped[str | None] = mapped_column(
        ForeignKey("follow_ups.id", ondelete="SET NULL")
    )

    member: Mapped[Member | None] = relationship(foreign_keys=[member_id])
    ender: Mapped[Member | None] = relationship(foreign_keys=[ended_by])
