"""What is done when the answer is out: the time that an answer takes can't tell what was found."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore

from flask import current_app
from werkzeug import Response

log = logging.getLogger(__name__)

MOST = 200  # waiting at a time in this process: a mail server that hangs fills no memory
_threads = ThreadPoolExecutor(2, "afterwards")  # none of them runs before the first call
_room = BoundedSemaphore(MOST)


def call(response: Response, work: Callable[[], object]) -> None:
    """Does the work in another thread once this response is out, in an application context with a
    database session of its own. Lost if the process dies first; past `MOST`, it is left undone."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def begin() -> None:
        if not _room.acquire(blocking=False):
            log.error("Too much waits to be done after its answer; something was left undone.")
            return
        _threads.submit(within).add_done_callback(_done)

    def within() -> None:
        with app.app_context():
            work()

    response.call_on_close(begin)


def _done(future: Future[None]) -> None:
    _room.release()
    if error := future.exception():
        log.error("What was to be done after an answer failed.", exc_info=error)
