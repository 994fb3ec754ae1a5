"""What nobody names goes, and nothing else does."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import (
    appending,
    capture,
    consent,
    follow_ups,
    replaying,
    sweeping,
    uploads,
    welcome,
)
from app.extensions import db
from app.models import (
    Answer,
    Clip,
    Erasure,
    Export,
    FollowUp,
    Submission,
    Upload,
    Workspace,
    base,
    now,
)
from storage import keys
from tests import factories

Put = Callable[..., str]
OLD = timedelta(hours=7)


@pytest.fixture
def id_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], str]:
    """An id as it was given out some time ago."""

    def make(ago: timedelta) -> str:
        with monkeypatch.context() as patch:
            then: datetime = now() - ago
            patch.setattr(base.time, "time", then.timestamp)
            return base.new_id()

    return make


@pytest.fixture
def answer(app: Flask, workspace: Workspace) -> Answer:
    workspace.created_at = now() - timedelta(days=400)
    return factories.answer(factories.submission(factories.program(workspace)))


def put(key: str) -> str:
    return runtime.storage().put(key, b"face and voice").key


def left() -> set[str]:
    return {key for prefix in sweeping.PREFIXES for key in runtime.storage().list(prefix)}


def test_objects_without_a_row_go_after_a_while(
    answer: Answer, id_of: Callable[[timedelta], str]
) -> None:
    gone, old, fresh = id_of(3 * OLD), id_of(OLD), id_of(timedelta(minutes=5))
    for key in (
        keys.original(gone, "0"),
        keys.playable(gone, old, "webm"),
        keys.clip(gone, old, "plain"),
        keys.export(gone, f"{old}/voices.csv"),
    ):
        put(key)
    being_made = put(keys.playable(gone, fresh, "webm"))
    assert sweeping.objects() == 4
    assert left() == {being_made}


def test_objects_with_a_row_stay(answer: Answer, id_of: Callable[[timedelta], str]) -> None:
    old, recording = id_of(OLD), answer.recording
    assert recording is not None
    highlight = factories.highlight(answer, factories.transcript(answer, "It came late."))
    recording.original_key = put(keys.original(old, "0"))
    recording.playable_key = put(keys.playable(old, old, "webm"))
    recording.poster_key = put(keys.poster(old, old))
    recording.audio_key = put(keys.audio(old, old))
    recording.muted_key = put(keys.muted(old, old, "webm"))
    clip = Clip(highlight_id=highlight.id, key=put(keys.clip(old, old, "plain")))
    export = Export(
        workspace_id=highlight.workspace_id,
        program_id=highlight.program_id,
        format="csv",
        level="segments",
        key=put(keys.export(old, "voices.csv")),
    )
    upload = Upload(  # its last byte came a moment ago, its recording's row is not there yet
        id=id_of(2 * OLD), submission_id=answer.submission_id, kind="video", length=1,
        declared_type="", filename="", expires_at=now(),
    )  # fmt: skip
    factories.save(clip, export, upload)
    put(keys.original(upload.id, "0"))
    assert sweeping.objects() == 0
    assert len(left()) == 8


def test_objects_older_than_the_database_are_not_ours(
    answer: Answer, workspace: Workspace, id_of: Callable[[timedelta], str]
) -> None:
    workspace.created_at = now() - timedelta(hours=8)
    db.session.commit()
    put(keys.original(id_of(timedelta(days=30)), "0"))
    assert sweeping.objects() == 0


def test_a_look_deletes_so_many_at_most(
    answer: Answer, id_of: Callable[[timedelta], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "MOST", 2)
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for _ in range(3):
        put(keys.original(id_of(OLD), "0"))
    assert [sweeping.objects(), sweeping.objects(), sweeping.objects()] == [2, 1, 0]


def test_an_object_that_was_half_written_goes_after_a_day(app: Flask) -> None:
    put("exports/whole/voices.csv")
    incoming = runtime.settings().data / "objects/.incoming"
    old, fresh = incoming / "old", incoming / "fresh"
    for half in (old, fresh):
        half.write_bytes(b"face and voi")
    os.utime(old, (0, 0))
    sweeping.halves()
    assert fresh.exists() and not old.exists()
    assert left() == {"exports/whole/voices.csv"}


def left_behind() -> Path:
    folder = runtime.settings().scratch / "normalise1234"
    folder.mkdir(parents=True)
    (folder / "original").write_bytes(b"face and voice")
    return folder


def test_what_killed_workers_left_goes_at_the_next_start(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("workers of other machines may be at work")
    folder = left_behind()
    welcome.prepare()
    assert not folder.exists()


def test_what_killed_workers_left_goes_after_a_while(app: Flask) -> None:
    folder = left_behind()
    assert sweeping.folders() == 0 and folder.exists()
    os.utime(folder, (0, 0))
    assert sweeping.folders() == 1 and not folder.exists()


def test_drafts_that_nobody_sends_are_taken_back(workspace: Workspace) -> None:
    invitation = factories.invitation(factories.program(workspace))

    def draft(hours: int) -> Submission:
        opened = capture.open_submission(
            invitation,
            language="en",
            consent_text=invitation.program.consent_texts[0],
            purposes=["internal"],
        ).submission
        db.session.commit()
        upload = uploads.declare(opened, uploads.Declared(5, media_type="video/webm"))
        db.session.commit()
        appending.append(upload, [b"OggS5"], offset=0)
        opened.created_at = now() - timedelta(hours=hours)
        upload.expires_at = opened.created_at + uploads.KEPT_FOR
        db.session.commit()
        return opened

    abandoned, young, sent, arriving = draft(49), draft(47), draft(49), draft(49)
    sent.state = "received"
    uploads.declare(arriving, uploads.Declared(5, media_type="video/webm"))
    db.session.commit()
    assert sweeping.drafts() == 1
    states = [each.state for each in (abandoned, young, sent, arriving)]
    assert states == ["withdrawn", "draft", "received", "draft"]
    assert len(left()) == 3 and abandoned.answers == []


@pytest.mark.parametrize("retaken", [False, True])
def test_a_draft_that_something_arrived_for_lately_stays(
    workspace: Workspace, retaken: bool
) -> None:
    submission = factories.submission(
        factories.program(workspace), state="draft", created_at=now() - timedelta(hours=49)
    )
    upload = uploads.declare(submission, uploads.Declared(5, media_type="video/webm"))
    db.session.commit()
    appending.append(upload, [b"OggS5"], offset=0)
    if retaken:
        uploads.terminate(upload)
        db.session.commit()
    assert sweeping.drafts() == 0 and submission.state == "draft"
    upload.expires_at = now()
    db.session.commit()
    assert sweeping.drafts() == 1


def test_every_draft_goes_in_one_look(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    program = factories.program(workspace)
    for _ in range(5):
        factories.submission(program, state="draft", created_at=now() - timedelta(days=3))
    assert sweeping.drafts() == 5


def test_a_promised_call_that_was_made_stays_gone(workspace: Workspace) -> None:
    submission = factories.submission(factories.program(workspace))
    asked = follow_ups.ask(submission.program, submission, "555 0100")
    values = {each.name: getattr(asked, each.name) for each in FollowUp.__table__.columns}
    consent.withdraw(submission)
    asked.state = "done"
    db.session.commit()
    assert sweeping.calls() == 1
    (receipt,) = db.session.scalars(select(Erasure).where(Erasure.what == "call"))
    assert receipt.state == "gone" and replaying.catch_up() == 0
    # An older database comes back, in which it was still waiting.
    db.session.delete(receipt)
    db.session.add(FollowUp(**values))
    db.session.commit()
    assert replaying.catch_up() == 1
    assert db.session.scalar(select(func.count(FollowUp.id))) == 0
    assert replaying.catch_up() == 0
    assert sweeping.calls() == 0


def test_a_draft_that_is_sent_at_this_very_moment_is_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = factories.submission(
        factories.program(workspace), state="draft", created_at=now() - timedelta(days=3)
    )
    hold = capture.hold

    def sent_first(held: Submission) -> None:
        held.state = "received"
        db.session.commit()
        hold(held)

    monkeypatch.setattr(capture, "hold", sent_first)
    assert sweeping.drafts() == 0
    assert submission.state == "received"
