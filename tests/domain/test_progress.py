from datetime import timedelta

import pytest

from app.domain import pipeline, progress, runs
from app.extensions import db
from app.models import Run, Workspace, now
from tests import factories


@pytest.fixture
def run(workspace: Workspace) -> Run:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    run = runs.start(Run(answer_id=answer.id), pipeline.RECORDING)
    db.session.commit()
    return run


def test_a_new_run_waits_in_the_queue(run: Run) -> None:
    told = progress.describe(run, now())
    assert [line.state for line in told.lines] == ["due", *["waiting"] * 5]
    assert not told.settled
    assert told.summary == "Step 1 of 6: Check the file"
    assert progress.stage(run.steps) == "Check the file: in the queue"


def test_says_how_far_a_step_is_and_for_how_long(run: Run) -> None:
    moment = now()
    step = run.steps[0]
    step.state, step.percent, step.stage = "leased", 40, "Reading"
    step.attempts, step.started_at = 1, moment - timedelta(seconds=3)
    line = progress.describe(run, moment).lines[0]
    assert (line.percent, line.stage, line.elapsed) == (40, "Reading", 3.0)
    assert not line.can_repeat
    assert progress.stage(run.steps) == "Check the file: 40 %"


def test_says_when_it_tries_again_and_why(run: Run) -> None:
    moment = now()
    step = run.steps[0]
    step.state, step.attempts, step.error = "due", 2, "The disk is full."
    step.due_at = moment + timedelta(seconds=10)
    line = progress.describe(run, moment).lines[0]
    assert (line.retry_in, line.reason, line.attempt, line.attempts) == (
        10.0,
        "The disk is full.",
        2,
        5,
    )


@pytest.mark.parametrize("state", ["failed", "dead"])
def test_a_failure_never_looks_finished(run: Run, state: str) -> None:
    run.steps[0].state = "done"
    run.steps[1].state, run.steps[1].error = state, "It has no sound."
    told = progress.describe(run, now())
    assert told.settled and told.stopped
    assert told.summary == "Stopped at “Make it playable”"
    assert told.lines[1].can_repeat
    assert progress.stage(run.steps) != "Ready"


def test_ready_when_every_step_is_done(run: Run) -> None:
    for step in run.steps:
        step.state = "done"
    told = progress.describe(run, now())
    assert (told.settled, told.stopped, told.summary) == (True, False, "Ready")
    assert progress.stage(run.steps) == "Ready"
    assert progress.stage([]) == "Not started"


def test_nothing_can_be_repeated_while_a_worker_holds_a_step(run: Run) -> None:
    run.steps[0].state, run.steps[1].state = "done", "leased"
    assert not any(line.can_repeat for line in progress.describe(run, now()).lines)
