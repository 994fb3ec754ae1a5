"""Truth, doorbell, lease: who may do a step, and what becomes of it.

`app.domain.leases` has the lease itself; a worker that lost it writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import case, distinct, func, select, update

from app import queue, runtime
from app.domain import audit, leases
from app.domain.clerk import after_commit
from app.domain.errors import Conflict, NotFound
from app.domain.pipeline import QUEUES, STEPS, StepKind
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    CodebookChange,
    Export,
    Highlight,
    Program,
    Recording,
    Run,
    Step,
    Submission,
    new_id,
    now,
)

log = logging.getLogger(__name__)

BACKOFF_S = (2, 10, 60, 300)
# A full disk or a silent database is not the work's fault: it waits for better times, uncounted.
TROUBLE_S = 60
UNSETTLED = ("waiting", "due", "leased")


class Lost(Exception):
    """The lease went to someone else; what was made is dropped."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one step until `kind.lease_s` after the last renewal."""

    step_id: str
    run_id: str
    kind: StepKind
    fence: str
    attempt: int

    @property
    def last_attempt(self) -> bool:
        return self.attempt >= self.kind.attempts


def start(run: Run, kinds: Sequence[StepKind]) -> Run:
    """Adds the run with its steps, the first one due, and rings once that is committed."""
    for position, kind in enumerate(kinds):
        state = "due" if position == 0 else "waiting"
        run.steps.append(Step(id=new_id(), name=kind.name, position=position, state=state))
    db.session.add(run)
    db.session.flush()
    _ring_after_commit(run.steps[0])
    return run


def claim(step_id: str, fence: str | None = None) -> Claim | None:
    """Takes the lease of a due step, or of one whose holder is gone. Commits.

    `fence`: that of the place where it will be done (`app.domain.holding`).
    None when there is nothing to do: done, held by another, not due yet, or gone.
    """
    step = db.session.get(Step, step_id)
    if step is None or step.name not in STEPS:
        return None
    kind, fence = STEPS[step.name], fence or new_id()
    attempt = leases.take(
        Step, step_id, fence, lease_s=kind.lease_s, most=kind.attempts,
        percent=0, stage="", error=None,
    )  # fmt: skip
    return None if attempt is None else Claim(step_id, step.run_id, kind, fence, attempt)


def renew(claim: Claim) -> None:
    """Holds on for another `lease_s`. Commits.

    Raises:
        Lost: the step is no longer ours.
    """
    _write(claim, lease_until=now() + timedelta(seconds=claim.kind.lease_s))
    db.session.commit()


def report(claim: Claim, percent: int, stage: str) -> None:
    """Says how far it is, for the page. Commits. Raises Lost."""
    _write(claim, percent=max(0, min(percent, 100)), stage=stage)
    db.session.commit()


def finish(claim: Claim, summary: str = "") -> None:
    """Publishes: the step is done and the next one due, in the caller's transaction.

    Raises:
        Lost: the step is no longer ours; roll back.
    """
    _write(claim, state="done", percent=100, stage=summary, finished_at=now(), lease_until=None)
    following = db.session.scalar(
        select(Step)
        .where(Step.run_id == claim.run_id, Step.state == "waiting")
        .order_by(Step.position)
        .limit(1)
    )
    if following is not None:
        following.state, following.due_at = "due", now()
        _ring_after_commit(following)


def fail(claim: Claim, sentence: str, *, permanent: bool) -> None:
    """Puts the reason beside the step; due again later unless it is of no use. Commits.

    Raises:
        Lost: the step is no longer ours.
    """
    if permanent:
        state, due_at = "failed", now()
    elif claim.last_attempt:
        state, due_at = "dead", now()
    else:
        state, due_at = "due", _later(BACKOFF_S[min(claim.attempt, len(BACKOFF_S)) - 1])
    _write(claim, state=state, error=sentence, due_at=due_at, finished_at=now(), lease_until=None)
    db.session.commit()


def put_off(claim: Claim, sentence: str) -> None:
    """Due again in a minute, however often: what is in the way is not the work's fault. Commits.

    Raises:
        Lost: the step is no longer ours.
    """
    _write(
        claim, state="due", error=sentence, due_at=_later(TROUBLE_S), attempts=claim.attempt - 1,
        finished_at=now(), lease_until=None,
    )  # fmt: skip
    db.session.commit()


