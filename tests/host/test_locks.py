"""A restore is alone with a data folder: it waits for nobody, and nobody comes in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, locks
from app.host.restore import restore
from app.host.supervisor import descendants
from app.models import Submission
from tests import services
from tests.conftest import DATABASE, ROOT, settings_for
from tests.live import Live, live

BY_HAND = {"FETCH_MODELS": "no", "LOAD_SAMPLE": "no", "REDIS_URL": "redis://127.0.0.1:1/0"}


def others(data: Path) -> str:
    """Who is in the way there, as the sentence says."""
    try:
        with locks.alone(data):
            return ""
    except Conflict as refusal:
        return refusal.sentence.partition(" (")[2].partition(")")[0]


def test_all_who_are_in_the_way_are_named(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for kind in ("clock", "web", "web"):  # two machines' webs, or two by mistake
            stack.enter_context(locks.at_work(tmp_path, kind))
        assert others(tmp_path) == "web, clock"
    assert others(tmp_path) == ""


def test_a_forked_process_keeps_it_when_its_parent_is_gone(tmp_path: Path) -> None:
    over, end = os.pipe()
    with locks.at_work(tmp_path, "media"):
        child = os.fork()
        if not child:
            os.close(end)
            os.read(over, 1)  # until the parent's end is closed
            os._exit(0)
    assert others(tmp_path) == "media"
    os.close(end)
    os.waitpid(child, 0)
    assert others(tmp_path) == ""
    os.close(over)


@contextmanager
def by_hand(data: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    env = {**os.environ, **BY_HAND, "HEARD_DATA": str(data)}
    program = [sys.executable, "-m", *command]
    with services.running(program, cwd=ROOT, env=env, stderr=subprocess.PIPE) as process:
        yield process


@pytest.mark.slow
def test_every_process_that_is_started_by_hand_is_noticed(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for words in ("worker notify", "worker text", "clock"):
            stack.enter_context(by_hand(tmp_path, "workers", *words.split()))
        services.eventually(lambda: others(tmp_path) == "text, notify, clock", 60, "all run")


@pytest.mark.slow
@pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own")
def test_a_restore_refuses_beside_a_web_that_was_started_by_hand(
    tmp_path: Path, migrated: Path
) -> None:
    with live(tmp_path / "data", migrated) as server:
        settings = settings_for(server.data)
        with server.app.app_context():
            made = backup.make(tmp_path / "backups")
            db.session.remove()
            db.engine.dispose()
        with pytest.raises(Conflict, match=r"Heard is running with the data in .* \(web\)\. Stop"):
            restore(made.folder, settings, force=True)
        server.send(server.draft(), written={"0": "It came late."})
        with server.app.app_context():
            assert [each.state for each in db.session.query(Submission)] == ["received"]
            db.session.remove()
            db.engine.dispose()
        _its_processes_hold_it(server)
        services.eventually(lambda: others(server.data) == "", 60, "all of it is gone")
        restore(made.folder, settings, force=True)


def _its_processes_hold_it(server: Live) -> None:
    """Also without the one that forked them."""
    assert server.process is not None
    forked = list(descendants(server.process.pid))
    for pid in forked:
        os.kill(pid, signal.SIGSTOP)  # else they notice, and end
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert others(server.data) == "web"
    for pid in forked:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", ["flask --app wsgi routes", "workers worker text", "workers clock", "app prepare"]
)
def test_nothing_begins_during_a_restore(tmp_path: Path, command: str) -> None:
    with locks.alone(tmp_path), by_hand(tmp_path, *command.split()) as process:
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    wanted = f"A backup is being put back into {tmp_path}. Start this again when that is done."
    assert said.decode().strip().removeprefix("Error: ") == wanted
