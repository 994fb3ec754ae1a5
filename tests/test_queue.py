"""The queue is a doorbell: it may be away, and it can't be made to run anything else."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest
from rq import Callback, Queue, SimpleWorker
from rq.serializers import JSONSerializer

from app import queue
from tests import services

TRIES = 3  # a limit in time is kept if it is kept once: the machine has other work as well


@pytest.fixture
def url() -> Iterator[str]:
    with services.valkey() as address:
        yield address


def test_a_ring_is_a_name_and_a_row(url: str) -> None:
    assert queue.ring(url, "media", queue.RUN_STEP, "row-1")
    assert list(queue.waiting(url, "media")) == ["row-1"]


def test_an_absent_queue_costs_nothing_but_the_ring() -> None:
    assert queue.ring("redis://127.0.0.1:1/0", "media", queue.RUN_STEP, "row-1") is False


def test_a_queue_that_takes_calls_but_never_answers_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url, took = f"redis://127.0.0.1:{silent.getsockname()[1]}/0", list[float]()
        while len(took) < TRIES and min(took, default=999.0) >= 2 * queue.PATIENCE_S:
            began = time.monotonic()
            assert queue.ring(url, "media", queue.RUN_STEP, "row-1") is False
            took.append(time.monotonic() - began)
        assert min(took) < 2 * queue.PATIENCE_S


def test_a_queue_that_came_back_is_rung_at_once(url: str) -> None:
    """The connections that were open before are of no use any more."""
    assert queue.ring(url, "media", queue.RUN_STEP, "row-1")
    for client in queue.connect(url).client_list():
        queue.connect(url).client_kill_filter(_id=client["id"], skipme=False)
    assert queue.ring(url, "media", queue.RUN_STEP, "row-2")


def test_a_forged_job_is_refused(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    forged = Queue("media", connection=queue.connect(url), serializer=JSONSerializer)
    job = forged.enqueue("os.system", "echo forged job ran")
    worker = SimpleWorker(
        [queue.open_queue(url, "media")],
        connection=queue.connect(url),
        serializer=JSONSerializer,
        job_class=queue.HeardJob,
    )
    worker.work(burst=True)
    assert "forged job ran" not in capfd.readouterr().out
    assert job.is_failed


def forged_callback(*_args: object) -> None:
    print("forged callback ran")


def test_a_forged_callback_is_not_run(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    forged = Queue("media", connection=queue.connect(url), serializer=JSONSerializer)
    callback = Callback(f"{__name__}.forged_callback")
    job = forged.enqueue(
        "os.system",
        "true",
        on_failure=callback,
        on_success=callback,
        on_stopped=callback,
    )
    worker = SimpleWorker(
        [queue.open_queue(url, "media")],
        connection=queue.connect(url),
        serializer=JSONSerializer,
        job_class=queue.HeardJob,
    )
    worker.work(burst=True)
    assert "forged callback ran" not in capfd.readouterr().out
    assert job.is_failed
    seen = queue.open_queue(url, "media").fetch_job(job.id)
    assert seen is not None
    assert (seen.success_callback, seen.failure_callback, seen.stopped_callback) == (None,) * 3
