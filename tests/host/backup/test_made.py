"""A backup is whole or none, also while what it copies changes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app import create_app, runtime
from app.config import Settings
from app.domain import (
    consent,
)
from app.extensions import db
from app.host import backup, manifest, snapshot
from app.host.manifest import BadBackup
from app.host.restore import restore
from app.models import Program, Recording, Submission, Upload, now
from tests import factories
from tests.conftest import DATABASE
from tests.host.backup.kept import here, killed, lost, stop, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]


def test_objects_that_did_not_change_are_linked(program: Program, tmp_path: Path) -> None:
    voice(program)
    first = backup.make(tmp_path / "backups")
    voice(program)
    second = backup.make(tmp_path / "backups")
    assert (second.copied, second.linked) == (1, 1)
    (same,) = (name for name in manifest.read(first.folder).files if name.startswith("objects/"))
    assert (first.folder / same).samefile(second.folder / same)
    third = backup.make(tmp_path / "backups", keep=2)
    assert manifest.whole(tmp_path / "backups") == [second.folder, third.folder]
    manifest.read(third.folder).verify(third.folder)


def test_a_backup_that_was_interrupted_is_none(
    program: Program, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice(program)
    with monkeypatch.context() as patch:
        patch.setattr(manifest.Manifest, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            backup.make(tmp_path / "backups")
    assert manifest.whole(tmp_path / "backups") == []
    with pytest.raises(BadBackup, match="no whole backup"):
        restore(tmp_path / "backups", elsewhere)
    backup.make(tmp_path / "backups")
    assert len(list((tmp_path / "backups").glob("*-*"))) == 1


def test_what_goes_while_it_is_copied_means_another_look(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, gone = voice(program), voice(program)
    gone_id, take = gone.id, snapshot.take

    def and_meanwhile(*args: object) -> object:
        found = take(*args)  # type: ignore[arg-type]
        consent.withdraw(db.session.get_one(Submission, gone_id))
        db.session.commit()
        return found

    monkeypatch.setattr(snapshot, "take", and_meanwhile)
    made = backup.make(tmp_path / "backups")
    assert made.missing == () and made.copied == 1
    with closing(sqlite3.connect(made.folder / "heard.db")) as copy:
        states = dict(copy.execute("SELECT id, state FROM submissions"))
    assert states == {kept.id: "received", gone_id: "withdrawn"}


def test_what_was_lost_before_is_named_or_taken_from_the_backup_before(
    program: Program, tmp_path: Path
) -> None:
    recording = voice(program).answers[0].recording
    assert recording is not None
    backup.make(tmp_path / "backups")
    runtime.storage().delete(recording.original_key)
    assert backup.make(tmp_path / "new").missing == (recording.original_key,)
    assert backup.make(tmp_path / "backups").missing == ()


def test_a_part_that_went_or_was_cut_is_not_kept_in_part(program: Program, tmp_path: Path) -> None:
    submission = factories.submission(program, state="draft")
    parts = {"went": b"123", "cut": b"12", "whole": b"12345"}
    here().uploads.mkdir()
    rows = {}
    for name, content in parts.items():
        upload = Upload(submission_id=submission.id, length=9, offset=3, expires_at=now())
        rows[name] = factories.save(upload).id
        (here().uploads / f"{upload.id}.part").write_bytes(content)
    folder = tmp_path / "copied"
    copier = backup._Copier(folder, None)
    looked = snapshot.Named("", uploads=dict.fromkeys(rows.values(), 3))
    copier.copy(looked)
    (here().uploads / f"{rows['went']}.part").unlink()
    looked.uploads[rows["went"]] = 5  # it grew, and was sent, before the next look
    copier.copy(looked)
    left = {f"uploads/{rows['whole']}.part"}
    assert set(copier.files) == left
    assert {f"uploads/{path.name}" for path in folder.glob("uploads/*")} == left


def rot(recording: Recording, content: bytes) -> None:
    (here().data / "objects" / recording.original_key).write_bytes(content)


def test_an_object_that_rotted_is_said_or_taken_from_the_backup_before(
    program: Program, tmp_path: Path
) -> None:
    recording = voice(program).answers[0].recording
    assert recording is not None
    key = recording.original_key
    good = (here().data / "objects" / key).read_bytes()
    assert backup.make(tmp_path / "backups").damaged == ()
    rot(recording, good[:-1])
    made = backup.make(tmp_path / "backups")
    assert (made.damaged, made.linked) == ((), 1)
    assert (made.folder / "objects" / key).read_bytes() == good
    rot(recording, bytes(len(good)))
    made = backup.make(tmp_path / "new")
    assert made.damaged == (key,)
    rot(recording, good)
    stop()
    done = restore(made.folder, here(), force=True)  # what came in is better than the copy
    assert done.damaged == (key,) and lost(here()) == []
    with create_app(here()).app_context():
        assert backup.make(tmp_path / "new").damaged == ()
        stop()


def test_of_one_second_the_newest_is_kept(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now()
    monkeypatch.setattr(backup, "now", lambda: at)
    for _ in range(3):
        newest = backup.make(tmp_path / "backups", keep=1)
        assert manifest.whole(tmp_path / "backups") == [newest.folder]
