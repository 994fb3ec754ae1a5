"""A server and a file that nobody has a reason to ask for, and that notice when somebody does."""

from __future__ import annotations

import contextlib
import ctypes
import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

IN_ACCESS, IN_OPEN = 0x1, 0x20
TEXT = "canary-5f1d-sings"
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Canary:
    """`asked`: what was asked of the server so far."""

    address: str
    file: Path
    asked: list[str]
    _watch: int

    def opened(self) -> bool:
        """Whether the file was opened since this was last asked (inotify(7))."""
        try:
            return bool(os.read(self._watch, 65_536))
        except BlockingIOError:
            return False


@contextlib.contextmanager
def canary(folder: Path) -> Iterator[Canary]:
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    file = folder / "canary.txt"
    file.write_text(TEXT * 100)
    watch = _libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    assert _libc.inotify_add_watch(watch, bytes(file), IN_ACCESS | IN_OPEN) > 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Canary(f"http://127.0.0.1:{server.server_port}", file, asked, watch)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        os.close(watch)
