"""Where a gap is wider than its limit, the machine chooses no moments until an owner says go.

Voices still arrive, are written down and handed to a person who must call; and people go on
showing and hiding moments. What waited is looked through as soon as the owner has decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased

from app.domain import audit, checks, processing, wording
from app.domain.clerk import rows_written
from app.domain.errors import Conflict
from app.domain.fairness.gaps import Gap
from app.extensions import db
from app.models import (
    Answer,
    FairnessAudit,
    FairnessStop,
    FairnessWatch,
    Member,
    Program,
    Run,
    Step,
    Submission,
    now,
)

WAITS = "Waits: highlighting rests until an owner has looked at the fairness audit"
LONGEST_WHY = 500
GRACE = timedelta(minutes=10)  # a step that saw the stop may still be writing that it waits
AT_ONCE = 100  # answers looked through again in one round of the clock


def standing(program_id: str) -> FairnessStop | None:
    """The stop under which the program's highlighting rests."""
    return db.session.scalar(
        select(FairnessStop).where(
            FairnessStop.program_id == program_id, FairnessStop.standing.is_(True)
        )
    )


def stop(program: Program, row: FairnessAudit, gaps: Sequence[Gap]) -> FairnessStop:
    """Highlighting rests from now on; where it does already, the newest reasons stand. Flushes."""
    reasons = [_told(list(each)) for _, each in groupby(gaps, _which)]
    there = standing(program.id)
    if there is None:
        there = FairnessStop(
            workspace_id=program.workspace_id,
            program_id=program.id,
            audit_id=row.id,
            reasons=reasons,
        )
        try:
            with db.session.begin_nested():
                db.session.add(there)
        except IntegrityError as error:  # another audit stopped it at this very moment
            raise Conflict("Another audit of this program ended just now.") from error
        audit.record(
            program.workspace_id,
            "fairness.stopped",
            subject=("program", program.id),
            details={"audit": row.id, "stop": there.id, "gaps": len(gaps)},
        )
    there.reasons = reasons
    return there


def _told(gaps: Sequence[Gap]) -> str:
    """The most telling gap of a table, and how many others there are."""
    others = len(gaps) - 1
    if not others:
        return gaps[0].sentence
    pairs = wording.count(others, "other pair")
    return f"{gaps[0].sentence} Beyond it {'is' if others == 1 else 'are'} {pairs} of groups, too."


def _which(gap: Gap) -> tuple[str, str]:
    return gap.table.field, gap.table.measure


def go(program: Program, member: Member, why: str, seen: str = "") -> FairnessStop:
    """An owner has looked and lets the machine go on: what was measured since the stop is what
    later audits compare with. `seen`: the id of the newest audit that they looked at, where they
    say so. The caller commits.

    Raises:
        Invalid: no reason. Conflict: nothing rests here any more, or there are figures that they
            have not seen.
    """
    reason = checks.paragraph(why, "The reason", most=LONGEST_WHY)
    # One audit that is just ending is waited for: what it stops is known to the owner, or it
    # knows what the owner accepted.
    mine = FairnessWatch.program_id == program.id
    rows_written(update(FairnessWatch).where(mine).values(edition=FairnessWatch.edition))
    there = standing(program.id)
    newest = db.session.scalar(
        select(func.max(FairnessAudit.id)).where(FairnessAudit.program_id == program.id)
    )
    if there is not None and seen and seen != newest:
        raise Conflict("It was measured anew meanwhile. Look at these figures first.")
    taken = there is not None and rows_written(
        update(FairnessStop)
        .where(FairnessStop.id == there.id, FairnessStop.standing.is_(True))
        .values(standing=None, ended_at=now(), ended_by=member.id, why=reason)
    )
    if there is None or not taken:
        raise Conflict("Highlighting goes on here already.")
    db.session.refresh(there)
    since = (FairnessAudit.program_id == program.id, FairnessAudit.id >= there.audit_id)
    rows_written(
        update(FairnessAudit).where(*since).values(accepted_at=now(), accepted_by=member.id)
    )
    db.session.expire_all()
    audit.record(
        program.workspace_id,
        "fairness.let_go",
        subject=("program", program.id),
        details={"stop": there.id, "audit": there.audit_id},
    )
    return there


def catch_up() -> int:
    """Looks through what waited, once an owner has let the machine go on; how many answers. The
    clock calls it. Commits.

    One program after another: where highlighting rests again, the others don't wait for it.
    """
    resting = select(FairnessStop.program_id).where(FairnessStop.standing.is_(True))
    ended = db.session.scalars(
        select(FairnessStop.id)
        .where(
            FairnessStop.standing.is_(None),
            ~FairnessStop.caught_up,
            FairnessStop.program_id.not_in(resting),
        )
        .order_by(FairnessStop.id)
    ).all()
    return sum(_look_again(each) for each in ended)


def _look_again(stop_id: str) -> int:
    ended = db.session.get(FairnessStop, stop_id)
    if ended is None:  # its program went this moment
        return 0
    other = aliased(Run)
    newest = select(func.max(other.id)).where(other.answer_id == Answer.id).scalar_subquery()
    waited = db.session.scalars(
        select(Answer)
        .join(Run, Run.answer_id == Answer.id)
        .join(Step, Step.run_id == Run.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(
            Submission.program_id == ended.program_id,
            Submission.state == "received",
            Step.name == "highlight",
            Step.state == "done",
            Step.stage == WAITS,
            Run.id == newest,
        )
        .limit(AT_ONCE)
    ).all()
    for answer in waited:
        processing.heard_anew(answer, "highlight")
    if not waited and ended.ended_at is not None and ended.ended_at < now() - GRACE:
        ended.caught_up = True
    db.session.commit()
    return len(waited)
