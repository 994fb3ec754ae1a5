"""Visitors who ask for much and read none of it don't keep others out."""

from __future__ import annotations

import socket
import sqlite3
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.web import real_server

THREADS = 64  # two processes of 32, as shipped


@pytest.mark.slow
def test_a_page_comes_while_others_do_not_read(tmp_path: Path, migrated: Path) -> None:
    with real_server.running(tmp_path, migrated) as heard, ExitStack() as stack:
        rows = sqlite3.connect(tmp_path / "heard.db")
        recording, key = rows.execute("SELECT id, playable_key FROM recordings").fetchone()
        rows.close()
        (tmp_path / "objects" / key).write_bytes(bytes(8 << 20))  # more than any buffer takes
        path = f"/mine/{heard.world.personal}/recordings/{recording}/playable"
        for _ in range(THREADS):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            reader.connect(("127.0.0.1", heard.port))
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(1)  # they hold every thread now, as they should
        assert urlopen(f"http://127.0.0.1:{heard.port}/sign-in", timeout=60).status == 200


@pytest.mark.slow
def test_chunks_that_are_none_are_a_client_that_is_gone(tmp_path: Path, migrated: Path) -> None:
    with real_server.running(tmp_path, migrated) as heard:
        head = (
            f"POST /uploads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {heard.world.drafting}\r\n"
            "Tus-Resumable: 1.0.0\r\nUpload-Length: 100\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/offset+octet-stream\r\nConnection: close\r\n\r\n"
        )
        for chunks in ("zz\r\nhello\r\n", "5\r\nhelloXX", "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n"):
            answer = heard.raw((head + chunks).encode())
            assert answer.split(b"\r\n")[0].split()[1] in (b"201", b"400"), answer[:200]
