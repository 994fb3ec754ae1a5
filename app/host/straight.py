"""A request's body, read from its socket into the reader's own memory.

gunicorn's own reader copies each byte several times on its way, which took a third of the time of
a large upload.
"""

from __future__ import annotations

import io
from typing import Any

from gunicorn.http.unreader import SocketUnreader


class Straight(io.RawIOBase):
    """`length` bytes, some of which `unreader` may hold already; what it holds beyond them belongs
    to the next request and stays with it.

    A read gives what there is, as a socket does; nothing where the client went away.
    """

    failed = False  # what gunicorn asks before it takes another request from this connection

    def __init__(self, unreader: SocketUnreader, length: int) -> None:
        self._sock, self._left = unreader.sock, length
        held = unreader.take_buffered()
        self._held = memoryview(held)[:length]
        if len(held) > length:
            unreader.unread(held[length:])

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        into = memoryview(buffer).cast("B")[: self._left]
        if not into:
            return 0
        if self._held:
            got = min(len(into), len(self._held))
            into[:got], self._held = self._held[:got], self._held[got:]
        else:
            self.failed = True
            got = self._sock.recv_into(into)
            self.failed = False
        self._left -= got
        return got
