"""One process at a time works on a folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.domain.errors import Conflict

RUNNING = "up.lock"  # in the data folder: held by `./heard up`, and by a restore


@contextmanager
def held(lock: Path, sentence: str) -> Iterator[None]:
    """Holds the file `lock`, which is made where it is missing and which a killed process lets go.

    Raises:
        Conflict: with `sentence`, where another process holds it.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(sentence) from None
        yield
