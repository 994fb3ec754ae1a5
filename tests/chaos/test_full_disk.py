"""A disk that is really full: said plainly, nothing lost, and it goes on once there is room."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app import create_app, runtime
from app.domain import exports, parts, processing
from app.domain.clerk import new_token
from app.extensions import db, limiter
from app.models import Recording, Step, Submission, Workspace, now
from app.web.errors import SENTENCES
from storage import keys
from tests import factories
from tests.chaos import media
from tests.chaos.troubles import Disk, small_disk
from tests.conftest import DATABASE, settings_for
from workers.perform import perform

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="the database has to lie on the small disk"),
]
SIZE, FLOOR = 16 << 20, 512 << 10


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk", SIZE) as disk:
        yield disk


@pytest.fixture
def app(disk: Disk, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Everything that Heard keeps lies on the small disk, which is not yet full."""
    shutil.copy(migrated, disk.path / "heard.db")
    app = create_app(settings_for(disk.path))
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    monkeypatch.setattr(limiter, "enabled", False)
    # What uploads leave to the others is more than this disk has.
    monkeypatch.setattr(parts, "FLOOR", FLOOR)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_an_upload_goes_on_where_the_disk_became_full(
    client: FlaskClient, disk: Disk, workspace: Workspace
) -> None:
    invitation = factories.invitation(factories.program(workspace))
    opening = {"consent_text": invitation.program.consent_texts[0].id, "purposes": ["internal"]}
    head = {"Authorization": f"Bearer {new_token()}", "Tus-Resumable": "1.0.0"}
    data = b"\x1aE\xdf\xa3" + random.Random(1).randbytes(3 << 20)
    assert client.put(f"/r/{invitation.code}/submission", json=opening, headers=head).status_code
    declared = client.post("/uploads", headers={**head, "Upload-Length": str(len(data))})
    address = declared.headers["Location"]

    def send(offset: int) -> tuple[int, str]:
        answer = client.patch(
            address,
            data=data[offset:],
            headers={**head, "Upload-Offset": str(offset)},
            content_type="application/offset+octet-stream",
        )
        return answer.status_code, answer.text

    disk.fill(leave=1 << 20)
    status, said = send(0)
    assert status == 507 and said.startswith(parts.NoRoom.sentence)
    assert shutil.disk_usage(disk.path).free > FLOOR // 2  # the rest is the database's own
    disk.free()
    offset = int(client.head(address, headers=head).headers["Upload-Offset"])
    assert send(offset)[0] == 204
    recording = db.session.query(Recording).one()
    assert recording.sha256 == hashlib.sha256(data).hexdigest()
    with runtime.storage().open(recording.original_key) as kept:
        assert kept.read() == data


@pytest.mark.parametrize("more", [-20_000, 50_000], ids=["fetching it", "rebuilding it"])
def test_a_recording_waits_for_room_and_is_made_playable_then(
    disk: Disk, workspace: Workspace, tmp_path: Path, more: int
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    recording = answer.recording
    assert recording is not None
    original = media.record(tmp_path).mp4
    recording.original_key = keys.original(recording.id, "0")
    runtime.storage().put(recording.original_key, original)
    run = processing.begin(answer)
    db.session.commit()
    look, rebuild = run.steps[:2]
    perform(look.id)
    for _ in range(7):  # longer than a step is tried when it fails by itself
        rebuild.due_at = now()
        db.session.commit()
        db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.rollback()
        disk.fill(leave=len(original) + more)
        perform(rebuild.id)
        disk.free()
        db.session.refresh(rebuild)
    assert (rebuild.state, rebuild.attempts) == ("due", 0)
    assert rebuild.error in FULL and rebuild.due_at > now()
    assert list(runtime.settings().scratch.iterdir()) == []
    again(rebuild)
    assert rebuild.state == "done" and recording.playable_key
    assert runtime.storage().stat(recording.playable_key)


FULL = (
    "No space left on device.",
    "The disk for temporary files is full.",
    "The disk that the database lies on is full.",
)


def again(step: Step) -> None:
    step.due_at = now()
    db.session.commit()
    perform(step.id)
    db.session.expire_all()


def test_an_export_waits_for_room_and_is_written_then(disk: Disk, workspace: Workspace) -> None:
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program), "text", written_text="Long.")
    factories.transcript(answer, *["The box was torn and nobody answered. " * 50] * 300)
    export = exports.request(program, None, "csv", "segments")
    db.session.commit()
    step = export.runs[0].steps[0]
    disk.fill(leave=300_000)
    perform(step.id)
    db.session.refresh(step)
    assert (step.state, step.attempts, step.error) == ("due", 0, FULL[0])
    assert export.key is None
    disk.free()
    again(step)
    assert step.state == "done" and export.key
    found = runtime.storage().stat(export.key)
    assert found and found.size == export.size and found.size > 500_000


def test_a_commit_that_finds_no_room_is_answered_plainly(
    client: FlaskClient, disk: Disk, workspace: Workspace
) -> None:
    invitation = factories.invitation(factories.program(workspace))
    opening = {"consent_text": invitation.program.consent_texts[0].id, "purposes": ["internal"]}
    head = {"Authorization": f"Bearer {new_token()}", "Accept": "application/json"}
    address = f"/r/{invitation.code}/submission"
    db.session.rollback()
    disk.fill()
    answer = client.put(address, json=opening, headers=head)
    assert (answer.status_code, answer.json) == (503, {"error": SENTENCES[503]})
    disk.free()
    assert db.session.query(Submission).count() == 0
    assert client.put(address, json=opening, headers=head).status_code == 201


def test_a_step_whose_row_could_not_be_written_stays_due(
    disk: Disk, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)), "text")
    answer.written_text = "The box was torn."
    step = processing.begin(answer).steps[0]
    db.session.commit()
    step_id = step.id
    disk.fill()
    perform(step_id)
    disk.free()
    db.session.expire_all()
    assert (step.state, step.attempts) == ("due", 0)
    again(step)
    assert step.state == "done"
