"""The lease: one holder at a time, and nothing from those who lost it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import queue
from app.domain import pipeline, runs
from app.extensions import db
from app.models import Program, Run, Step, Workspace, now
from tests import factories, services
from tests.domain.sending import configure


@pytest.fixture
def run(app: Flask, workspace: Workspace) -> Run:
    program: Program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    run = runs.start(Run(answer_id=answer.id), pipeline.RECORDING)
    db.session.commit()
    return run


def test_only_the_first_step_is_due(run: Run) -> None:
    assert [step.state for step in run.steps] == ["due"] + ["waiting"] * 5


def test_a_step_is_claimed_once(run: Run) -> None:
    assert runs.claim(run.steps[0].id) is not None
    assert runs.claim(run.steps[0].id) is None


def test_a_waiting_step_is_not_claimed(run: Run) -> None:
    assert runs.claim(run.steps[1].id) is None


def test_finishing_makes_the_next_one_due(run: Run) -> None:
    claim = runs.claim(run.steps[0].id)
    assert claim is not None
    runs.finish(claim, "A video of 12 s")
    db.session.commit()
    assert [step.state for step in run.steps[:3]] == ["done", "due", "waiting"]


def test_who_lost_the_lease_writes_nothing(run: Run) -> None:
    first = runs.claim(run.steps[0].id)
    assert first is not None
    run.steps[0].lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    second = runs.claim(run.steps[0].id)
    assert second is not None and second.attempt == 2
    with pytest.raises(runs.Lost):
        runs.finish(first)
    with pytest.raises(runs.Lost):
        runs.report(first, 50, "half")
    runs.finish(second)
    db.session.commit()
    assert run.steps[0].state == "done"


def test_a_passing_failure_is_tried_again_later_and_five_times_at_most(run: Run) -> None:
    step: Step = run.steps[0]
    for attempt in range(1, 6):
        step.due_at = now()
        db.session.commit()
        claim = runs.claim(step.id)
        assert claim is not None and claim.attempt == attempt
        runs.fail(claim, "The disk was full.", permanent=False)
    assert step.state == "dead"
    assert step.error == "The disk was full."
    assert runs.claim(step.id) is None


def test_what_is_not_the_works_fault_is_not_counted(run: Run) -> None:
    step: Step = run.steps[0]
    for _ in range(9):
        step.due_at = now()
        db.session.commit()
        claim = runs.claim(step.id)
        assert claim is not None and claim.attempt == 1
        runs.put_off(claim, "No space left on device.")
        db.session.refresh(step)
        assert (step.state, step.attempts) == ("due", 0)
        assert step.error == "No space left on device." and step.due_at > now()


def test_a_permanent_failure_stops_at_once_and_can_be_tried_again(run: Run) -> None:
    claim = runs.claim(run.steps[0].id)
    assert claim is not None
    runs.fail(claim, "This is not a media file.", permanent=True)
    assert run.steps[0].state == "failed"
    runs.again(run.steps[0])
    db.session.commit()
    assert [step.state for step in run.steps] == ["due"] + ["waiting"] * 5


def test_workers_that_only_die_end_in_a_reason(run: Run) -> None:
    for _ in range(5):
        claim = runs.claim(run.steps[0].id)
        assert claim is not None
        run.steps[0].lease_until = now() - timedelta(seconds=1)
        db.session.commit()
    assert runs.claim(run.steps[0].id) is None
    runs.sweep()
    db.session.refresh(run.steps[0])
    assert run.steps[0].state == "dead" and run.steps[0].error


def due(run: Run, position: int, minutes_ago: int) -> str:
    for step in run.steps:
        step.state = "due" if step.position == position else "done"
    run.steps[position].due_at = now() - timedelta(minutes=minutes_ago)
    db.session.commit()
    return run.steps[position].id


def test_a_long_queue_does_not_keep_the_others_waiting(run: Run, tmp_path: Path) -> None:
    """Neither another queue nor the rows behind those that have been rung for already."""
    others = [runs.start(Run(answer_id=run.answer_id), pipeline.RECORDING) for _ in range(4)]
    old = [due(each, 0, minutes_ago=60 - place) for place, each in enumerate(others)]
    speech = due(run, 2, minutes_ago=1)
    with services.valkey() as url:
        configure(tmp_path / "data", REDIS_URL=url)
        assert runs.ring_due(most=2) == 3
        assert list(queue.waiting(url, "media")) == old[:2]
        assert list(queue.waiting(url, "speech")) == [speech]
        assert runs.ring_due(most=2) == 2
        assert list(queue.waiting(url, "media")) == old
        assert runs.ring_due(most=2) == 0
