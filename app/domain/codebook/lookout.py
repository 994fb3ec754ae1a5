"""When it is looked for what themes don't cover: as voices come in, or when somebody asks."""

from __future__ import annotations

from sqlalchemy import func, select

from app.domain import audit, pipeline, runs
from app.domain.codebook.proposals import LEAST
from app.extensions import db
from app.models import Program, Run, Step, Submission


def look(program: Program) -> bool:
    """Has the text worker look for what themes don't cover; False if it is at it already. The
    caller commits."""
    if looking(program) is not None:
        return False
    _forget_looks(program)
    runs.start(Run(program_id=program.id), pipeline.PROPOSE)
    audit.record(program.workspace_id, "codebook.looked", subject=("program", program.id))
    return True


def look_again() -> int:
    """Has the text worker look through programs where enough was said since the last time; how
    many. Commits. The clock calls it every hour."""
    begun = 0
    for program in db.session.scalars(select(Program).where(Program.closed_at.is_(None))).all():
        last = db.session.scalar(
            select(func.max(Run.created_at)).where(Run.program_id == program.id)
        )
        since = select(func.count(Submission.id)).where(
            Submission.program_id == program.id, Submission.state == "received"
        )
        if last is not None:
            since = since.where(Submission.received_at > last)
        if (db.session.scalar(since) or 0) >= LEAST:
            begun += look(program)
    db.session.commit()
    return begun


def looking(program: Program) -> Step | None:
    """The look that is due or under way."""
    return db.session.scalar(
        select(Step)
        .join(Run)
        .where(Run.program_id == program.id, Step.state.in_(runs.UNSETTLED))
        .limit(1)
    )


def _forget_looks(program: Program) -> None:
    for run in db.session.scalars(select(Run).where(Run.program_id == program.id)):
        db.session.delete(run)
