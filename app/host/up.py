"""`./heard up`: everything on one machine, with one calm line per change."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from app.config import WEB_NOTE, Settings, read_settings
from app.domain.errors import HeardError
from app.domain.pipeline import QUEUES
from app.host import interrupted, locks
from app.host.queue_server import QueueServer
from app.host.supervisor import Child, Supervisor, say

LEAST_FREE = 300 * 1024 * 1024
ANSWER_S = 60.0
LOCAL = ("localhost", "127.0.0.1", "::1")
WEB = (sys.executable, "-m", "gunicorn", "-c", "app/gunicorn.py", "wsgi:app")


class CannotStart(HeardError):
    """One sentence that says why, and what to do."""


def up(port: int, host: str, data: Path) -> None:
    """Runs until Ctrl-C or SIGTERM.

    Raises:
        CannotStart, BadSetting, Conflict: before anything was started.
    """
    began = time.monotonic()
    base_url = os.environ.get("BASE_URL") or f"http://{_shown(host)}:{port}"
    noted = data.resolve() / WEB_NOTE
    env = {**os.environ, "HEARD_DATA": str(data.resolve()), "BASE_URL": base_url}
    settings = read_settings(env)
    # Two supervisors on one folder would do everything twice.
    taken = f"Heard is already running, or being restored, with the data in {settings.data}."
    with locks.held(locks.of(settings.data, locks.UP), taken):
        interrupted.check(settings.data)
        _room(settings.data)
        _free(host, port)
        embedded = None if os.environ.get("REDIS_URL") else QueueServer(settings.data)
        if embedded:
            env["REDIS_URL"] = embedded.url
        env.update(HEARD_BIND=f"{_bracketed(host)}:{port}", PYTHONUNBUFFERED="1")
        supervisor = Supervisor(env, settings.data / "logs", say)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, supervisor.stop)
        try:
            if embedded:
                supervisor.add(Child("queue", embedded.command()))
                embedded.wait()
            links = _prepare(env)
            supervisor.add(Child("web", WEB))
            if _answers(supervisor, host, port):
                noted.write_text(settings.base_url)  # for commands on this folder
                _greet(settings, links, host, time.monotonic() - began)
                _start_workers(supervisor, settings)
                supervisor.watch()
        except CannotStart:
            if not supervisor.stopping:  # Ctrl-C ends what is being waited for, too
                raise
        finally:
            say("Stopping.")
            noted.unlink(missing_ok=True)
            supervisor.end()
            if embedded:
                embedded.forget()


def _start_workers(supervisor: Supervisor, settings: Settings) -> None:
    """After the web answers: on few cores they would only slow its start."""
    python = sys.executable
    for queue in QUEUES:
        supervisor.add(Child(queue, [python, "-m", "workers", "worker", queue]))
    supervisor.add(Child("clock", [python, "-m", "workers", "clock"]))
    if settings.speech_engine != "pocketsphinx":  # fetches it, or says that it is missing
        supervisor.add(
            Child("models", [python, "-m", "workers", "models", "fetch", "--quiet"], once=True)
        )


def _prepare(env: dict[str, str]) -> dict[str, str]:
    """Migrates, makes the first owner and the sample program; the links to print."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "prepare", "--json"], env=env, capture_output=True, text=True
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["It gave no reason."])[-1]
        raise CannotStart(f"What Heard keeps could not be prepared. {last.removeprefix('Error: ')}")
    links: dict[str, str] = json.loads(done.stdout.strip().splitlines()[-1])
    return links


def _greet(settings: Settings, links: dict[str, str], host: str, seconds: float) -> None:
    say(f"Heard is up after {seconds:.1f} s, with its data in {settings.data}")
    for line in titled(links, settings.base_url):
        print(f"          {line}")
    if hint := only_here(settings, host):
        print(f"          {hint}")
    print("          Ctrl-C stops everything.", flush=True)


def only_here(settings: Settings, host: str) -> str:
    """Why others' browsers won't record, "" where they will or where no others come."""
    reached = urlsplit(settings.base_url).hostname
    if settings.secure or (host in LOCAL and reached in LOCAL):
        return ""
    return (
        "Browsers record over https only, except on this machine itself: others can upload and "
        "write. Put TLS in front and set BASE_URL; docs/operations.md shows how."
    )


def titled(links: dict[str, str], base_url: str) -> list[str]:
    """A line for each of those links that there are; `links`: as `welcome.prepare` gives them."""
    titles = {
        "board": "Board:",
        "record": "Record (sample program):",
        "sign_in": "Sign in as the first owner, once:",
    }
    return [f"{titles[key]:34} {base_url}{links[key]}" for key in titles if links.get(key)]


def _answers(supervisor: Supervisor, host: str, port: int) -> bool:
    address = f"http://{_shown(host)}:{port}/healthz"
    until = time.monotonic() + ANSWER_S
    while not supervisor.stopping:
        try:
            # Our own address, put together above
            with urllib.request.urlopen(address, timeout=2):  # nosec B310
                return True
        except (urllib.error.URLError, OSError):
            if time.monotonic() > until:
                raise CannotStart("The web process does not answer; see logs/web.log.") from None
            supervisor.wait(0.1)
    return False


def _shown(host: str) -> str:
    # Compared with, not listened on
    every = host in ("0.0.0.0", "::", "")  # noqa: S104  # nosec B104
    return "127.0.0.1" if every else _bracketed(host)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _room(data: Path) -> None:
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE:
        raise CannotStart(
            f"Only {free // 1024**2} MB are free for {data}; Heard needs "
            f"{LEAST_FREE // 1024**2} MB to begin with."
        )


def _free(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} can't be used ({error.strerror}); choose another with --port."
            ) from None
