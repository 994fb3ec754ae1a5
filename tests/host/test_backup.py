"""A backup is whole or none, an older one forgets nothing that was erased, and it comes back."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app import create_app, runtime
from app.config import Settings
from app.domain import (
    appending,
    audit_check,
    consent,
    parts,
    processing,
    runs,
    uploads,
    welcome,
)
from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, manifest, snapshot
from app.host import restore as restoring
from app.host.manifest import BadBackup
from app.host.restore import restore
from app.host.snapshot import NoTool
from app.models import Answer, Erasure, Program, Recording, Step, Submission, Upload, Workspace, now
from storage import StorageError, keys
from tests import factories, services
from tests.conftest import DATABASE, settings_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]


def voice(program: Program, words: str = "The porcelain was broken.") -> Submission:
    submission = factories.submission(program)
    answer = factories.answer(submission)
    assert answer.recording is not None
    key = keys.original(answer.recording.id, "0")
    stored = runtime.storage().put(key, f"face and voice of {submission.id}".encode())
    answer.recording.original_key, answer.recording.sha256 = key, stored.sha256
    factories.transcript(answer, words)
    db.session.commit()
    return submission


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Settings]:
    """An empty data folder: another machine."""
    yield settings_for(tmp_path / "elsewhere")


def here() -> Settings:
    return runtime.settings()


def stop() -> None:
    db.session.remove()
    db.engine.dispose()


def lost(settings: Settings) -> list[str]:
    """Recordings whose object isn't there with the hash that the row says; empty is good."""
    with create_app(settings).app_context():
        wrong = []
        for row in db.session.scalars(select(Recording)):
            with runtime.storage().open(row.original_key) as file:
                if manifest.copy(file, None).sha256 != row.sha256:
                    wrong.append(row.id)
        db.session.remove()
        db.engine.dispose()
        return wrong


def count(settings: Settings, model: type) -> int:
    with create_app(settings).app_context():
        number = db.session.scalar(select(func.count()).select_from(model)) or 0
        db.session.remove()
        db.engine.dispose()
        return number


def test_what_was_backed_up_comes_back_on_another_machine(
    program: Program, elsewhere: Settings, tmp_path: Path
) -> None:
    for _ in range(3):
        voice(program)
    under_way = voice(program)
    run = processing.begin(under_way.answers[0])
    db.session.commit()
    step_id = run.steps[0].id
    assert runs.claim(step_id)
    made = backup.make(tmp_path / "backups")
    assert (made.copied, made.linked, made.missing) == (4, 0, ())
    assert not (made.folder / "secret.key").exists()
    done = restore(tmp_path / "backups", elsewhere)
    assert (done.objects, done.erased, done.pending) == (4, 0, 0)
    assert lost(elsewhere) == [] and count(elsewhere, Answer) == 4
    with create_app(elsewhere).app_context():
        step = db.session.get_one(Step, step_id)
        assert step.state == "leased"  # due again when its lease runs out
        assert audit_check.verify().problems == []
        db.session.remove()
        db.engine.dispose()


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


