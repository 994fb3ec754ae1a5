"""One process, one queue.

`media` and `notify` fork for each job: their parent stays light and ffmpeg does the work.
`speech` and `text` never fork: a model that was loaded before a fork hangs the child
(CTranslate2 and torch both do). They load it once, keep it, and make way for a fresh process
after `JOBS_PER_LIFE` jobs or when they have grown beyond `MEMORY_LIMIT`.
"""

from __future__ import annotations

import logging
import os
import resource
import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker, Worker
from rq.serializers import JSONSerializer
from rq.worker import BaseWorker

from app import boxes
from app.config import Settings
from app.queue import SIGN_S, HeardJob, connect_worker, open_queue, sign
from workers.context import application
from workers.media import sandbox

log = logging.getLogger(__name__)

FORKING = frozenset({"media", "notify"})
JOBS_PER_LIFE = 500
QUEUE_AGAIN_S = 1.0
MEMORY_LIMIT = 6 * 1024**3  # bytes resident


class Signs(BaseWorker):
    """Leaves word at the queue server with each heartbeat that it lives."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        super().heartbeat(timeout, pipeline)
        for queue in self.queue_names():
            sign(self.connection, queue, self.name)


class ModelWorker(Signs, SimpleWorker):
    """Keeps its models between jobs, and stops once it has grown too large."""

    def execute_job(self, job: Any, queue: Any) -> None:
        super().execute_job(job, queue)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if resident > MEMORY_LIMIT:
            log.warning("Grown to %d MB; a fresh worker takes over.", resident // 1024**2)
            self._stop_requested = True


class ForkingWorker(Signs, Worker):
    """Nothing but that."""


class MediaWorker(ForkingWorker):
    """Tells with each heartbeat what its box can do."""

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        super().heartbeat(timeout, pipeline)
        boxes.tell(self.connection, sandbox.layers())


def _kind(queue: str) -> type[BaseWorker]:
    if queue not in FORKING:
        return ModelWorker
    return MediaWorker if queue == "media" else ForkingWorker


def work(queue: str, *, burst: bool = False) -> None:
    """Works until asked to stop. The supervisor starts it anew."""
    # Read when torch is loaded. Its threads wait asleep, not spinning, where others need the
    # processor: on two busy cores a passage is understood in 0.05 s instead of 1.1 s.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    settings = application().extensions["heard"].settings
    url = settings.redis_url
    connection: Redis = connect_worker(url)
    wait_for(connection)
    if queue == "media":
        announce(settings)
    kind = _kind(queue)
    worker = kind(
        [open_queue(url, queue)],
        connection=connection,
        serializer=JSONSerializer,
        job_class=HeardJob,
        log_job_description=False,
        worker_ttl=SIGN_S + 15,  # rq wakes up so many seconds before it is over
    )
    worker.work(
        burst=burst,
        max_jobs=None if queue in FORKING else JOBS_PER_LIFE,
        logging_level="WARNING",
    )


def wait_for(connection: Redis) -> None:
    """Until the queue answers: cheaper than to end and load everything once more."""
    while True:
        try:
            connection.ping()
            return
        except RedisError as error:
            log.warning("The queue is away (%s); waiting for it.", type(error).__name__)
            time.sleep(QUEUE_AGAIN_S)


def announce(settings: Settings) -> None:
    """Leaves word of the layers that this host allows, and warns of those that it doesn't."""
    layers = sandbox.layers()
    boxes.note(settings.sandbox_note, layers)
    for name, works in layers.items():
        if not works:
            log.warning("ffmpeg's box has no layer '%s': %s", name, sandbox.HINTS[name])
