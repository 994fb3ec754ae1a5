"""What the fairness audit measures, what it has shown so far, and where it stopped the machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace, now
from app.models.program import InProgram
from app.models.workspace import Member


class CaptureEvent(Identified, Base):
    """What stood in a customer's way while recording. kind: camera_denied, camera_missing,
    camera_busy, camera_unfit, camera_broken, camera_unable, camera_insecure."""

    __tablename__ = "capture_events"
    __table_args__ = (UniqueConstraint("submission_id", "kind"),)

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))


class PauseCheck(Identified, Base):
    """A corrected recording, heard once more as it is and with pauses put in. Counts only.

    `engine` is its name, model and version, empty until it was heard. `words` were said;
    `inserted` and `inserted_paused` were heard beside them. `run_id`: who is at it.
    """

    __tablename__ = "pause_checks"
    __table_args__ = (UniqueConstraint("answer_id"),)

    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.id", ondelete="CASCADE"))
    engine: Mapped[str] = mapped_column(default="")
    pauses: Mapped[int] = mapped_column(default=0)
    words: Mapped[int] = mapped_column(default=0)
    inserted: Mapped[int] = mapped_column(default=0)
    inserted_paused: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[str | None] = mapped_column(
        ForeignKey("runs.id", ondelete="SET NULL"), index=True
    )


class FairnessAudit(Identified, InWorkspace, InProgram, Base):
    """Figures of groups, never of a person. tables: see `app.domain.fairness.tables`.

    made_by: clock, member, command. verdict: fine, gap (more than the limit), thin (no group to
    compare). `accepted_at`: an owner said go on with these figures known.
    """

    __tablename__ = "fairness_audits"

    made_by: Mapped[str] = mapped_column(String(8))
    minimum: Mapped[int]
    engines: Mapped[list[str]] = mapped_column(default=list)
    tables: Mapped[list[Any]] = mapped_column(default=list)
    notes: Mapped[list[str]] = mapped_column(default=list)
    verdict: Mapped[str] = mapped_column(String(4))
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))


class FairnessStop(Identified, InWorkspace, InProgram, Base):
    """Automatic highlighting rests in a program. `standing` is true until an owner says go on,
    then nothing, so that a program has one at most. `caught_up`: what waited is highlighted."""

    __tablename__ = "fairness_stops"
    __table_args__ = (UniqueConstraint("program_id", "standing"),)

    audit_id: Mapped[str] = mapped_column(ForeignKey("fairness_audits.id", ondelete="CASCADE"))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    standing: Mapped[bool | None] = mapped_column(default=True)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="SET NULL"))
    why: Mapped[str] = mapped_column(default="")
    caught_up: Mapped[bool] = mapped_column(default=False)

    member: Mapped[Member | None] = relationship()


class FairnessWatch(Identified, InProgram, Base):
    """When a program is audited next, and what its figures have shown so far, so that nobody
    can tell one person from the difference of two audits. shown: see
    `app.domain.fairness.hiding`. `edition` counts the audits."""

    __tablename__ = "fairness_watches"
    __table_args__ = (UniqueConstraint("program_id"),)

    next_at: Mapped[datetime] = mapped_column(default=now, index=True)
    edition: Mapped[int] = mapped_column(default=0)
    shown: Mapped[dict[str, Any]] = mapped_column(default=dict)


class FairnessCounted(InProgram, Base):
    """A voice that the newest audit counts, and in which measures, one bit each."""

    __tablename__ = "fairness_counted"

    submission_id: Mapped[str] = mapped_column(
        String(26), ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    measures: Mapped[int] = mapped_column(BigInteger)
