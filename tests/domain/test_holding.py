"""Whoever dies at work is known to be gone at once, and leaves nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app import runtime
from app.domain import holding, leases, pipeline, runs
from app.extensions import db
from app.models import Run, Step, Workspace
from tests import factories
from tests.conftest import ROOT

# Another process that takes a place, says so, and works there until it is killed.
WORKER = """
import sys, time
from pathlib import Path
from app import create_app
from app.config import read_settings
from app.domain import holding
create_app(read_settings({"HEARD_DATA": sys.argv[1], "LOAD_SAMPLE": "no"}))
with holding.place() as place:
    (place.folder / "original").write_bytes(b"face and voice")
    print(place.fence, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def step(app: Flask, workspace: Workspace) -> Step:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    run = runs.start(Run(answer_id=answer.id), pipeline.RECORDING)
    db.session.commit()
    return run.steps[0]


def places() -> list[Path]:
    return list(runtime.settings().scratch.iterdir())


def test_a_place_is_there_while_it_is_worked_in(app: Flask) -> None:
    with holding.place() as place:
        (place.folder / "original").write_bytes(b"face and voice")
        assert places() == [place.folder]
        assert list(holding.abandoned()) == []  # as another process asks
        assert place.folder.exists()
    assert places() == []


def test_what_a_killed_worker_held_is_due_at_once(step: Step) -> None:
    data = runtime.settings().data
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    fence = worker.stdout.readline().strip()
    assert runs.claim(step.id, fence) is not None
    assert list(holding.abandoned()) == []
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    for each in holding.abandoned():
        assert each == fence
        leases.release(each)
    db.session.refresh(step)
    assert (step.state, step.fence, step.attempts) == ("due", None, 1)
    assert places() == []
    again = runs.claim(step.id)
    assert again is not None and again.attempt == 2


def test_one_that_could_not_be_released_is_met_again(app: Flask) -> None:
    with holding.place() as place:
        (place.folder / "original").write_bytes(b"face and voice")
        place.given_up = True
    assert [list(folder.iterdir()) for folder in places()] == [[]]  # nobody's face lies about
    for fence in holding.abandoned():
        assert fence == place.fence
        break  # the database was away
    assert list(holding.abandoned()) == [place.fence]
    assert places() == []


def test_what_another_host_locks_is_left_alone(app: Flask) -> None:
    foreign = runtime.settings().scratch / "work-01m0000000000000000000000-elsewhere"
    foreign.mkdir(parents=True)
    assert list(holding.abandoned()) == []
    assert foreign.exists()