def again(step: Step) -> None:
    """Does a step anew, and what follows it. The caller commits.

    Raises:
        Conflict: a worker holds one of them right now.
        NotFound: what it was about was taken back meanwhile.
    """
    later = db.session.scalars(
        select(Step)
        .where(Step.run_id == step.run_id, Step.position >= step.position)
        .order_by(Step.position)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not later:
        raise NotFound
    if any(s.state == "leased" for s in later):
        raise Conflict("This is being worked on right now; wait until it is done.")
    for each in later:
        each.state = "due" if each is step else "waiting"
        each.attempts, each.error, each.stage, each.percent = 0, None, "", 0
        each.due_at, each.started_at, each.finished_at = now(), None, None
    db.session.flush()
    audit.record(
        _workspace_of(step.run),
        "step.again",
        subject=("step", step.id),
        details={"step": step.name, "run": step.run_id},
    )
    _ring_after_commit(step)


def restart(step: Step) -> None:
    """Does a step anew, and what follows it, also where a worker is at one of them: it loses its
    lease, so what it makes of what was there before is dropped. The caller commits."""
    anew = {
        "attempts": 0, "error": None, "stage": "", "percent": 0, "due_at": now(),
        "started_at": None, "finished_at": None, "fence": None, "lease_until": None,
    }  # fmt: skip
    db.session.execute(
        update(Step)
        .where(Step.run_id == step.run_id, Step.position >= step.position)
        .values(state=case((Step.id == step.id, "due"), else_="waiting"), **anew)
        .execution_options(synchronize_session=False)
    )
    db.session.expire(step.run, ["steps"])
    for each in step.run.steps:
        db.session.refresh(each)
    _ring_after_commit(step)


def _workspace_of(run: Run) -> str:
    """Whose work it is: an answer's, a recording's, a clip's, an export's or a codebook's."""
    found = db.session.scalars(
        select(Submission.workspace_id)
        .join(Answer)
        .where(Answer.id == run.answer_id)
        .union_all(
            select(Submission.workspace_id)
            .join(Answer)
            .join(Recording)
            .where(Recording.id == run.recording_id),
            select(Highlight.workspace_id).join(Clip).where(Clip.id == run.clip_id),
            select(Export.workspace_id).where(Export.id == run.export_id),
            select(Program.workspace_id).where(Program.id == run.program_id),
            select(Program.workspace_id)
            .join(CodebookChange, CodebookChange.program_id == Program.id)
            .where(CodebookChange.id == run.change_id),
        )
    )
    return str(found.one())


def sweep() -> None:
    """Lays down what was tried often enough by workers that died. Commits."""
    for name, kind in STEPS.items():
        leases.bury(Step, kind.attempts, Step.name == name)
    db.session.commit()


def under_way() -> tuple[int, int]:
    """How many answers are still on their way through the pipeline, and how many stopped."""
    query = select(func.count(distinct(Step.run_id))).join(Run).where(Run.answer_id.is_not(None))
    moving = db.session.scalar(query.where(Step.state.in_(("due", "leased"))))
    stopped = db.session.scalar(query.where(Step.state.in_(("failed", "dead"))))
    return moving or 0, stopped or 0


def ring_due(most: int = 200) -> int:
    """Rings for due rows that aren't in the queue yet, `most` of each queue; how many. The clock
    calls it.

    Raises:
        redis.exceptions.RedisError: the queue is away.
    """
    url = runtime.settings().redis_url
    return sum(
        queue.ring_new(url, name, queue.RUN_STEP, partial(_first_due, name), most)
        for name in QUEUES
    )


def _first_due(queue_name: str, most: int) -> Sequence[str]:
    names = [name for name, kind in STEPS.items() if kind.queue == queue_name]
    return leases.waiting_longest(Step, most, Step.name.in_(names))


def _later(seconds: float) -> datetime:
    return now() + timedelta(seconds=seconds / runtime.settings().retry_speed)


def _write(claim: Claim, **values: object) -> None:
    if not leases.write(Step, claim.step_id, claim.fence, **values):
        db.session.rollback()
        raise Lost(f"Step {claim.step_id} is held by another worker.")


def _ring_after_commit(step: Step) -> None:
    url, queue_name, step_id = runtime.settings().redis_url, STEPS[step.name].queue, step.id
    after_commit(lambda: queue.ring(url, queue_name, queue.RUN_STEP, step_id))
