""" "Received" means durable: processes killed inside the end of an upload, wherever they are.

`CHILD` does what the web does with the last bytes. It dies by SIGKILL at its Nth call to the
system that touches a file or the database, for every N that there is; further rounds are killed
by the clock, wherever they happen to be. What the power takes from a disk's cache can't be had
this way: tests/storage/test_local.py looks at the order of syncs for that.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import runtime
from app.domain import appending, capture, consent, uploads
from app.extensions import db
from app.models import Answer, Invitation, Recording, Submission, Upload, Workspace
from tests import factories
from tests.conftest import DATABASE, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="looks into SQLite's file"),
]

DATA = b"\x1aE\xdf\xa3" + os.urandom(700_000)
# One process for all rounds: a fork for each dies in its place.
CHILD = """
import os, signal, sys
from app import create_app
from app.domain import appending, uploads
from app.extensions import db
from app.models import Submission, Upload

app = create_app()
counted = [0, 0]  # events so far, the one that is the last
EVENTS = ("os.", "open", "shutil.", "fcntl.", "sqlite3.")

def fatal(event, _arguments):
    if counted[1] and event.startswith(EVENTS):
        counted[0] += 1
        if counted[0] == counted[1]:
            os.kill(os.getpid(), signal.SIGKILL)

def statement(*_):
    fatal("sqlite3.execute", ())

real_fsync, real_read = os.fsync, None

def fsync(handle):
    fatal("os.fsync", ())
    real_fsync(handle)
    fatal("os.fsync", ())

os.fsync = fsync
sys.addaudithook(fatal)

for line in sys.stdin:
    upload_id, at, after = line.split()
    child = os.fork()
    if child == 0:
        with app.app_context():
            from sqlalchemy import event
            for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
                event.listen(db.engine, name, statement)
            upload = db.session.get(Upload, upload_id)
            data = open(sys.argv[1], "rb").read()
            pieces = [data[i : i + 100_000] for i in range(0, len(data), 100_000)]
            counted[:] = [0, int(at)]
            if float(after):
                signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
                signal.setitimer(signal.ITIMER_REAL, float(after))
            appending.append(upload, pieces, offset=0)
            os._exit(0)
    status = os.waitpid(child, 0)[1]
    print("killed" if os.WIFSIGNALED(status) else "whole", flush=True)
"""


def holds(data: Path) -> int:
    """The recordings of which the database says that they are here, each looked at."""
    with sqlite3.connect(data / "heard.db") as rows:
        found = rows.execute(
            "SELECT recordings.original_key, recordings.size, recordings.sha256 FROM uploads"
            " JOIN recordings ON recordings.id = uploads.id WHERE uploads.state = 'received'"
        ).fetchall()
        claimed = rows.execute("SELECT count(*) FROM uploads WHERE state = 'received'").fetchone()
    for key, size, sha256 in found:
        kept = (data / "objects" / key).read_bytes()
        assert (len(kept), hashlib.sha256(kept).hexdigest()) == (size, sha256)
    assert claimed[0] == len(found)
    return len(found)


@pytest.mark.parametrize(
    ("stride", "timed"),
    [pytest.param(11, 5, id="short"), pytest.param(1, 100, id="all", marks=pytest.mark.chaos)],
)
def test_killed_inside_the_end_of_an_upload(
    app: Flask, workspace: Workspace, tmp_path: Path, stride: int, timed: int
) -> None:
    invitation_id = factories.invitation(factories.program(workspace)).id
    whole = tmp_path / "whole.bin"
    whole.write_bytes(DATA)
    settings = runtime.settings()
    env = {
        **os.environ,
        **{"HEARD_DATA": str(settings.data), "HEARD_TESTING": "yes", "SECRET_KEY": "x"},
        **{"REDIS_URL": "redis://127.0.0.1:1/0", "LOAD_SAMPLE": "no", "FETCH_MODELS": "no"},
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(whole)],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None

    def round_of(at: int, after: float) -> str:
        invitation = db.session.get_one(Invitation, invitation_id)
        opened = capture.open_submission(
            invitation,
            language="en",
            consent_text=consent.latest(invitation.program),
            purposes=["internal"],
        )
        upload = uploads.declare(opened.submission, uploads.Declared(len(DATA)))
        upload_id = upload.id
        db.session.commit()
        db.session.remove()
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(f"{upload_id} {at} {after}\n")
        child.stdin.flush()
        said = child.stdout.readline().strip()
        assert said in ("killed", "whole"), child.stderr and child.stderr.read()
        holds(settings.data)
        complete(upload_id)
        return said

    try:
        killed, at = 0, 1
        while round_of(at, 0) == "killed":
            killed, at = killed + 1, at + stride
        assert at > 50, "these are not all the steps that there are"
        began = time.monotonic()
        round_of(0, 0)
        lasts = time.monotonic() - began
        for number in range(timed):
            killed += round_of(0, 0.001 + lasts * number / timed / 3) == "killed"
    finally:
        child.stdin.close()
        child.wait(20)
    for path in settings.uploads.iterdir():  # of those that died after the commit
        os.utime(path, (0, 0))
    uploads.sweep()
    assert list(settings.uploads.iterdir()) == []
    recordings = db.session.scalars(select(Recording)).all()
    assert {recording.sha256 for recording in recordings} == {hashlib.sha256(DATA).hexdigest()}
    assert len(recordings) == len(list(runtime.storage().list("recordings/")))
    assert len(recordings) == len(db.session.scalars(select(Answer)).all())
    print(f"{killed} killed, {len(recordings)} whole in the end")


def complete(upload_id: str) -> None:
    """What the sender's next requests do: ask where it stopped, go on from there."""
    upload = db.session.get_one(Upload, upload_id)
    appending.settle(upload)
    if upload.state == "open":
        appending.append(upload, [DATA[upload.offset :]], offset=upload.offset)
    submission = db.session.get_one(Submission, upload.submission_id)
    assert upload.state == "received" and len(submission.answers) == 1
    db.session.remove()
