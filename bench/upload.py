"""Bytes in and out through the shipped server, against the bare work: a socket's bytes into a
synced file, a file's bytes into a socket. Turn about, the best of several, in one run."""

from __future__ import annotations

import hashlib
import http.client
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.extensions import db
from app.models import Recording
from bench.table import show
from tests.conftest import ROOT, settings_for
from tests.live import Live, live

SIZE = 128 * 1024 * 1024
BROWSER = 4 * 1024 * 1024  # bytes a request, as the recording page sends
PIECE = 256 * 1024
ROUNDS = 5
DATA = b"\x1aE\xdf\xa3" + (os.urandom(PIECE) * (SIZE // PIECE))[4:]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        folder = Path(name)
        app = create_app(settings_for(folder / "migrated"))
        with app.app_context():
            upgrade(str(ROOT / "migrations"))
            db.engine.dispose()
        with live(folder / "data", folder / "migrated" / "heard.db") as server:
            rows = measured(server, folder)
    show(("way", "bare", "Heard", "ratio"), rows)


def measured(server: Live, folder: Path) -> list[tuple[object, ...]]:
    bare_in, one, many, bare_out, out = [], [], [], [], []
    whole = folder / "whole.bin"
    whole.write_bytes(DATA)
    token, where = "", ""
    for _ in range(ROUNDS):
        bare_in.append(timed(partial(copy_in, folder / "copy.bin")))
        token = server.draft()
        where = str(server.create(token, SIZE).headers["Location"])
        one.append(timed(partial(sent, server, token, where, SIZE)))
        other = server.draft()
        there = str(server.create(other, SIZE).headers["Location"])
        many.append(timed(partial(sent, server, other, there, BROWSER)))
    at = f"/mine/{token}/recordings/{playable(server, where)}/playable"
    for _ in range(ROUNDS):
        bare_out.append(timed(partial(copy_out, whole)))
        out.append(timed(partial(received, server, at)))
    return [
        row("upload in one request", bare_in, one),
        row("upload as the page sends it", bare_in, many),
        row("ranged read", bare_out, out),
    ]


def row(way: str, bare: list[float], ours: list[float]) -> tuple[object, ...]:
    speeds = (f"{SIZE / min(times) / 1e6:.0f} MB/s" for times in (bare, ours))
    return (way, *speeds, f"{min(ours) / min(bare):.2f}")


def timed(work: Callable[[], None]) -> float:
    os.sync()  # nobody pays for what another wrote
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def sent(server: Live, token: str, where: str, most: int) -> None:
    head = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}
    head["Content-Type"] = "application/offset+octet-stream"
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as wire:
        for offset in range(0, SIZE, most):
            length = min(most, SIZE - offset)
            said = {**head, "Upload-Offset": str(offset), "Content-Length": str(length)}
            wire.request("PATCH", where, pieces(offset, length), said)
            answer = wire.getresponse()
            assert answer.status == 204, answer.read()
            answer.read()


def pieces(offset: int, length: int) -> Iterator[memoryview]:
    view = memoryview(DATA)
    return (view[at : at + PIECE] for at in range(offset, offset + length, PIECE))


def received(server: Live, where: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as wire:
        wire.request("GET", where, headers={"Range": f"bytes=0-{SIZE - 1}"})
        answer = wire.getresponse()
        assert answer.status == 206
        buffer, size = bytearray(PIECE), 0
        while got := answer.readinto(buffer):
            size += got
        assert size == SIZE


def copy_in(path: Path) -> None:
    """A thread takes what a socket brings into a file; done when the file is synced."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        taker = threading.Thread(target=take, args=(door, path))
        taker.start()
        with socket.create_connection(door.getsockname()) as wire:
            for piece in pieces(0, SIZE):
                wire.sendall(piece)
        taker.join()
    assert path.stat().st_size == SIZE
    path.unlink()


def take(door: socket.socket, path: Path) -> None:
    wire, _ = door.accept()
    buffer = bytearray(PIECE)
    with wire, path.open("wb", buffering=0) as file:
        while got := wire.recv_into(buffer):
            file.write(memoryview(buffer)[:got])
        os.fsync(file.fileno())


def copy_out(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        giver = threading.Thread(target=give, args=(door, path))
        giver.start()
        buffer, size = bytearray(PIECE), 0
        with socket.create_connection(door.getsockname()) as wire:
            while got := wire.recv_into(buffer):
                size += got
        giver.join()
    assert size == SIZE


def give(door: socket.socket, path: Path) -> None:
    wire, _ = door.accept()
    with wire, path.open("rb", buffering=0) as file:
        while piece := file.read(PIECE):
            wire.sendall(piece)


def playable(server: Live, where: str) -> str:
    """The recording's id, its bytes checked, served as they are: reading needs no ffmpeg."""
    with server.app.app_context():
        recording = db.session.get_one(Recording, where.rpartition("/")[2])
        assert recording.sha256 == hashlib.sha256(DATA).hexdigest()
        recording.playable_key, recording.playable_type = recording.original_key, "video/webm"
        db.session.commit()
        return recording.id
