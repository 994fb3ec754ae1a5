"""A receiver that is down for twenty tries, and a worker that is killed all the while."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import alerts
from app.extensions import db
from app.host.supervisor import descendants
from app.models import Delivery, Workspace
from tests import factories, services
from tests.chaos.account import Round
from tests.chaos.whole import SECRET
from tests.conftest import DATABASE, ROOT
from tests.domain.sending import another, configure, follow, webhook
from tests.receivers import WebServer
from workers import clock

pytestmark = pytest.mark.skipif(bool(DATABASE), reason="has a database of its own")

TRIES = 20
# The pauses between tries are as in earnest, only so many times shorter: days become seconds.
SPEED = 40_000


@dataclass
class Worker:
    """The notify worker, started again whenever it is found dead."""

    env: dict[str, str]
    rng: random.Random
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def keep(self) -> None:
        if self._process is None or self._process.poll() is not None:
            command = [sys.executable, "-m", "workers", "worker", "notify"]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **self.env}, stderr=subprocess.DEVNULL
            )

    def kill(self) -> None:
        """The child that is sending just now; one time in ten the worker itself."""
        assert self._process is not None
        sending = list(descendants(self._process.pid))
        if not sending or self._process.poll() is not None:
            return
        victim = self._process.pid if self.rng.random() < 0.1 else self.rng.choice(sending)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
            self.kills += 1

    def end(self) -> None:
        if self._process is not None:
            for pid in [*descendants(self._process.pid), self._process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()


@pytest.fixture
def receiver() -> Iterator[WebServer]:
    server = WebServer(status=503, pause_s=0.25)  # longer than the time between two looks
    server.start()
    yield server
    server.stop()


@pytest.fixture
def worker(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """The test plays the clock: its ticks, without the seconds between them."""
    monkeypatch.setattr("workers.context.application", lambda: app)
    env = {"ALLOW_PRIVATE_WEBHOOKS": "yes", "RETRY_SPEED": str(SPEED)}
    with services.valkey() as url:
        configure(tmp_path / "data", REDIS_URL=url, **env)
        data = str(runtime.settings().data)
        worker = Worker({"HEARD_DATA": data, "REDIS_URL": url, **env}, random.Random(20))
        yield worker
        worker.end()


@pytest.mark.slow
def test_two_messages_outlast_it(
    workspace: Workspace, receiver: WebServer, worker: Worker, tell: list[Round]
) -> None:
    outlast(workspace, receiver, worker, 2, 6, tell)


@pytest.mark.chaos
@pytest.mark.timeout(900)
def test_a_dozen_messages_outlast_it(
    workspace: Workspace, receiver: WebServer, worker: Worker, tell: list[Round]
) -> None:
    outlast(workspace, receiver, worker, 12, 50, tell)


def outlast(
    workspace: Workspace,
    receiver: WebServer,
    worker: Worker,
    messages: int,
    kills: int,
    tell: list[Round],
) -> None:
    began = time.monotonic()
    ids = announce(workspace, f"http://127.0.0.1:{receiver.port}/heard", messages)
    turn(worker, kills, lambda: least_tries() >= TRIES)
    assert receiver.taken == [] and len(receiver.posted) >= TRIES * messages - worker.kills
    down, receiver.status = worker.kills, 204
    turn(worker, kills + 2, lambda: waiting() == 0)
    db.session.expire_all()
    rows = db.session.scalars(select(Delivery)).all()
    lost = [row for row in rows if row.state != "done"]
    taken = {each.headers["webhook-id"] for each in receiver.taken}
    strange = {each.headers["webhook-id"] for each in receiver.posted} - ids
    tell.append(
        Round(
            "receiver down", 20, messages, worker.kills, 0, down, sum(r.attempts for r in rows),
            0, len(lost) + len(ids - taken), len(strange), 0.0, time.monotonic() - began,
        )
    )  # fmt: skip
    assert [(row.state, row.error) for row in lost] == []
    assert taken == ids and strange == set()
    assert worker.kills >= kills


def announce(workspace: Workspace, address: str, messages: int) -> set[str]:
    """As many voices, each with a moment that the receiver is told of; the messages' ids."""
    program, leader = factories.program(workspace), factories.member(workspace)
    follow(leader, program, channel=webhook(workspace, address, SECRET))
    for number in range(messages):
        alerts.announce(another(program, f"It was late for the {number}th time.").answer.id)
        db.session.commit()
    return set(db.session.scalars(select(Delivery.id)))


def turn(worker: Worker, kills: int, over: Callable[[], bool]) -> None:
    """Until it is over, with kills in the midst of sending until there were so many."""

    def once() -> bool:
        worker.keep()
        clock.tick()
        if worker.kills < kills and leased():
            worker.kill()
        return over()

    services.eventually(once, 600, "all of it was tried often enough")


def leased() -> int:
    return _count(Delivery.state == "leased")


def waiting() -> int:
    return _count(Delivery.state.in_(("due", "leased")))


def least_tries() -> int:
    fewest = db.session.scalar(select(func.min(Delivery.attempts)))
    db.session.rollback()
    return fewest or 0


def _count(condition) -> int:  # type: ignore[no-untyped-def]
    number = db.session.scalar(select(func.count()).select_from(Delivery).where(condition))
    db.session.rollback()
    return number or 0
