"""Kills by SIGKILL, chosen by a seed, in the midst of work; and empties the queue."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from app.domain.pipeline import QUEUES, STEPS
from app.extensions import db
from app.host.supervisor import descendants
from app.models import Delivery, Step
from tests.chaos.crowd import Crowd
from tests.e2e.stack import Stack

# How often each is hit, of a hundred.
TARGETS = {
    "media": 26, "speech": 24, "text": 15, "notify": 15, "clock": 7, "web": 7, "queue": 3,
    "import": 3,
}  # fmt: skip
STALLED_S = 90.0
STARTED_S = 8.0


@dataclass(frozen=True, slots=True)
class Hit:
    """`done`: how much of the work was, 0..1; `busy`: the steps (or `delivery`) that were leased
    from this worker at that moment."""

    at: str
    done: float
    target: str
    victim: str
    busy: tuple[str, ...]


@dataclass
class Reaper:
    """`embedded`: the queue server is Heard's own and may be killed, else it is only emptied."""

    heard: Stack
    crowd: Crowd
    queue_url: str
    embedded: bool
    rng: random.Random
    steps: int
    hits: list[Hit] = field(default_factory=list)
    wipes: list[str] = field(default_factory=list)

    def rage(
        self, kills: int, wipes: int, extra: Sequence[tuple[float, Callable[[], None]]] = ()
    ) -> float:
        """Each strike at a random point of the whole's work; when the last one was made."""
        plan = [(self.rng.uniform(0.01, 0.93), self._kill) for _ in range(kills)]
        plan += [(self.rng.uniform(0.1, 0.9), self._wipe) for _ in range(wipes)] + list(extra)
        for point, strike in sorted(plan, key=lambda each: each[0]):
            self._wait_for(point)
            strike()
        return time.monotonic()

    @property
    def in_the_midst(self) -> int:
        return sum(bool(hit.busy) for hit in self.hits)

    def _wait_for(self, point: float) -> None:
        """Until so much of the work is done; not for ever, should nothing move any more."""
        until = time.monotonic() + STALLED_S
        while self._done() < point and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(self.rng.uniform(0, 0.1))

    def _done(self) -> float:
        """Steps begun and messages sent, of all: each voice is told of by two channels."""
        begun = db.session.scalar(
            select(func.count()).select_from(Step).where(Step.state.not_in(("waiting", "due")))
        )
        sent = db.session.scalar(
            select(func.count()).select_from(Delivery).where(Delivery.state == "done")
        )
        db.session.rollback()
        return ((begun or 0) + (sent or 0)) / (self.steps + 2 * self.crowd.size)

    def _kill(self) -> None:
        target = self.rng.choices(list(TARGETS), list(TARGETS.values()))[0]
        if target == "queue" and not self.embedded:
            target = "clock"
        if target in QUEUES and self._kill_at_work(target):
            return
        found = self._victims(target) or self._victims(self.rng.choice(QUEUES))
        for pid, name in self.rng.sample(found, len(found)):
            if _signalled(pid, signal.SIGKILL):
                self._note(target, name, self._busy(target))
                return
        self._note(target, "was down", ())

    def _kill_at_work(self, wanted: str) -> bool:
        """Kills somebody of this queue, or else of another, who has something in hand: held still
        first and looked at, or it could be done with it before the blow."""
        until = time.monotonic() + STARTED_S
        while time.monotonic() < until:
            busy = [queue for queue in QUEUES if self._busy(queue)]
            if not busy:
                time.sleep(0.02)
                continue
            target = wanted if wanted in busy else self.rng.choice(busy)
            time.sleep(self.rng.uniform(0, 0.3))
            found = self._victims(target)
            for pid, name in self.rng.sample(found, min(1, len(found))):
                if not _signalled(pid, signal.SIGSTOP):
                    continue
                in_hand = self._busy(target)
                _signalled(pid, signal.SIGKILL if in_hand else signal.SIGCONT)
                if in_hand:
                    self._note(target, name, in_hand)
                    return True
        return False

    def _note(self, target: str, victim: str, busy: tuple[str, ...]) -> None:
        self.hits.append(Hit(time.strftime("%H:%M:%S"), self._done(), target, victim, busy))

    def _wipe(self) -> None:
        if self.embedded and self.rng.random() < 0.5:
            for pid, _ in self._victims("queue"):
                os.kill(pid, signal.SIGKILL)
            self.wipes.append("killed")
        else:
            with contextlib.suppress(RedisError):  # down: emptied already
                Redis.from_url(self.queue_url, socket_timeout=5).flushall()
            self.wipes.append("emptied")

    def _busy(self, target: str) -> tuple[str, ...]:
        names = [name for name, kind in STEPS.items() if kind.queue == target]
        leased = select(Step.name).where(Step.state == "leased", Step.name.in_(names))
        busy = list(db.session.scalars(leased))
        if target == "notify":
            sending = select(Delivery.id).where(Delivery.state == "leased")
            busy += ["delivery" for _ in db.session.scalars(sending)]
        db.session.rollback()
        return tuple(busy)

    def _victims(self, target: str) -> list[tuple[int, str]]:
        """Processes and what they are: a worker, its children, ffmpeg under them."""
        if target == "import":
            importer = self.crowd.importer
            running = importer is not None and importer.poll() is None
            return [(importer.pid, "import")] if importer and running else []
        sign = {"web": "gunicorn", "queue": "--unixsocket"}.get(target, target)
        found = []
        for pid in descendants(self.heard.process.pid):
            line = _command(pid)
            if sign in line:
                found.append((pid, target))
                found += [(child, _name(child)) for child in descendants(pid)]
        return list(dict.fromkeys(found))


def _signalled(pid: int, number: int) -> bool:
    """False where it ended by itself a moment ago."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


def _command(pid: int) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return []


def _name(pid: int) -> str:
    line = _command(pid)
    return "ffmpeg" if any("ffmpeg" in part for part in line[:12]) else "child"
