"""Backups and restores that are killed, at each step that touches a disk: the next one comes to
its end, and until then what is there is whole, or says that it isn't.

What the power takes from a disk's cache can't be had this way: the order of syncs answers for that.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from app.domain import appending, consent, uploads
from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, interrupted, locks, manifest
from app.host.up import up
from app.models import Program, Recording
from tests import factories
from tests.conftest import DATABASE, ROOT
from tests.host.backup.kept import check, count, here, stop, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="looks into SQLite's file"),
]

# One process for all rounds: a fork for each dies in its place, at its Nth change under argv[1].
CHILD = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from app import create_app
from app.config import read_settings
from app.host.backup import make
from app.host.restore import restore

root, backups = sys.argv[1], Path(sys.argv[1]) / "backups"
counted = [0, 0]  # changes so far, the one that is the last
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "open", "shutil.copyfile",
    "sqlite3.connect", "fsync", "commit")

def fatal(name, arguments):
    if not counted[1] or name not in CHANGES:
        return
    if name == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        return
    if name in ("fsync", "commit") or any(str(each).startswith(root) for each in arguments):
        counted[0] += 1
        if counted[0] == counted[1]:
            os.kill(os.getpid(), signal.SIGKILL)

real_fsync = os.fsync

def fsync(handle):
    fatal("fsync", ())
    real_fsync(handle)

os.fsync = fsync
sys.addaudithook(fatal)
event.listen(Engine, "commit", lambda _: fatal("commit", ()))

for line in sys.stdin:
    what, at = line.split()
    child = os.fork()
    if child == 0:
        counted[:] = [0, int(at)]
        if what == "restore":
            restore(backups, read_settings(), force=True)
        else:
            with create_app().app_context():
                make(backups, keep=2)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    print("killed" if os.WIFSIGNALED(status) else f"ended {status}", flush=True)
"""


@pytest.fixture
def rounds(app: Flask, tmp_path: Path) -> Iterator[Rounds]:
    with Rounds.running(tmp_path) as rounds:
        yield rounds


class Rounds:
    def __init__(self, child: subprocess.Popen[str]) -> None:
        self._child = child

    @classmethod
    @contextmanager
    def running(cls, root: Path) -> Iterator[Rounds]:
        env = {
            **os.environ,
            **{"HEARD_DATA": str(here().data), "HEARD_TESTING": "yes", "SECRET_KEY": "x"},
            **{"REDIS_URL": "redis://127.0.0.1:1/0", "LOAD_SAMPLE": "no", "FETCH_MODELS": "no"},
        }
        with subprocess.Popen(
            [sys.executable, "-c", CHILD, str(root)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(root / "said.txt").open("w"),
            text=True,
        ) as child:
            yield cls(child)
            assert child.stdin is not None
            child.stdin.close()

    def until(self, what: str, at: int) -> bool:
        """Whether it was killed before it came to its end. `at`: at which change, 0 for none."""
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(f"{what} {at}\n")
        self._child.stdin.flush()
        said = self._child.stdout.readline().strip()
        assert said in ("killed", "ended 0"), said
        return said == "killed"


STRIDES = pytest.mark.parametrize(
    "stride",
    [
        pytest.param(19, id="short"),
        pytest.param(1, id="all", marks=[pytest.mark.chaos, pytest.mark.timeout(1800)]),
    ],
)


@STRIDES
def test_a_restore_that_is_killed(
    program: Program, tmp_path: Path, rounds: Rounds, stride: int
) -> None:
    kept, gone = voice(program), voice(program)
    draft = factories.submission(program, state="draft", received_at=None)
    upload = uploads.declare(draft, uploads.Declared(10, media_type="video/webm"))
    db.session.commit()
    appending.append(upload, [b"12345"], offset=0)
    backup.make(tmp_path / "backups")
    consent.withdraw(gone)
    later = voice(program)
    appending.append(upload, [b"678"], offset=5)
    part, settings = here().uploads / f"{upload.id}.part", here()
    old = {kept.id: "received", gone.id: "withdrawn", draft.id: "draft", later.id: "received"}
    new = {each: state for each, state in old.items() if each != later.id}
    stop()
    at, unfinished = 1, 0
    while rounds.until("restore", at):
        now = states(settings)
        try:
            interrupted.check(settings.data)
        except Conflict as refusal:
            nothing_begins(settings, refusal.sentence)
            unfinished += now == new
        else:
            assert now in (old, new)
            check(settings, [gone.id])
            assert part.read_bytes()[:8] == (b"12345678" if now == old else b"12345")
        assert now in (old, new)
        at += stride
    assert at > 60 and unfinished, "these are not all the steps that there are"
    assert states(settings) == new and part.read_bytes() == b"12345"
    interrupted.check(settings.data)
    assert check(settings, [gone.id]) == count(settings, Recording) == 1
    assert list(settings.data.rglob(".restoring*")) == []


def states(settings: Settings) -> dict[str, str]:
    with closing(sqlite3.connect(settings.data / "heard.db")) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(rows.execute("SELECT id, state FROM submissions"))


def nothing_begins(settings: Settings, sentence: str) -> None:
    """And whoever starts something is told what to do."""
    assert re.search(r"\./heard restore \S+/backups/2\S+Z --data \S+ --force$", sentence)
    for kind in (locks.WEB, locks.CLOCK, locks.COMMAND, "media"):
        with pytest.raises(Conflict) as refused, locks.at_work(settings.data, kind):
            pass
        assert refused.value.sentence == sentence
    with pytest.raises(Conflict, match="once more"):
        backup.make(settings.data.parent / "others")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Conflict, match="once more"):
        patch.setenv("SECRET_KEY", "only for tests, nowhere else")
        up(1, "127.0.0.1", settings.data)


@STRIDES
def test_a_backup_that_is_killed(
    program: Program, tmp_path: Path, rounds: Rounds, stride: int
) -> None:
    gone = voice(program)
    target, before = tmp_path / "backups", tmp_path / "before"
    consent.withdraw(gone)
    voice(program)
    assert not rounds.until("backup", 0)
    voice(program)  # so that there is something to copy
    shutil.copytree(target, before)
    at = 1
    while rounds.until("backup", at):
        for each in manifest.whole(target):
            manifest.read(each).verify(each)
        if recordings(target) == count(here(), Recording):  # all was copied before the end came
            shutil.rmtree(target)
            shutil.copytree(before, target)
        at += stride
    assert at > 30
    assert len(manifest.whole(target)) in (1, 2)
    assert not list(target.glob(".unfinished*")) and not list(target.rglob("*.coming"))
    assert len(list((target / "erasures").iterdir())) == 1
    assert recordings(target) == count(here(), Recording)


def recordings(target: Path) -> int:
    """In the newest whole backup."""
    newest = manifest.whole(target)[-1:]
    return sum(each.startswith("objects/") for one in newest for each in manifest.read(one).files)
