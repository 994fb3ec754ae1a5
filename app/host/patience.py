"""gunicorn's threaded worker, but no client holds a thread by sending next to nothing.

gthread reads a request's head and body in a thread without any limit. Here waiting is counted:
what a client keeps a thread waiting, less what its bytes take at `SLOWEST`, may grow to
`PATIENCE`, and to no more than `HURRY` while others wait for a thread. Only waiting counts: a
server that is busy itself lets nobody go for that. Sending is not limited: a player that pauses
takes nothing for as long as it likes.
"""

from __future__ import annotations

import errno
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from gunicorn import util
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.host.straight import Straight

SLOWEST = 1024  # bytes a second: a tenth of what EDGE carries
PATIENCE = 30.0  # seconds
HURRY = 3.0
TICK = 0.5  # seconds between two looks at whether others wait


class TooSlow(ConnectionResetError):
    """gunicorn and Werkzeug take it for what it is to them: a connection that is gone."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client sent too little.")


class Watched(socket.socket):
    """A client's socket that counts how long receiving waits, in seconds. `crowded`: whether
    others wait for a thread."""

    crowded: Callable[[], bool]

    def watch(self, crowded: Callable[[], bool]) -> None:
        self.crowded = crowded
        self._poll = select.poll()
        self._poll.register(self, select.POLLIN)
        self.begin()

    def begin(self) -> None:
        """A new request, no time lost yet."""
        self._waited = 0.0
        self.let_go = False

    def recv(self, amount: int, flags: int = 0) -> bytes:
        self._wait(self.gettimeout())
        data = super().recv(amount, flags)
        self._brought(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self._wait(self.gettimeout())
        size = super().recv_into(buffer, nbytes, flags)
        self._brought(size)
        return size

    def setblocking(self, flag: bool) -> None:
        if self.fileno() >= 0:  # gunicorn does it once more after it was closed
            super().setblocking(flag)

    def _brought(self, size: int) -> None:
        self._waited = max(0.0, self._waited - size / SLOWEST)

    def _wait(self, limit: float | None) -> None:
        """`limit`: gunicorn's own, in seconds, while it reads what nobody wants any more."""
        until = None if limit is None else time.monotonic() + limit
        while not self._poll.poll(0):
            began = time.monotonic()
            if until is not None and began >= until:
                raise TimeoutError
            left = (HURRY if self.crowded() else PATIENCE) - self._waited
            if left <= 0:
                self.let_go = True
                raise TooSlow
            self._poll.poll(min(left, TICK) * 1000)
            self._waited += time.monotonic() - began


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._queued, self._lock = 0, threading.Lock()

    def enqueue_req(self, conn: TConn) -> None:
        if conn.parser is None and not isinstance(conn.sock, Watched):
            conn.sock = Watched(fileno=conn.sock.detach())
            conn.sock.watch(lambda: self._queued > 0)
        self._count(1)
        super().enqueue_req(conn)

    def handle(self, conn: TConn) -> Any:
        self._count(-1)
        if not isinstance(conn.sock, Watched):  # gunicorn speaks TLS itself
            return super().handle(conn)
        conn.sock.begin()
        again = super().handle(conn)
        if again is False:
            # Saying goodbye may take two seconds; gunicorn would do it in the thread that
            # hands out all requests.
            conn.sock.close() if conn.sock.let_go else util.close_graceful(conn.sock)
        return again

    def handle_request(self, req: Any, conn: TConn) -> Any:
        if isinstance(req.body.reader, LengthReader):
            req.body = Straight(req.body.reader.unreader, req.body.reader.length)
        return super().handle_request(req, conn)

    def _count(self, change: int) -> None:
        with self._lock:
            self._queued += change
