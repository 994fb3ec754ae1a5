"""Heard's web server as it is shipped, in processes of its own, over one open invitation."""

from __future__ import annotations

import base64
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from secrets import randbits
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import upgrade

from app import create_app
from app.domain.clerk import new_token
from app.extensions import db
from tests import factories, services
from tests.conftest import ROOT, settings_for


@dataclass
class Answered:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Live:
    """A server that may be killed and started again on the same port and data."""

    app: Flask
    data: Path
    env: dict[str, str]
    code: str
    consent_text: str
    port: int = field(default_factory=services.free_port)
    config: str = "app/gunicorn.py"
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        env = {
            **os.environ,
            "HEARD_DATA": str(self.data),
            "HEARD_TESTING": "yes",
            "SECRET_KEY": "only for tests, nowhere else",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "FETCH_MODELS": "no",
            "LOAD_SAMPLE": "no",
            "HEARD_BIND": f"127.0.0.1:{self.port}",
            "BASE_URL": self.address,
            "PYTHONPATH": str(ROOT),
            "TRUSTED_HOPS": "1",
            **self.env,
        }
        command = [sys.executable, "-m", "gunicorn", "-c", self.config, "wsgi:app"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, start_new_session=True, stderr=subprocess.DEVNULL
        )
        services.eventually(lambda: services._listens(self.port), 60, "the server listens")

    def kill(self) -> None:
        """SIGKILL to all of it: nothing gets to tidy up."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(30)

    def ask(
        self, method: str, where: str, body: Any = None, timeout: float = 60, **headers: str
    ) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            said = {name.replace("_", "-"): value for name, value in headers.items()}
            # Each from an address of its own, as behind a proxy: one address has its limits.
            said["X-Forwarded-For"] = str(ip_address(randbits(32)))
            connection.request(method, urlsplit(where).path, body, said)
            answer = connection.getresponse()
            return Answered(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def draft(self, token: str = "") -> str:
        """The token of a submission that was opened and consented to."""
        token = token or new_token()
        body = json.dumps({"consent_text": self.consent_text, "purposes": ["internal"]})
        where = f"/r/{self.code}/submission"
        answer = self.ask("PUT", where, body, **bearer(token), Content_Type="application/json")
        assert answer.status == 201, answer.body
        return token

    def send(self, token: str, **closing: Any) -> Answered:
        where = f"/r/{self.code}/submission/sending"
        head = {**bearer(token), "Content_Type": "application/json", "Accept": "application/json"}
        return self.ask("POST", where, json.dumps(closing), **head)

    def create(self, token: str, length: int, **headers: str) -> Answered:
        return self.ask("POST", "/uploads", **tus(token), Upload_Length=str(length), **headers)

    def patch(self, token: str, where: str, data: Any, offset: int, **more: str) -> Answered:
        head = {**tus(token), "Upload_Offset": str(offset), "Content_Type": BYTES, **more}
        return self.ask("PATCH", where, data, **head)

    def offset(self, token: str, where: str) -> int:
        return int(self.ask("HEAD", where, **tus(token)).headers["Upload-Offset"])


BYTES = "application/offset+octet-stream"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tus(token: str) -> dict[str, str]:
    return {**bearer(token), "Tus_Resumable": "1.0.0"}


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@contextmanager
def live(data: Path, migrated: Path, **env: str) -> Iterator[Live]:
    """Runs within the block. The test looks into its database in `live.app.app_context()`."""
    data.mkdir(parents=True, exist_ok=True)
    own = {name: env[name] for name in ("DATABASE_URL", "STORAGE_URL") if name in env}
    if "DATABASE_URL" not in env:
        shutil.copy(migrated, data / "heard.db")
    app = create_app(settings_for(data, **own))
    with app.app_context():
        if "DATABASE_URL" in env:
            upgrade(str(ROOT / "migrations"))
        invitation = factories.invitation(factories.program(factories.workspace()))
        server = Live(app, data, env, invitation.code, invitation.program.consent_texts[-1].id)
        db.session.remove()
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.stop()
        with app.app_context():
            db.engine.dispose()


def until_served(server: Live, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if server.ask("GET", "/healthz", timeout=5).status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("The server did not answer in time.")
