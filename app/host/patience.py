"""gunicorn's threaded worker, but no client holds a thread by sending, or taking, next to nothing.

gthread reads a request's head and body in a thread without any limit. Here waiting is counted:
what a client keeps a thread waiting, less what its bytes take at `SLOWEST`, may grow to
`PATIENCE`, and to no more than `HURRY` while others wait for a thread. Only waiting counts: a
server that is busy itself lets nobody go for that. A player that pauses takes nothing for as long
as it likes, unless others wait; then it is let go, and asks for the rest by range when it goes on.
"""

from __future__ import annotations

import contextlib
import errno
import math
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from gunicorn import util
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.host.straight import Straight

SLOWEST = 1024  # bytes a second: a tenth of what EDGE carries
PATIENCE = 30.0  # seconds
HURRY = 3.0
TICK = 0.5  # seconds between two looks at whether others wait


class TooSlow(ConnectionResetError):
    """gunicorn and Werkzeug take it for what it is to them: a connection that is gone."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client sent or took too little.")


class Watched(socket.socket):
    """A client's socket that counts how long receiving waits, in seconds. `crowded`: whether
    others wait for a thread."""

    crowded: Callable[[], bool]

    def watch(self, crowded: Callable[[], bool]) -> None:
        self.crowded = crowded
        self.begin()

    def begin(self) -> None:
        """A new request, no time lost yet."""
        self._waited = 0.0
        self.let_go = False

    def recv(self, amount: int, flags: int = 0) -> bytes:
        self._wait(select.POLLIN, PATIENCE)
        data = super().recv(amount, flags)
        self._moved(len(data))
        return data

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0) -> int:
        self._wait(select.POLLIN, PATIENCE)
        size = super().recv_into(buffer, nbytes, flags)
        self._moved(size)
        return size

    def sendall(self, data: Any, flags: int = 0) -> None:
        left = memoryview(data).cast("B")
        while left:
            self._wait(select.POLLOUT, math.inf)
            with contextlib.suppress(BlockingIOError):  # less room than it takes to be told of
                sent = super().send(left, flags | socket.MSG_DONTWAIT)
                left = left[sent:]
                self._moved(sent)

    def setblocking(self, flag: bool) -> None:
        if self.fileno() >= 0:  # gunicorn does it once more after it was closed
            super().setblocking(flag)

    def _moved(self, size: int) -> None:
        self._waited = max(0.0, self._waited - size / SLOWEST)

    def _wait(self, event: int, patience: float) -> None:
        """Until the client is ready; no longer than gunicorn's own limit, while it reads what
        nobody wants any more."""
        poll, limit = select.poll(), self.gettimeout()
        poll.register(self, event)
        until = None if limit is None else time.monotonic() + limit
        while not poll.poll(0):
            began = time.monotonic()
            if until is not None and began >= until:
                raise TimeoutError
            left = (min(HURRY, patience) if self.crowded() else patience) - self._waited
            if left <= 0:
                self.let_go = True
                raise TooSlow
            poll.poll(min(left, TICK) * 1000)
            self._waited += time.monotonic() - began


class _Chunks(Body):  # type: ignore[misc]
    """Chunks that are none are, to whoever reads them, a client that is gone."""

    def _read_reader(self, size: int) -> Any:
        try:
            return super()._read_reader(size)
        except ParseException as error:
            raise ConnectionResetError(errno.ECONNRESET, str(error)) from error


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
        reader = req.body.reader
        told = isinstance(reader, LengthReader)
        req.body = Straight(reader.unreader, reader.length) if told else _Chunks(reader)
        return super().handle_request(req, conn)

    def _count(self, change: int) -> None:
        with self._lock:
            self._queued += change