def test_an_older_backup_brings_nothing_back_that_was_erased(
    program: Program, elsewhere: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept, gone = voice(program), voice(program, "A xylophone came instead.")
    kept_id, gone_id = kept.id, gone.id
    older = backup.make(tmp_path / "backups")
    consent.withdraw(gone)
    db.session.commit()
    stop()
    done = restore(older.folder, here(), force=True)  # the tombstone is in this machine's storage
    assert (done.erased, done.pending) == (1, 0)
    assert "audit log" not in caplog.text  # an older log than its head is no alarm here
    _nothing_of(gone_id, here(), b"xylophone")
    assert lost(here()) == []
    with create_app(here()).app_context():
        receipt = db.session.scalars(select(Erasure)).one()
        assert (receipt.submission_id, receipt.reason) == (gone_id, "withdrawn")
        assert db.session.get_one(Submission, kept_id).state == "received"
        assert audit_check.verify().problems == []
        stop()
    with create_app(here()).app_context():
        backup.make(tmp_path / "backups")  # a newer one, whose folder knows of the erasure
        stop()
    restore(older.folder, elsewhere)  # the machine is lost, the older one of its backups is taken
    _nothing_of(gone_id, elsewhere, b"xylophone")
    assert lost(elsewhere) == [] and count(elsewhere, Answer) == 1


def _nothing_of(submission_id: str, settings: Settings, marker: bytes) -> None:
    for path in settings.data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert marker not in content, path
            assert f"voice of {submission_id}".encode() not in content, path


def test_a_database_that_was_put_back_by_hand_learns_what_was_erased(
    program: Program, tmp_path: Path
) -> None:
    gone = voice(program)
    gone_id = gone.id
    snapshot.copy_sqlite(str(here().data / "heard.db"), tmp_path / "by-hand.db")
    consent.withdraw(gone)
    db.session.commit()
    stop()
    (tmp_path / "by-hand.db").replace(here().data / "heard.db")
    welcome.prepare()
    assert db.session.get_one(Submission, gone_id).state == "withdrawn"
    assert db.session.scalar(select(func.count(Answer.id))) == 0


def test_a_backup_that_was_interrupted_is_none(
    program: Program, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice(program)
    with monkeypatch.context() as patch:
        patch.setattr(manifest.Manifest, "write", _killed)
        with pytest.raises(KeyboardInterrupt):
            backup.make(tmp_path / "backups")
    assert manifest.whole(tmp_path / "backups") == []
    with pytest.raises(BadBackup, match="no whole backup"):
        restore(tmp_path / "backups", elsewhere)
    backup.make(tmp_path / "backups")
    assert len(list((tmp_path / "backups").glob("*-*"))) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("hurt", ["cut", "changed", "taken", "manifest"])
def test_a_damaged_backup_is_refused_before_anything_is_changed(
    program: Program, elsewhere: Settings, tmp_path: Path, hurt: str
) -> None:
    voice(program)
    made = backup.make(tmp_path / "backups")
    (name,) = (each for each in manifest.read(made.folder).files if each.startswith("objects/"))
    victim = made.folder / name
    if hurt == "cut":
        os.truncate(victim, 3)
    elif hurt == "changed":
        victim.write_bytes(bytes(victim.stat().st_size))
    elif hurt == "taken":
        victim.unlink()
    else:
        (made.folder / "manifest.json").write_text("{}")
    with pytest.raises(BadBackup):
        restore(made.folder, elsewhere)
    assert not (elsewhere.data / "heard.db").exists()


def test_it_refuses_to_overwrite_and_to_disturb(program: Program, tmp_path: Path) -> None:
    voice(program)
    made = backup.make(tmp_path / "backups")
    voice(program)
    stop()
    with pytest.raises(Conflict, match="--force"):
        restore(made.folder, here())
    assert count(here(), Answer) == 2
    restore(made.folder, here(), force=True)
    assert count(here(), Answer) == 1
    found = json.loads((made.folder / "manifest.json").read_text())
    (made.folder / "manifest.json").write_text(json.dumps({**found, "revision": "9999"}))
    with pytest.raises(BadBackup, match="newer Heard"):
        restore(made.folder, here(), force=True)


def test_a_restore_that_breaks_leaves_what_was_there(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = here()
    voice(program)
    made = backup.make(tmp_path / "backups")
    voice(program)
    stop()

    def full(*_: object) -> int:
        raise StorageError("The storage folder is full.")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_put_back", full)
        with pytest.raises(StorageError):
            restore(made.folder, mine, force=True)
    assert count(mine, Answer) == 2 and lost(mine) == []
    assert list(mine.data.rglob(".restoring*")) == []
    mine.uploads.mkdir(exist_ok=True)
    for left in (mine.data / ".restoring.db", mine.uploads / ".restoring-1.part"):
        left.write_bytes(b"of a killed one")
    with create_app(mine).app_context():
        welcome.prepare()
        stop()
    assert list(mine.data.rglob(".restoring*")) == []


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


def test_an_upload_under_way_goes_on_after_a_restore(
    program: Program, elsewhere: Settings, tmp_path: Path
) -> None:
    submission = factories.submission(program, state="draft")
    upload = factories.save(
        Upload(submission_id=submission.id, length=9, offset=5, expires_at=now())
    )
    here().uploads.mkdir()
    (here().uploads / f"{upload.id}.part").write_bytes(b"12345 and what was not counted")
    made = backup.make(tmp_path / "backups")
    restore(made.folder, elsewhere)
    assert (elsewhere.uploads / f"{upload.id}.part").read_bytes() == b"12345"


def test_a_restore_writes_into_no_file_that_is_there(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = here()
    submission = factories.submission(program, state="draft")
    upload = uploads.declare(submission, uploads.Declared(10, media_type="video/webm"))
    db.session.commit()
    part = mine.uploads / f"{upload.id}.part"
    appending.append(upload, [b"OggS5"], offset=0)
    made = backup.make(tmp_path / "backups")
    with monkeypatch.context() as patch:
        # As SIGKILL between the commit and the deletion: the part is the object's second name.
        patch.setattr(parts, "drop", lambda _: None)
        appending.append(upload, [b"67890"], offset=5)
    stop()
    with monkeypatch.context() as patch:
        patch.setattr(snapshot, "put_sqlite", _killed)
        with pytest.raises(KeyboardInterrupt):
            restore(made.folder, mine, force=True)
    assert lost(mine) == [] and count(mine, Recording) == 1
    assert part.read_bytes() == b"OggS567890"
    (mine.uploads / ".restoring-killed.part").write_bytes(b"of a killed one")
    restore(made.folder, mine, force=True)
    assert count(mine, Recording) == 0
    assert {path.name: path.read_bytes() for path in mine.uploads.iterdir()} == {
        part.name: b"OggS5"
    }


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


def test_the_log_of_the_database_that_goes_is_not_cut_off_before_it_goes(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = here()
    made = backup.make(tmp_path / "backups")
    stop()
    # Somebody looks at it meanwhile, so that the log isn't brought in when Heard stops.
    with closing(sqlite3.connect(mine.data / "heard.db", isolation_level=None)) as other:
        other.execute("CREATE TABLE only_in_the_log (id)")
        assert (mine.data / "heard.db-wal").stat().st_size > 0
        other.execute("BEGIN")
        other.execute("SELECT * FROM only_in_the_log").fetchall()
        with pytest.raises(Conflict, match="open"):
            restore(made.folder, mine, force=True)
        other.execute("ROLLBACK")
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", _killed)
            with pytest.raises(KeyboardInterrupt):
                restore(made.folder, mine, force=True)
        with closing(sqlite3.connect(mine.data / "heard.db")) as old:
            assert old.execute("SELECT count(*) FROM only_in_the_log").fetchone() == (0,)


def test_what_only_the_old_database_knows_was_erased_is_kept_before_it_goes(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, gone = here(), voice(program)
    made = backup.make(tmp_path / "backups")
    consent.withdraw(gone)
    db.session.commit()
    key = keys.tombstone(gone.id, "everything")
    runtime.storage().delete(key)
    stop()
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_made_ready", _killed)
        with pytest.raises(KeyboardInterrupt):
            restore(made.folder, mine, force=True)
    with create_app(mine).app_context():
        assert runtime.storage().stat(key) is not None
        stop()


def test_a_dump_takes_the_place_of_a_postgresql_database_as_a_whole_or_not_at_all(
    tmp_path: Path,
) -> None:
    with services.postgres() as address:
        url = make_url(settings_for(tmp_path / "data", DATABASE_URL=address).database_url)
        engine = create_engine(url, poolclass=NullPool)

        def voices() -> list[int]:
            with engine.connect() as connection:
                return list(connection.scalars(text("SELECT id FROM voices ORDER BY id")))

        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE voices (id int)"))
            connection.execute(text("INSERT INTO voices SELECT generate_series(1, 30000)"))
        dump, script = tmp_path / "heard.dump", tmp_path / "script.sql"
        program = snapshot.tool("pg_dump")
        snapshot.run_tool(url, program, "--format=custom", "--compress=0", f"--file={dump}")
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM voices WHERE id > 1"))
            connection.execute(text("CREATE TABLE newer (id int)"))
        content = dump.read_bytes()
        broken = content.replace(b"29999\n", b"2999x\n")
        for bad in (b"PGDMP of another kind", content[: len(content) // 2], broken):
            assert bad != content
            (tmp_path / "bad.dump").write_bytes(bad)
            with pytest.raises(NoTool):
                snapshot.put_postgresql(url, tmp_path / "bad.dump", script)
            assert voices() == [1]
        snapshot.put_postgresql(url, dump, script)
        assert len(voices()) == 30000 and not script.exists()
        assert inspect(engine).get_table_names() == ["voices"]
