"""Backups go between disks and buckets, with files that a bucket takes in several parts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app import runtime
from app.config import Settings
from app.domain import consent
from app.extensions import db
from app.host import backup
from app.host.restore import restore
from app.models import Program, Submission
from storage import open_storage
from tests import services
from tests.conftest import DATABASE, settings_for
from tests.host.backup.kept import check, inside, stop, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]
LARGE = 17 * 1024 * 1024  # three parts of 8 MiB at most


def test_from_a_disk_into_a_bucket_and_back(
    program: Program, elsewhere: Settings, tmp_path: Path
) -> None:
    large, kept, gone = voice(program, content=os.urandom(LARGE)), voice(program), voice(program)
    large_key = _key(large)
    ids = [kept.id, gone.id]
    older = backup.make(tmp_path / "from-disk")
    withdraw(ids[1])
    backup.make(tmp_path / "from-disk")  # its folder knows what was taken back
    stop()
    with services.s3() as url:
        cloud = settings_for(tmp_path / "cloud", STORAGE_URL=url)
        done = restore(older.folder, cloud)
        assert (done.objects, done.erased, done.pending) == (2, 1, 0)
        assert check(cloud, ids[1:]) == 2
        with inside(cloud):
            made = backup.make(tmp_path / "from-bucket")
            assert (made.copied, made.missing, made.damaged) == (2, (), ())
            withdraw(ids[0])
            backup.make(tmp_path / "from-bucket")
        done = restore(made.folder, elsewhere)
        assert (done.objects, done.erased, check(elsewhere, ids)) == (1, 1, 1)
        # The database's machine is lost. The bucket is there, in part, and knows what was erased.
        storage = open_storage(url)
        storage.put(large_key, b"cut")
        anew = settings_for(tmp_path / "anew", STORAGE_URL=url)
        done = restore(made.folder, anew)
        assert (done.objects, done.erased, check(anew, ids)) == (1, 1, 1)
        left = [key for key in storage.list("") if not key.startswith(("erasures/", "audit/"))]
        assert left == [large_key]


def withdraw(voice_id: str) -> None:
    consent.withdraw(db.session.get_one(Submission, voice_id))
    db.session.commit()


def _key(voice: Submission) -> str:
    recording = voice.answers[0].recording
    assert recording is not None and runtime.storage().stat(recording.original_key)
    return recording.original_key
