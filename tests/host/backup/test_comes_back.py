"""What was backed up comes back, without what was erased since."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import create_app, runtime
from app.config import Settings
from app.domain import (
    audit_check,
    consent,
    processing,
    runs,
    welcome,
)
from app.extensions import db
from app.host import backup, snapshot
from app.host import restore as restoring
from app.host.restore import restore
from app.models import Answer, Erasure, Program, Step, Submission, Upload, now
from storage import keys
from tests import factories
from tests.conftest import DATABASE
from tests.host.backup.kept import count, here, killed, lost, stop, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]


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
        patch.setattr(restoring, "_made_ready", killed)
        with pytest.raises(KeyboardInterrupt):
            restore(made.folder, mine, force=True)
    with create_app(mine).app_context():
        assert runtime.storage().stat(key) is not None
        stop()
