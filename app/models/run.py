"""Work: a run of steps, each a row that one worker at a time may lease."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, Leased


class Run(Identified, Base):
    """One pass of the pipeline over one answer, or the making of one clip, muted recording or
    export, or a change of a codebook, or a look for themes that a program's codebook lacks."""

    __tablename__ = "runs"

    answer_id: Mapped[str | None] = mapped_column(
        ForeignKey("answers.id", ondelete="CASCADE"), index=True
    )
    clip_id: Mapped[str | None] = mapped_column(
        ForeignKey("clips.id", ondelete="CASCADE"), index=True
    )
    recording_id: Mapped[str | None] = mapped_column(
        ForeignKey("recordings.id", ondelete="CASCADE"), index=True
    )
    export_id: Mapped[str | None] = mapped_column(
        ForeignKey("exports.id", ondelete="CASCADE"), index=True
    )
    change_id: Mapped[str | None] = mapped_column(
        ForeignKey("codebook_changes.id", ondelete="CASCADE"), index=True
    )
    program_id: Mapped[str | None] = mapped_column(
        ForeignKey("programs.id", ondelete="CASCADE"), index=True
    )

    steps: Mapped[list[Step]] = relationship(
        back_populates="run",
        order_by="Step.position",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Step(Identified, Leased, Base):
    """`percent` 0..100 and `stage` say what it is doing; `error` why it stopped."""

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("run_id", "name"),
        Index("ix_steps_state_due", "state", "due_at"),
    )

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(12))
    position: Mapped[int]
    percent: Mapped[int] = mapped_column(default=0)
    stage: Mapped[str] = mapped_column(default="")

    run: Mapped[Run] = relationship(back_populates="steps")
