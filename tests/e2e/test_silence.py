"""Clients that connect and then say nothing don't keep others out."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests import services
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

SILENT = {
    "no byte": b"",
    "half a head": b"POST /sign-in HTTP/1.1\r\nHost: x\r\n",
    "half a body": (
        b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail="
    ),
}
# The shipped settings with less patience, and threads that four clients can hold.
SETTINGS = """
import app.host.crowd
app.host.crowd.PATIENCE = 2
from app.gunicorn import *
threads, workers = 2, 1
"""


# With patience without end: only the room that is kept free helps.
PATIENT = """
import app.host.crowd
app.host.crowd.PATIENCE = app.host.crowd.HURRY = 600
from app.gunicorn import *
threads, workers = 4, 1
"""

# As few connections as forty idle ones can fill.
NARROW = """
from app.gunicorn import *
threads, workers, worker_connections, keepalive = 4, 1, 24, 600
"""


@pytest.fixture
def port(tmp_path: Path, migrated: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    port = services.free_port()
    (tmp_path / "settings.py").write_text(getattr(request, "param", SETTINGS))
    env = {
        **os.environ,
        "HEARD_DATA": str(migrated.parent),
        "HEARD_TESTING": "yes",
        "HEARD_BIND": f"127.0.0.1:{port}",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(tmp_path / "settings.py"), "wsgi:app"]
    with services.running(command, cwd=ROOT, env=env, stderr=subprocess.DEVNULL):
        services.eventually(lambda: services._listens(port), 90, "the server listens")
        yield port


@pytest.mark.parametrize("said", SILENT)
def test_a_page_comes_while_others_say_nothing(port: int, said: str) -> None:
    address = f"http://127.0.0.1:{port}/healthz"
    assert urlopen(address, timeout=60).status == 200
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(4)]
    try:
        for each in silent:
            each.sendall(SILENT[said])
        time.sleep(0.5)  # they hold both threads now, as they should
        assert urlopen(address, timeout=60).status == 200
    finally:
        for each in silent:
            each.close()


@pytest.mark.parametrize("port", [PATIENT], indirect=True, ids=["patient"])
def test_a_page_comes_at_once_however_many_drip(port: int) -> None:
    """Twice as many as there are threads, of each kind."""
    address = f"http://127.0.0.1:{port}/healthz"
    dripping = [socket.create_connection(("127.0.0.1", port)) for _ in range(24)]
    try:
        for number, each in enumerate(dripping):
            each.sendall(list(SILENT.values())[number % 3])
        for _ in range(4):
            for each in dripping:
                with contextlib.suppress(ConnectionError):  # one that was sent away
                    each.sendall(b"x")
            assert urlopen(address, timeout=60).status == 200
    finally:
        for each in dripping:
            each.close()


@pytest.mark.parametrize("port", [NARROW], indirect=True, ids=["narrow"])
def test_the_idle_make_room(port: int) -> None:
    """gunicorn would let none of them go by itself before this gives up."""
    address = f"http://127.0.0.1:{port}/healthz"
    assert urlopen(address, timeout=60).status == 200
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    try:
        assert urlopen(address, timeout=60).status == 200
    finally:
        for each in idle:
            each.close()
