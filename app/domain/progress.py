"""What to say about a run: each step in words, and whether anything is still going to happen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.pipeline import STEPS
from app.models import Run, Step

WORKING = ("due", "leased")
STOPPED = ("failed", "dead")
WORDS = {
    "waiting": "comes later",
    "due": "in the queue",
    "leased": "working",
    "done": "done",
    "failed": "stopped",
    "dead": "gave up",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step. `elapsed` in seconds; `retry_in` seconds until the next try, None if at once."""

    step_id: str
    title: str
    state: str
    said: str
    percent: int
    stage: str
    elapsed: float | None
    attempt: int
    attempts: int
    retry_in: float | None
    reason: str
    can_repeat: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """A run in words. `settled`: nothing more will happen by itself. `stopped`: it ended early."""

    lines: tuple[Line, ...]
    settled: bool
    stopped: bool
    summary: str

    @property
    def done(self) -> int:
        return sum(line.state == "done" for line in self.lines)


def describe(run: Run, moment: datetime, *beside: Run) -> Progress:
    """What a page says at this moment about this run, and about others that go on beside it."""
    steps = [step for each in (run, *beside) for step in each.steps if step.name in STEPS]
    busy = any(step.state == "leased" for step in steps)
    lines = tuple(_line(step, moment, busy) for step in steps)
    settled = not any(step.state in WORKING for step in steps)
    return Progress(lines, settled, stopped(steps), _summary(lines, settled))


def stage(steps: Sequence[Step]) -> str:
    """A run in a few words, for a list: what it is doing, or how it ended."""
    known = [step for step in steps if step.name in STEPS]
    for step in known:
        if step.state in (*STOPPED, *WORKING):
            said = WORDS[step.state]
            if step.state == "leased" and 0 < step.percent < 100:
                said = f"{step.percent} %"
            return f"{STEPS[step.name].title}: {said}"
    return "Ready" if known else "Not started"


def stopped(steps: Sequence[Step]) -> bool:
    """Whether a run ended early, so that somebody should look."""
    return any(step.state in STOPPED for step in steps)


def _line(step: Step, moment: datetime, busy: bool) -> Line:
    kind = STEPS[step.name]
    wait = (step.due_at - moment).total_seconds() if step.state == "due" else 0.0
    elapsed = None
    if step.started_at is not None:
        until = step.finished_at if step.state != "leased" else None
        elapsed = max(0.0, ((until or moment) - step.started_at).total_seconds())
    return Line(
        step_id=step.id,
        title=kind.title,
        state=step.state,
        said=WORDS[step.state],
        percent=step.percent,
        stage=step.stage,
        elapsed=elapsed,
        attempt=step.attempts,
        attempts=kind.attempts,
        retry_in=wait if step.attempts and wait > 0 else None,
        reason=step.error or "",
        can_repeat=step.state in (*STOPPED, "done") and not busy,
    )


def _summary(lines: Sequence[Line], settled: bool) -> str:
    broken = next((line for line in lines if line.state in STOPPED), None)
    if broken is not None:
        return f"Stopped at “{broken.title}”"
    if settled:
        return "Ready"
    current = next(line for line in lines if line.state in WORKING)
    done = sum(line.state == "done" for line in lines)
    return f"Step {min(done + 1, len(lines))} of {len(lines)}: {current.title}"
