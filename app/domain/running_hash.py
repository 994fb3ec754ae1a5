"""The SHA-256 of an upload, counted as its bytes arrive: its end needn't read them once more.

Each web process knows what it has taken itself. What it doesn't know (another process took it, or
one that died) is read from the file at the end. Bytes that were counted never change, so a hash
over them stays true.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

PIECE = 1024 * 1024  # bytes
MOST = 256  # uploads under way at once in one process; the one longest untouched is forgotten

# Threads beside the one that takes bytes: hashing (870 MB/s) and writing go on at the same time.
_beside = ThreadPoolExecutor(max_workers=4, thread_name_prefix="hash")
_known: OrderedDict[str, RunningHash] = OrderedDict()
_lock = threading.Lock()


class RunningHash:
    """Of the first `size` bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._hash = hashlib.sha256()
        self._going_on: Future[None] | None = None

    def add(self, piece: bytes) -> None:
        """The next bytes; returns at once, unless the piece before is still worked on."""
        self._wait()
        self._going_on = _beside.submit(self._hash.update, piece)
        self.size += len(piece)

    def read(self, file: BinaryIO, size: int) -> None:
        """What is missing up to `size`, from the file that has it."""
        file.seek(self.size)
        while self.size < size and (piece := file.read(min(PIECE, size - self.size))):
            self.add(piece)

    def hexdigest(self) -> str:
        self._wait()
        return self._hash.hexdigest()

    def _wait(self) -> None:
        if self._going_on is not None:
            self._going_on.result()
            self._going_on = None


def taken(upload_id: str) -> RunningHash:
    """What this process knows of an upload, which it then doesn't know any more until it is told
    by `keep`: who fails on the way leaves nothing behind."""
    with _lock:
        return _known.pop(upload_id, None) or RunningHash()


def keep(upload_id: str, running: RunningHash) -> None:
    """Its bytes have been counted."""
    with _lock:
        _known[upload_id] = running
        while len(_known) > MOST:
            _known.popitem(last=False)
