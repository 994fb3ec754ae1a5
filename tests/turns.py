"""Tests run side by side; one that measures how long a whole Heard takes has the machine alone.

A door and a room, two locks held across processes: who wants the room to itself keeps the door
while the others leave, so that it isn't passed by for ever.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def turn(alone: bool) -> Iterator[None]:
    """Waits for its turn; at once where no other process runs tests."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if not run:
        yield
        return
    folder = Path(tempfile.gettempdir())
    with (
        (folder / f"heard-{run}.door").open("w") as door,
        (folder / f"heard-{run}").open("w") as room,
    ):
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield
