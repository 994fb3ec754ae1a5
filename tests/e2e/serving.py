"""A real server in its own process, and a real browser with a camera that isn't there."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from werkzeug.serving import make_server

ROOT = Path(__file__).parent.parent.parent
_NAMES = ("chromium", "google-chrome")  # Debian has the first, Ubuntu a snap or the second
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), "chromium")
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(app: Flask) -> Iterator[int]:
    """The application on a socket of this process; gives the port."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Server:
    """Gunicorn over a data folder; may be killed and started again on the same port."""

    def __init__(self, data: Path, **env: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._env = {
            **os.environ,
            "HEARD_DATA": str(data),
            "HEARD_TESTING": "yes",
            "SECRET_KEY": "only for tests, nowhere else",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "FETCH_MODELS": "no",
            "LOAD_SAMPLE": "no",
            "SPEECH_ENGINE": "pocketsphinx",
            "BASE_URL": self.address,
            **env,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        bind = f"127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", "--bind", bind, "--threads", "8", "wsgi:app"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._env, start_new_session=True, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                with urlopen(f"{self.address}/healthz", timeout=2):
                    return
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise AssertionError("The server did not start within 30 s.")

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing gets to tidy up."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
