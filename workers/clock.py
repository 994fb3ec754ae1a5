"""The reconciler: every few seconds, whatever the database says is due is rung again.

Losing the queue server therefore costs seconds, not work.
"""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

from redis.exceptions import RedisError

from app.domain import (
    alerts,
    audit_check,
    direct,
    erasing,
    holding,
    leases,
    masks,
    outbox,
    replaying,
    runs,
    sweeping,
    troubles,
    uploads,
)
from app.domain.codebook import lookout
from app.domain.fairness import schedule, stops
from app.domain.search import vectors
from app.domain.vitals import looking
from app.domain.wording import count
from app.models import now
from storage import StorageError
from workers.context import context

log = logging.getLogger(__name__)

TICK_S = 3
HOURLY = sweeping.HOURLY
ALL_DONE = "Every voice that came in has been dealt with"


def tick_for_ever() -> None:
    """Ticks until SIGTERM or SIGINT."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    swept, said, behind = now() - HOURLY, (0, 0), False
    trouble = ""
    while not over.is_set():
        tick()
        said = _say(said)
        hourly = now() - swept >= HOURLY
        if hourly or trouble:
            trouble = _keep_erased(trouble)
        if hourly:
            hourly_parts = (*sweeping.ALL, lookout.look_again, schedule.watch)
            for part in (uploads.sweep, direct.sweep, *hourly_parts):
                _try(part)
            swept, behind = now(), True
        behind = behind and _catch_up()
        over.wait(TICK_S)


def tick() -> None:
    """One round. A queue or database that is away is tried again at the next one."""
    for part in (
        _release,
        runs.sweep,
        outbox.sweep,
        _digests,
        runs.ring_due,
        outbox.ring_due,
        vectors.ring_due,
        audit_check.keep_heads,
        erasing.due,
        looking.beat,
        schedule.due,
        stops.catch_up,
    ):
        _try(part)


def _say(before: tuple[int, int]) -> tuple[int, int]:
    """A line for the terminal when the number of voices on their way has changed."""
    with context():
        try:
            moving, stopped = runs.under_way()
        except troubles.RAISED:
            return before
    if (moving, stopped) != before:
        said = f"{count(moving, 'voice')} on the way" if moving else ALL_DONE
        if stopped:
            said += f"; {stopped} stopped, their pages say why"
        print(f"· {said}", flush=True)
    return moving, stopped


def _catch_up() -> bool:
    """Looks for personal data in words from before the rules; whether there may be more."""
    with context():
        try:
            return masks.catch_up() > 0
        except troubles.RAISED as error:
            log.warning("catch_up: %s", type(error).__name__)
            return False


def _keep_erased(before: str) -> str:
    """Carries out again what this database doesn't know was erased; what is in the way of some of
    it, logged when that has changed."""
    with context():
        try:
            replaying.catch_up()
            return ""
        except StorageError as error:
            trouble = error.sentence
        except (*troubles.RAISED, OSError) as error:
            trouble = type(error).__name__
    if trouble != before:
        log.error("What was erased may be here again: %s", trouble)
    return trouble


def _release() -> None:
    """Gives back what those who died at work on this machine held."""
    for fence in holding.abandoned():
        leases.release(fence)


def _digests() -> None:
    alerts.digests(now())


def _try(part: Callable[[], object]) -> None:
    try:
        with context():
            part()
    except (RedisError, *troubles.RAISED, StorageError, OSError) as error:
        log.warning("%s: %s", part.__name__, type(error).__name__)
