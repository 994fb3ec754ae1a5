"""When the clock audits: every so many days, after so many voices, and when somebody asks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update

from app import runtime
from app.domain import audit
from app.domain.clerk import rows_written
from app.domain.errors import Conflict
from app.domain.fairness import audits, gathering, pauses
from app.extensions import db
from app.models import Answer, FairnessAudit, FairnessWatch, Program, Run, Step, Submission, now

log = logging.getLogger(__name__)

FIRST_WAITS = timedelta(hours=1)
TRIED_AGAIN = timedelta(minutes=10)  # measuring takes seconds
STILL = ("due", "leased")


def ask(program: Program) -> None:
    """Has the clock audit it at its next look. The caller commits."""
    audits.watch_of(program).next_at = now() - FIRST_WAITS  # whoever asks waits for nothing
    audit.record(program.workspace_id, "fairness.asked", subject=("program", program.id))


def watch() -> int:
    """Sees that every program with groups is audited in time, and at once where enough voices
    came since; how many are due now. The clock calls it each hour. Commits."""
    settings, due = runtime.settings(), 0
    if not settings.fairness_days:
        return 0
    known = {row.program_id: row for row in db.session.scalars(select(FairnessWatch))}
    for program in db.session.scalars(select(Program)).all():
        if not gathering.grouping(program):
            continue
        row = known.get(program.id)
        if row is None:
            audits.watch_of(program)
            due += 1
        elif row.next_at > now() and _new_voices(program) >= settings.fairness_voices:
            row.next_at = now()
            due += 1
    db.session.commit()
    return due


def due() -> int:
    """Audits one program whose time has come, and has recordings heard with pauses for the next
    time; how many. The first audit waits for voices that are being dealt with, for a while. The
    clock calls it. Commits."""
    row = db.session.scalars(
        select(FairnessWatch)
        .where(FairnessWatch.next_at <= now())
        .where(or_(_audited(), ~_busy(), FairnessWatch.next_at <= now() - FIRST_WAITS))
        .order_by(FairnessWatch.next_at)
        .limit(1)
    ).first()
    if row is None:
        return 0
    days = runtime.settings().fairness_days
    program = db.session.get_one(Program, row.program_id)
    # Put off first: no other clock is at it, too, and one that can't be made isn't tried every
    # three seconds.
    watch_id, tried = row.id, now() + TRIED_AGAIN
    mine = _put_off(watch_id, row.next_at, tried)
    db.session.commit()
    if not mine:
        return 0
    try:
        audits.make(program, "clock")
        if runtime.settings().fairness_pauses:
            pauses.order(program)
    except Conflict as overtaken:
        db.session.rollback()
        log.info("%s", overtaken.sentence)
    _put_off(watch_id, tried, now() + timedelta(days=days or 36_500))
    db.session.commit()
    return 1


def _put_off(watch_id: str, expected: datetime, until: datetime) -> bool:
    """Whether it was: not where somebody asked meanwhile, or another clock is at it."""
    still = (FairnessWatch.id == watch_id, FairnessWatch.next_at == expected)
    return bool(rows_written(update(FairnessWatch).where(*still).values(next_at=until)))


def _audited() -> ColumnElement[bool]:
    return (
        select(FairnessAudit.id)
        .where(FairnessAudit.program_id == FairnessWatch.program_id)
        .exists()
    )


def _busy() -> ColumnElement[bool]:
    """Whether voices of the program are being dealt with."""
    return (
        select(Step.id)
        .join(Run, Step.run_id == Run.id)
        .join(Answer, Run.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(Submission.program_id == FairnessWatch.program_id, Step.state.in_(STILL))
        .exists()
    )


def _new_voices(program: Program) -> int:
    newest = audits.newest(program)
    since = newest.created_at if newest is not None else program.created_at
    return (
        db.session.scalar(
            select(func.count(Submission.id)).where(
                Submission.program_id == program.id,
                Submission.state == "received",
                # An import's voices were received before they came.
                or_(Submission.received_at > since, Submission.created_at > since),
            )
        )
        or 0
    )
