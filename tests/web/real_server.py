"""Heard as it is run: gunicorn with its settings, two processes, a queue server that counts."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from app import create_app
from app.extensions import db
from tests import services
from tests.conftest import ROOT, settings_for, sign_in
from tests.web import world as worlds
from tests.web.world import World


@dataclass(frozen=True, slots=True)
class Running:
    """`cookie`: a signed-in owner's. `log`: all that the processes said. `queue`: its process."""

    port: int
    world: World
    cookie: str
    log: Path
    queue_url: str

    def raw(self, request: bytes, *, wait: float = 60) -> bytes:
        """What comes back for these very bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=wait) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65_536), b""))

    def get(self, path: str, *heads: str) -> bytes:
        head = "".join(f"{each}\r\n" for each in heads)
        host = "" if any(each.startswith("Host:") for each in heads) else "Host: 127.0.0.1\r\n"
        request = f"GET {path} HTTP/1.1\r\n{host}{head}Connection: close\r\n\r\n"
        return self.raw(request.encode("latin-1"))


@contextmanager
def running(data: Path, migrated: Path, **env: str) -> Iterator[Running]:
    """A world is in its database, and its access log is on, as some will have it."""
    (data / "heard.db").write_bytes(migrated.read_bytes())
    app = create_app(settings_for(data, DATABASE_URL=f"sqlite:///{data}/heard.db"))
    with app.app_context():
        world = worlds.build()
        cookie = sign_in(app.test_client(), world.owner).get_cookie("heard")
        assert cookie is not None
        db.session.expire_on_commit = False
        db.session.remove()
        db.engine.dispose()
        with services.valkey() as queue_url:
            yield from _serving(data, queue_url, world, cookie.value, env)


def _serving(
    data: Path, queue_url: str, world: World, cookie: str, env: dict[str, str]
) -> Iterator[Running]:
    port, log = services.free_port(), data / "web.log"
    whole = {
        **os.environ,
        "HEARD_DATA": str(data),
        "HEARD_BIND": f"127.0.0.1:{port}",
        "SECRET_KEY": "only for tests, nowhere else",
        "REDIS_URL": queue_url,
        "FETCH_MODELS": "no",
        "LOAD_SAMPLE": "no",
        "BASE_URL": "http://voices.example.com",
        "GUNICORN_CMD_ARGS": "--access-logfile - --log-level debug",
        **env,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "app/gunicorn.py", "wsgi:app"]
    with (
        open(log, "wb") as out,
        services.running(command, cwd=ROOT, env=whole, stdout=out, stderr=subprocess.STDOUT),
    ):
        services.eventually(lambda: answers(port), 90, "gunicorn answers")
        yield Running(port, world, cookie, log, queue_url)


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except (URLError, OSError):
        return False
