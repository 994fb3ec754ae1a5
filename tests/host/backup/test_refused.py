"""A restore that is refused, or breaks, leaves what was there."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from app import create_app
from app.config import Settings
from app.domain import (
    appending,
    parts,
    uploads,
    welcome,
)
from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, manifest, put_back, snapshot
from app.host.manifest import BadBackup
from app.host.restore import restore
from app.models import Answer, Program, Recording
from storage import StorageError
from tests import factories
from tests.conftest import DATABASE
from tests.host.backup.kept import count, here, killed, lost, stop, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]


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
        patch.setattr(put_back, "objects", full)
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
        patch.setattr(snapshot, "put_sqlite", killed)
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
            patch.setattr(Path, "replace", killed)
            with pytest.raises(KeyboardInterrupt):
                restore(made.folder, mine, force=True)
        with closing(sqlite3.connect(mine.data / "heard.db")) as old:
            assert old.execute("SELECT count(*) FROM only_in_the_log").fetchone() == (0,)
