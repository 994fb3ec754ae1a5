"""Tests run side by side, but not each with every other: who measures how long a whole Heard takes
has the machine alone, and browsers that record share it with one another only.

A door and a room for each kind, locks held across processes: who comes in keeps the door until the
rooms of those that it can't be with are empty, so that it isn't passed by for ever. Those that
can't be with all others come first, all of them: else everybody would wait again and again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ANY, RECORDING, ALONE = KINDS = "any", "recording", "alone"
RECORDERS = 2  # at once; of four on two cores one recorder said nothing for 20 s

_lane = contextlib.ExitStack()  # what is held from `lead` on


def lead() -> None:
    """Tests that can be with any wait until this process has come to one, if it is one of those
    that begin with others."""
    if os.environ.get("PYTEST_XDIST_TESTRUNUID") and _worker() < RECORDERS:
        _wait(_lane.enter_context(_place(f"lane-{_worker()}")))


@contextlib.contextmanager
def turn(kind: str) -> Iterator[None]:
    """Waits for its turn; at once where no other process runs tests."""
    if not os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        yield
        return
    with contextlib.ExitStack() as held:
        if kind == RECORDING:
            _wait(held.enter_context(_place(f"recorder-{_worker() % RECORDERS}")))
        elif kind == ANY:
            _lane.close()
            for leader in range(RECORDERS):
                with _place(f"lane-{leader}") as lane:
                    _wait(lane)
        with _place("door") as door:
            _wait(door)
            for other in KINDS:
                if other != kind or kind == ALONE:
                    with _place(other) as room:
                        _wait(room)
            fcntl.flock(held.enter_context(_place(kind)), fcntl.LOCK_SH)
        yield


def _worker() -> int:
    return int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))


def _place(name: str) -> IO[str]:
    run = os.environ["PYTEST_XDIST_TESTRUNUID"]
    return (Path(tempfile.gettempdir()) / f"heard-{run}.{name}").open("w")


def _wait(place: IO[str]) -> None:
    """Until nobody else has it; then it's ours till it is closed."""
    fcntl.flock(place, fcntl.LOCK_EX)
