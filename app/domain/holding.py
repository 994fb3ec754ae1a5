"""Who is at work on this machine, told by the kernel.

A lease tells by its time that the holder is gone, and that takes a minute. A worker therefore
also keeps a lock on the folder it works in, named after its fence: when it is killed, however
that came about, the lock is free at once (flock(2)), and the clock gives back what it held and
deletes what it left. Only folders of this host count: what another one locks may not show here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import runtime
from app.models import new_id


@dataclass(slots=True)
class Place:
    """Where one piece of work is done. `given_up`: its row could not be told how it ended."""

    fence: str
    folder: Path
    given_up: bool = False


@contextmanager
def place() -> Iterator[Place]:
    """An empty folder, locked as long as this process lives, gone when the block ends.

    One that is given up stays, unlocked, until the clock has released the row.

    Raises:
        OSError: there is no room for a folder.
    """
    scratch, fence = runtime.settings().scratch, new_id()
    scratch.mkdir(exist_ok=True)
    # Locked before it has the name that the clock looks for.
    coming = Path(tempfile.mkdtemp(dir=scratch, prefix="."))
    handle = os.open(coming, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        at = Place(fence, coming.rename(scratch / f"work-{fence}-{socket.gethostname()}"))
        try:
            yield at
        finally:
            shutil.rmtree(at.folder, ignore_errors=True)
            if at.given_up:
                at.folder.mkdir()
    finally:
        os.close(handle)


def abandoned() -> Iterator[str]:
    """The fences of those who died at work here; each one's folder goes when the next is asked
    for, so one that could not be dealt with is met again."""
    for folder in runtime.settings().scratch.glob(f"work-*-{socket.gethostname()}"):
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # its work ended this moment
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder.name.split("-")[1]
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:  # at work
            continue
        finally:
            os.close(handle)
