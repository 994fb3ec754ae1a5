"""Customers with browsers that don't give up, and someone who imports a back-catalogue."""

from __future__ import annotations

import base64
import csv
import http.client
import json
import os
import random
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.chaos.media import Recordings
from tests.conftest import ROOT

SAID = (
    "The delivery came two weeks late and the box was broken. I am very angry about it.",
    "The staff were wonderful, friendly and quick. I love how they helped me yesterday.",
    "Nobody at the company answered me for a month. It was a terrible experience.",
    "My order came a day early and everything was perfect. I am so happy with it.",
)
VTT = "WEBVTT\n\n00:00.000 --> 00:03.400\n{}\n"
AT_A_TIME = 6


class Later(Exception):
    """Not now; the browser tries again."""


@dataclass
class Customer:
    """Sends one answer, in writing or spoken, until it is told that it was received."""

    name: str
    words: str
    recording: bytes | None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    received: bool = False
    upload: str = ""

    def send(self, shop: Shop) -> None:
        """One try. Raises Later."""
        self._ask(shop, "PUT", f"/r/{shop.code}/submission", (201,), json_body={
            "consent_text": shop.consent_text, "purposes": ["internal", "shared"],
        })  # fmt: skip
        if self.recording is not None:
            self._upload(shop, self.recording)
        closing = {"name": self.name, "written": {} if self.recording else {"0": self.words}}
        self._ask(shop, "POST", f"/r/{shop.code}/submission/sending", (200,), json_body=closing)
        self.received = True

    def _upload(self, shop: Shop, data: bytes) -> None:
        """As a tus client does: asks how far it came, goes on from there."""
        if not self.upload:
            kind = base64.b64encode(b"video/webm").decode()
            head = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filetype {kind}"}
            reply = self._ask(shop, "POST", "/uploads", (201,), head)
            self.upload = urlsplit(reply.headers["Location"]).path
        reply = self._ask(shop, "HEAD", self.upload, (200, 404))
        if reply.status == 404:
            self.upload = ""
            raise Later("The upload is gone.")
        offset = int(reply.headers["Upload-Offset"])
        while offset < len(data):
            head = {
                "Upload-Offset": str(offset),
                "Content-Type": "application/offset+octet-stream",
            }
            piece = data[offset : offset + len(data) // 2 + 1]
            reply = self._ask(shop, "PATCH", self.upload, (204,), head, body=piece)
            offset = int(reply.headers["Upload-Offset"])

    def _ask(
        self,
        shop: Shop,
        method: str,
        path: str,
        wanted: tuple[int, ...],
        headers: Mapping[str, str] | None = None,
        *,
        json_body: object = None,
        body: bytes | None = None,
    ) -> http.client.HTTPResponse:
        head = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/json",
            "Tus-Resumable": "1.0.0",
            "X-Forwarded-For": shop.address_of(self),
            **(headers or {}),
        }
        if json_body is not None:
            body, head["Content-Type"] = json.dumps(json_body).encode(), "application/json"
        connection = http.client.HTTPConnection(shop.host, timeout=20)
        try:
            connection.request(method, path, body=body, headers=head)
            reply = connection.getresponse()
            said = reply.read()
        except (OSError, http.client.HTTPException) as error:
            raise Later(type(error).__name__) from error
        finally:
            connection.close()
        if reply.status not in wanted:
            shop.refusals.append((reply.status, said[:200].decode(errors="replace")))
            raise Later(f"{method} {path}: {reply.status}")
        return reply


@dataclass
class Shop:
    """Where the customers send to. `host`: name and port."""

    host: str
    code: str
    consent_text: str
    program: str
    env: Mapping[str, str]
    refusals: list[tuple[int, str]] = field(default_factory=list)

    def address_of(self, customer: Customer) -> str:
        """Each has an address of its own, so that nobody's rate counts for another."""
        number = int.from_bytes(customer.token.encode()[:3], "big")
        return f"203.0.{number >> 8 & 255}.{number & 255}"


@dataclass
class Crowd:
    """`pace`: how far along the whole is, 0..1, and so who may come by now."""

    shop: Shop
    customers: list[Customer]
    imported: list[str]
    manifest: Path
    over: threading.Event = field(default_factory=threading.Event)
    importer: subprocess.Popen[bytes] | None = None
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.customers) + len(self.imported)

    @property
    def all_in(self) -> bool:
        return all(each.received for each in self.customers) and not any(
            thread.is_alive() for thread in self._threads
        )

    def come(self, gap_s: float, rng: random.Random) -> None:
        """Everyone comes, `gap_s` after one another on average."""
        waiting = list(self.customers)
        lock = threading.Lock()

        def serve() -> None:
            while not self.over.is_set():
                with lock:
                    if not waiting:
                        return
                    customer, pause = waiting.pop(), rng.uniform(0, 2 * gap_s * AT_A_TIME)
                self.over.wait(pause)
                self._until(lambda customer=customer: customer.send(self.shop))

        work: list[Callable[[], None]] = [serve] * AT_A_TIME
        if self.imported:
            work.append(lambda: self._until(self._import))
        self._threads = [threading.Thread(target=each, daemon=True) for each in work]
        for thread in self._threads:
            thread.start()

    def go(self) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join(30)

    def _until(self, attempt: Callable[[], None]) -> None:
        while not self.over.is_set():
            try:
                return attempt()
            except Later:
                self.over.wait(0.4)

    def _import(self) -> None:
        """The command, run again until it comes through. Raises Later."""
        command = [sys.executable, "-m", "app", "import", str(self.manifest)]
        self.importer = subprocess.Popen(
            [*command, "--program", self.shop.program],
            cwd=ROOT,
            env={**os.environ, **self.shop.env},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if self.importer.wait():
            raise Later("The import was interrupted.")


def gather(
    shop: Shop, recordings: Recordings, folder: Path, *, written: int, spoken: int, imported: int
) -> Crowd:
    customers = [Customer(f"Writer-{n:03}", SAID[n % len(SAID)], None) for n in range(written)] + [
        Customer(f"Speaker-{n:03}", "", recordings.copy(n)) for n in range(spoken)
    ]
    random.Random(len(customers)).shuffle(customers)
    names = [f"Import-{n:03}" for n in range(imported)]
    folder.mkdir()
    with (folder / "manifest.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "captions", "name"])
        for n, name in enumerate(names):
            (folder / f"{name}.media").write_bytes(recordings.copy(10_000 + n))
            (folder / f"{name}.vtt").write_text(VTT.format(SAID[n % len(SAID)]))
            rows.writerow([f"{name}.media", f"{name}.vtt", name])
    return Crowd(shop, customers, names, folder / "manifest.csv")
