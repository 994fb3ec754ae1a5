"""The only door to the queue. A ring says "look at this row"; the row is the truth.

Ringing may fail: the clock rings again whatever is due (see `app.domain.runs.ring_due`).
"""

from __future__ import annotations

import functools
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, RedisError
from redis.retry import Retry
from rq import Queue
from rq.exceptions import DeserializationError
from rq.job import Job
from rq.serializers import JSONSerializer

log = logging.getLogger(__name__)

RUN_STEP = "workers.jobs.run_step"
DELIVER = "workers.jobs.deliver"
MAKE_VECTORS = "workers.jobs.make_vectors"
PATIENCE_S = 2
SIGNS = "heard:workers:%s"  # of each queue its workers, and when each gave a sign of life
SIGN_S = 60  # an idle worker gives one each minute
MISSED_S = 2.5 * SIGN_S
JOB_NAMES = frozenset({RUN_STEP, DELIVER, MAKE_VECTORS})


class ForgedJob(Exception):
    """A job that names a function we never enqueue."""


class HeardJob(Job):
    """Runs names on the list only, whatever stands in the queue."""

    def _deserialize_data(self) -> None:
        """What isn't JSON is a pickle, or nothing that Heard put there; it is never unpacked."""
        try:
            super()._deserialize_data()  # type: ignore[no-untyped-call]  # rq has no types here
        except DeserializationError:
            log.error("Refused a forged job: what it holds is not Heard's.")
            raise

    @property
    def func(self) -> Any:
        if self.func_name not in JOB_NAMES or self.instance is not None:
            log.error("Refused a forged job: %s", self.func_name)
            raise ForgedJob(f"'{self.func_name}' is not one of Heard's jobs.")
        return super().func

    @property
    def success_callback(self) -> None:
        """Heard's jobs have no callbacks: one that stands in the queue was put there by another."""

    @property
    def failure_callback(self) -> None:
        """As above."""

    @property
    def stopped_callback(self) -> None:
        """As above."""


@functools.lru_cache(maxsize=8)
def connect(url: str) -> Redis:
    """A connection that gives up within 2 s, so that no page waits for the queue.

    Only one that broke meanwhile is made anew, and once: each wait for an answer counts in full.
    """
    return Redis.from_url(
        url,
        socket_connect_timeout=PATIENCE_S,
        socket_timeout=PATIENCE_S,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
    )


def connect_worker(url: str) -> Redis:
    """A connection for those who wait for the next job for minutes; rq sets how long."""
    return Redis.from_url(url, socket_connect_timeout=PATIENCE_S)


def open_queue(url: str, name: str) -> Queue:
    return Queue(name, connection=connect(url), serializer=JSONSerializer, job_class=HeardJob)


def ring(url: str, queue: str, job: str, row_id: str) -> bool:
    """Asks a worker to look at a row. False when the queue is away; never raises for that."""
    assert job in JOB_NAMES
    try:
        open_queue(url, queue).enqueue(
            job, row_id, job_timeout=-1, result_ttl=0, failure_ttl=86_400, ttl=86_400
        )
    except RedisError as error:
        log.warning("The queue is away (%s); the clock will ring again.", type(error).__name__)
        return False
    return True


def sign(connection: Redis, queue: str, worker: str) -> None:
    """A worker of this queue lives. rq's own list forgets those that are long at one job, and
    never hears of them again. Raises RedisError."""
    connection.zremrangebyscore(SIGNS % queue, 0, time.time() - MISSED_S)
    connection.zadd(SIGNS % queue, {worker: time.time()})


def workers(url: str, queues: Sequence[str]) -> dict[str, int]:
    """How many workers of each queue gave a sign of life of late. Raises RedisError."""
    connection, since = connect(url), time.time() - MISSED_S
    return {name: cast("int", connection.zcount(SIGNS % name, since, math.inf)) for name in queues}


def waiting(url: str, queue: str) -> Iterator[str]:
    """Row ids already in the queue, so that the clock doesn't ring twice."""
    for job in open_queue(url, queue).get_jobs():
        yield from (str(argument) for argument in job.args)


def ring_new(url: str, queue: str, job: str, due: Callable[[int], Sequence[str]], most: int) -> int:
    """Rings for the first `most` due rows that aren't in the queue yet; how many.

    `due(n)` gives the ids of the first n due rows. Those that wait already are passed over, so
    that what came after them has its turn. Raises RedisError when the queue is away.
    """
    if not due(1):
        return 0
    known = set(waiting(url, queue))
    new = [row_id for row_id in due(most + len(known)) if row_id not in known]
    return sum(ring(url, queue, job, row_id) for row_id in new[:most])
