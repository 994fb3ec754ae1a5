"""Who works on a folder, told by locks that a killed process lets go (flock(2))."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.domain.errors import Conflict
from app.domain.pipeline import QUEUES
from app.host import interrupted

# Who works on a data folder: a file there for each kind, shared by all of that kind.
UP, WEB, CLOCK, COMMAND = "up", "web", "clock", "command"
KINDS = (UP, WEB, *QUEUES, CLOCK, COMMAND)


@contextmanager
def held(lock: Path, sentence: str, *, shared: bool = False) -> Iterator[None]:
    """Holds the file `lock`, which is made where it is missing; `shared` with all who share it.

    Raises:
        Conflict: with `sentence`, where another process holds it.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(sentence) from None
        yield


@contextmanager
def at_work(data: Path, kind: str) -> Iterator[None]:
    """Works on a data folder, as one of `KINDS`. Processes that are forked meanwhile hold it, too.

    Raises:
        Conflict: a backup is being put back there, or was and that was cut short.
    """
    restoring = f"A backup is being put back into {data}. Start this again when that is done."
    with held(of(data, kind), restoring, shared=True):
        interrupted.check(data)
        yield


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Nobody works on a data folder meanwhile, or begins to.

    Raises:
        Conflict: somebody does; the sentence says who.
    """
    others = []
    with ExitStack() as stack:
        for kind in KINDS:
            try:
                stack.enter_context(held(of(data, kind), kind))
            except Conflict as other:
                others.append(other.sentence)
        if others:
            raise Conflict(
                f"Heard is running with the data in {data} ({', '.join(others)}). Stop it first."
            )
        yield


def of(data: Path, kind: str) -> Path:
    return data / f"{kind}.lock"
