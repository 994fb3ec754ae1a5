"""Clients' sockets that are watched while a thread waits for them, and how many may be waited for.

What a client keeps a thread waiting, less what its bytes take at `SLOWEST`, may grow to
`PATIENCE`, and to no more than `HURRY` while others wait for a thread. And whoever they are, a
quarter of a process's threads is never lent to those that are waited for: who comes past that
sends away the one that is furthest behind a phone on a slow line (`PHONE`). So pages go on being
answered, however many connections a stranger opens and drips on; an upload that was sent away goes
on from where it was.

Nobody gains trust by what they brought before: whoever begins stands level with whoever has kept
up. Else a few kilobytes for each of a stranger's connections would keep every newcomer out.
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

SLOWEST = 1024  # bytes a second: a tenth of what EDGE carries
PATIENCE = 30.0  # seconds
HURRY = 3.0
TICK = 0.5  # seconds between two looks at whether others wait
LENT = 0.75  # of the threads
PHONE = 4096  # bytes a second: who gets through beside strangers; under half of what EDGE carries


class TooSlow(ConnectionResetError):
    """gunicorn and Werkzeug take it for what it is to them: a connection that is gone."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client sent or took too little.")


class Crowd:
    """Those that the threads of one process wait for. `pressing`: whether others wait for a
    thread."""

    def __init__(self, threads: int, pressing: Callable[[], bool]) -> None:
        self.pressing = pressing
        self._room = max(1, int(threads * LENT))
        self._waited_for: set[Watched] = set()
        self._lock = threading.Lock()

    def enter(self, one: Watched) -> None:
        with self._lock:
            self._waited_for.add(one)
            # One that was sent away, and whose thread hasn't noticed yet, makes room once.
            staying = [each for each in self._waited_for if not each.let_go]
            if len(staying) > self._room:
                max(staying, key=Watched.behind).send_away()

    def leave(self, one: Watched) -> None:
        with self._lock:
            self._waited_for.discard(one)


class Watched(socket.socket):
    """A client's socket that counts how long receiving and sending wait, in seconds."""

    crowd: Crowd

    def watch(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.begin()

    def begin(self) -> None:
        """A new request, no time lost yet."""
        self._waited = self._behind = 0.0
        self._since = math.inf
        self.let_go = False

    def behind(self) -> float:
        """Seconds that were waited for it until this moment, less what its bytes take a phone."""
        return self._behind + max(0.0, time.monotonic() - self._since)

    def send_away(self) -> None:
        """Wakes up the thread that waits for it; it raises TooSlow there."""
        self.let_go = True
        with contextlib.suppress(OSError):  # gone by itself
            self.shutdown(socket.SHUT_RDWR)

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
        self._behind = max(0.0, self._behind - size / PHONE)

    def _wait(self, event: int, patience: float) -> None:
        """Until the client is ready; no longer than gunicorn's own limit, while it reads what
        nobody wants any more."""
        poll, limit = select.poll(), self.gettimeout()
        poll.register(self, event)
        if poll.poll(0):
            return
        until = math.inf if limit is None else time.monotonic() + limit
        self._since = time.monotonic()
        self.crowd.enter(self)
        try:
            while not self.let_go and not poll.poll(0):
                self._tick(poll, patience, until)
        finally:
            self.crowd.leave(self)
            self._since = math.inf
        if self.let_go:
            raise TooSlow

    def _tick(self, poll: select.poll, patience: float, until: float) -> None:
        began = time.monotonic()
        if began >= until:
            raise TimeoutError
        left = (min(HURRY, patience) if self.crowd.pressing() else patience) - self._waited
        if left <= 0:
            self.let_go = True
            return
        poll.poll(min(left, TICK) * 1000)
        self._since = time.monotonic()
        self._waited += self._since - began
        self._behind += self._since - began
