"""The real tus-js-client in a real browser: connections cut (FIN, RST), the server killed."""

from __future__ import annotations

import hashlib
import random
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from app.domain.clerk import token_hash
from app.extensions import db
from app.models import Answer, Recording, Submission
from tests import services
from tests.e2e.serving import BROWSER_ARGS, CHROMIUM
from tests.live import Live, live, until_served

pytestmark = pytest.mark.slow

SIZE = 20_000_000
SEND = """({token, size}) => {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536)
        crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65536, size)));
    bytes.set([0x1a, 0x45, 0xdf, 0xa3]); // as a recording begins
    window.sent = {done: false, failed: ""};
    const sending = new tus.Upload(new Blob([bytes]), {
        endpoint: "/uploads",
        headers: {Authorization: `Bearer ${token}`},
        metadata: {filetype: "video/webm"},
        chunkSize: 2_000_000,
        retryDelays: Array(2000).fill(150),
        storeFingerprintForResuming: false,
        onSuccess: () => { window.sent.done = true },
        onError: (error) => { window.sent.failed = String(error) },
    });
    crypto.subtle.digest("SHA-256", bytes).then((digest) => {
        window.sent.hash = [...new Uint8Array(digest)]
            .map((byte) => byte.toString(16).padStart(2, "0")).join("");
        sending.start();
    });
}"""


class Cutter:
    """Stands between browser and server and cuts `most` connections in the midst of their bytes,
    half of them by FIN and half by RST."""

    def __init__(self, port: int, most: int) -> None:
        self.upstream, self.most, self.cuts = port, 0, 0
        self.plan, self.chance = most, random.Random(3)
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._take, daemon=True).start()

    def begin(self) -> None:
        self.most = self.plan

    def _take(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.door.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.upstream), timeout=60)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        back = threading.Thread(target=self._pump, args=(server, client, None), daemon=True)
        back.start()
        self._pump(client, server, self.chance.randrange(50_000, 600_000))

    def _pump(self, source: socket.socket, target: socket.socket, fatal: int | None) -> None:
        carried = 0
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
                carried += len(data)
                if fatal is not None and carried > fatal and self.cuts < self.most:
                    self.cuts += 1
                    if self.cuts % 2:
                        for each in (source, target):
                            linger = struct.pack("ii", 1, 0)
                            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    break
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@contextmanager
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_ARGS)
        try:
            yield browser.new_page()
        finally:
            browser.close()


def kept(server: Live, token: str) -> tuple[str, str]:
    with server.app.app_context():
        recording = db.session.scalars(
            select(Recording)
            .join(Answer)
            .join(Submission)
            .where(Submission.token_hash == token_hash(token))
        ).one()
        data = (server.data / "objects" / recording.original_key).read_bytes()
        db.session.remove()
        return recording.sha256, hashlib.sha256(data).hexdigest()


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("cuts", "kills"),
    [
        pytest.param(12, 1, id="short"),
        pytest.param(50, 12, id="all", marks=pytest.mark.chaos),
    ],
)
def test_byte_identical_after_all(tmp_path: Path, migrated: Path, cuts: int, kills: int) -> None:
    with live(tmp_path / "data", migrated) as server, browser_page() as page:
        token, cutter = server.draft(), Cutter(server.port, cuts)
        page.goto(f"http://127.0.0.1:{cutter.port}/r/{server.code}")
        page.add_script_tag(url="/static/vendor/tus-js-client@4.3.1/tus.min.js")
        cutter.begin()
        page.evaluate(SEND, {"token": token, "size": SIZE})
        for number in range(kills):
            wanted = cuts * (number + 1) // (kills + 1)
            services.eventually(lambda n=wanted: cutter.cuts >= n, 120, f"{wanted} cuts")  # type: ignore[misc]
            server.kill()
            server.start()
            until_served(server)

        def done() -> bool:
            page.wait_for_timeout(100)
            return bool(page.evaluate("window.sent.done || window.sent.failed"))

        services.eventually(done, 300, "the upload is over")
        said = page.evaluate("window.sent")
        assert said["failed"] == "" and cutter.cuts == cuts
        assert kept(server, token) == (said["hash"], said["hash"])
        cutter.door.close()
    print(f"{cutter.cuts} cut connections, {kills} kills")
