"""gunicorn's threaded worker, but no client holds a thread by sending, or taking, next to nothing.

gthread reads a request's head and body in a thread without any limit, and waits there for a
connection's first byte. Here a thread is taken at the first byte, and waiting is counted
(`app/host/crowd.py`). Only waiting counts: a server that is busy itself lets nobody go for that. A
player that pauses takes nothing for as long as it likes, unless others wait; then it is let go, and
asks for the rest by range when it goes on.

Connections that say nothing need no thread, but gunicorn takes no others once it has so many; here
those that have been idle longest make room.
"""

from __future__ import annotations

import errno
import selectors
import threading
import time
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import TConn, ThreadWorker

from app.host.crowd import Crowd, Watched
from app.host.straight import Straight

IDLE = 0.5  # seconds after which silence counts, where room is short: a slow line's way, twice
# What a refused client may go on sending for its two seconds of goodbye: twice a page's part of an
# upload. Closed before, its answer is lost: it is told that the connection broke, not why.
UNREAD = 8 * 1024 * 1024  # bytes


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
        self._crowd = Crowd(self.cfg.threads, lambda: self._queued > 0)

    def enqueue_req(self, conn: TConn) -> None:
        if conn.parser is None and not isinstance(conn.sock, Watched):
            conn.sock = Watched(fileno=conn.sock.detach())
            conn.sock.watch(self._crowd)
        if not conn.initialized and not conn.data_ready:
            self._await_first_byte(conn)
            return
        self._count(1)
        super().enqueue_req(conn)

    def _await_first_byte(self, conn: TConn) -> None:
        """As gunicorn does it with a connection for which a thread has waited in vain."""
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.cfg.keepalive
        self.pending_conns.append(conn)
        readable = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, readable)

    def accept(self, listener: Any) -> None:
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._drop_idlest()  # gunicorn would end the process, and all that others do in it

    def murder_pending(self) -> None:
        """Called in each round, of a second at most."""
        super().murder_pending()
        while self.nr_conns > self.worker_connections - self.cfg.threads and self._drop_idlest():
            pass

    def _drop_idlest(self) -> bool:
        """First of those that never said anything. Whether there was one that had the time to."""
        for idle in (self.pending_conns, self.keepalived_conns):
            if idle and idle[0].timeout - self.cfg.keepalive < time.monotonic() - IDLE:
                conn = idle.popleft()
                self.poller.unregister(conn.sock)
                self.nr_conns -= 1
                conn.close()
                return True
        return False

    def on_pending_socket_readable(self, conn: TConn, client: Any) -> None:
        if client.fileno() >= 0:  # not dropped since the poller saw it
            super().on_pending_socket_readable(conn, client)

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        if client.fileno() >= 0:
            super().on_client_socket_readable(conn, client)

    def handle(self, conn: TConn) -> Any:
        self._count(-1)
        if not isinstance(conn.sock, Watched):  # gunicorn speaks TLS itself
            return super().handle(conn)
        conn.sock.begin()
        again = super().handle(conn)
        if again is False:
            # Saying goodbye may take two seconds; gunicorn would do it in the thread that
            # hands out all requests.
            if conn.sock.let_go:
                conn.sock.close()
            else:
                util.close_graceful(conn.sock, max_drain=UNREAD)
        return again

    def handle_request(self, req: Any, conn: TConn) -> Any:
        reader = req.body.reader
        told = isinstance(reader, LengthReader)
        req.body = Straight(reader.unreader, reader.length) if told else _Chunks(reader)
        return super().handle_request(req, conn)

    def _count(self, change: int) -> None:
        with self._lock:
            self._queued += change
