"""What is durable counts, and nothing else does."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, update

from app import runtime
from app.domain import appending, arrivals, capture, consent, containers, details, parts, uploads
from app.domain.errors import Conflict, HeardError, Invalid, NotFound, TooLarge
from app.extensions import db
from app.models import AuditEntry, Submission, Upload, Workspace, now
from storage import StorageError
from tests import factories

DATA = b"\x1aE\xdf\xa3" + bytes(range(256)) * 1000


@pytest.fixture
def draft(workspace: Workspace) -> Submission:
    invitation = factories.invitation(factories.program(workspace))
    opened = capture.open_submission(
        invitation,
        language="en",
        consent_text=consent.latest(invitation.program),
        purposes=["internal"],
    )
    db.session.commit()
    return opened.submission


@pytest.fixture
def upload(draft: Submission) -> Upload:
    upload = uploads.declare(draft, uploads.Declared(len(DATA), 0, "video", "video/webm"))
    db.session.commit()
    return upload


def part(upload: Upload) -> Path:
    return runtime.settings().uploads / f"{upload.id}.part"


def test_bytes_in_pieces_become_the_same_bytes(upload: Upload, draft: Submission) -> None:
    assert appending.append(upload, [DATA[:1000], DATA[1000:5000]], offset=0) == 5000
    assert upload.offset == 5000 and upload.state == "open"
    assert appending.append(upload, [DATA[5000:]], offset=5000) == len(DATA)
    recording = draft.answers[0].recording
    assert recording is not None and recording.sha256 == hashlib.sha256(DATA).hexdigest()
    with runtime.storage().open(recording.original_key) as stored:
        assert stored.read() == DATA
    assert upload.state == "received" and not part(upload).exists()


def test_a_sender_that_dies_keeps_what_was_synced(
    upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appending, "SAVE_EVERY", 1000)

    def dying() -> Iterator[bytes]:
        yield DATA[:1500]
        yield DATA[1500:1600]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        appending.append(upload, dying(), offset=0)
    db.session.rollback()
    db.session.refresh(upload)
    assert upload.offset == 1500
    # What ran ahead of the count is cut off, not kept.
    appending.append(upload, [DATA[1500:]], offset=1500)
    recording = upload.submission.answers[0].recording
    assert recording is not None and recording.sha256 == hashlib.sha256(DATA).hexdigest()


def test_wrong_offset_changes_nothing(upload: Upload) -> None:
    appending.append(upload, [DATA[:100]], offset=0)
    for offset in (0, 99, 101, 10**9):
        with pytest.raises(appending.WrongOffset) as refused:
            appending.append(upload, [b"x"], offset=offset)
        assert refused.value.offset == 100
    assert part(upload).read_bytes() == DATA[:100]


def test_more_than_announced_is_refused(upload: Upload, draft: Submission) -> None:
    with pytest.raises(TooLarge):
        appending.append(upload, [], offset=0, size=len(DATA) + 1)
    db.session.rollback()
    assert uploads.of(draft, upload.id).offset == 0
    with pytest.raises(TooLarge):  # a body of unknown length
        appending.append(upload, [DATA, b"one too many"], offset=0)
    assert not part(upload).exists()
    with pytest.raises(NotFound):
        uploads.of(draft, upload.id)


def test_a_wrong_checksum_drops_the_bytes(upload: Upload) -> None:
    wrong = appending.Checksum("sha256", hashlib.sha256(b"other").digest())
    with pytest.raises(appending.Damaged):
        appending.append(upload, [DATA[:100]], offset=0, checksum=wrong)
    db.session.rollback()
    db.session.refresh(upload)
    assert upload.offset == 0 and part(upload).read_bytes() == b""
    right = appending.Checksum("sha1", hashlib.sha1(DATA[:100]).digest())
    assert appending.append(upload, [DATA[:100]], offset=0, checksum=right) == 100


def test_one_writer_at_a_time(upload: Upload) -> None:
    with parts.held(upload.id), pytest.raises(parts.Locked):
        appending.append(upload, [DATA], offset=0)
    db.session.rollback()
    assert appending.append(upload, [DATA], offset=0) == len(DATA)


def test_storage_away_at_the_end_loses_nothing(
    upload: Upload, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise StorageError("The bucket can't be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(type(runtime.storage()), "put_file", away)
        with pytest.raises(arrivals.NotKept):
            appending.append(upload, [DATA], offset=0)
    db.session.rollback()
    db.session.refresh(upload)
    assert (upload.state, upload.offset) == ("open", len(DATA))
    assert draft.answers == []
    appending.settle(upload)
    db.session.refresh(draft)
    assert draft.answers[0].recording is not None
    appending.settle(upload)  # twice is once


def test_a_crash_between_object_and_commit_is_mended(
    upload: Upload, draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "publish", crash)
        with pytest.raises(KeyboardInterrupt):
            appending.append(upload, [DATA], offset=0)
    db.session.rollback()
    db.session.refresh(upload)
    appending.settle(upload)
    db.session.refresh(draft)
    recording = draft.answers[0].recording
    assert recording is not None and recording.sha256 == hashlib.sha256(DATA).hexdigest()
    assert list(runtime.settings().uploads.iterdir()) == []
    assert len(list(runtime.storage().list("recordings/"))) == 1


def test_a_second_upload_to_the_question_ends_the_first(upload: Upload, draft: Submission) -> None:
    second = uploads.declare(draft, uploads.Declared(3))
    db.session.commit()
    assert not part(upload).exists() and part(second).exists()
    with pytest.raises(NotFound):
        uploads.of(draft, upload.id)


def test_terminate_and_expiry(upload: Upload, draft: Submission) -> None:
    uploads.terminate(upload)
    db.session.commit()
    assert not part(upload).exists()

    other = uploads.declare(draft, uploads.Declared(3))
    other.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    with pytest.raises(uploads.Over):
        uploads.of(draft, other.id)
    assert uploads.sweep() == 1
    assert not part(other).exists()

    whole = uploads.declare(draft, uploads.Declared(3))
    db.session.commit()
    appending.append(whole, [b"ID3"], offset=0)
    uploads.terminate(whole)
    db.session.commit()
    db.session.refresh(draft)
    assert draft.answers == [] and list(runtime.storage().list("")) == []

    first = uploads.declare(draft, uploads.Declared(3))
    appending.append(first, [b"ID3"], offset=0)
    second = uploads.declare(draft, uploads.Declared(3))
    appending.append(second, [b"ID3"], offset=0)
    db.session.refresh(first)
    uploads.terminate(first)  # the answer is the second's by now
    db.session.commit()
    db.session.refresh(draft)
    assert [answer.id for answer in draft.answers] == [second.answer_id]
    capture.send(draft)
    db.session.commit()
    with pytest.raises(Conflict):
        uploads.terminate(second)


def test_what_can_not_be_declared(draft: Submission) -> None:
    most = runtime.settings().max_upload
    for declared, error in [
        (uploads.Declared(0), "empty"),
        (uploads.Declared(most + 1), "larger"),
        (uploads.Declared(1, position=1), "question"),
        (uploads.Declared(1, media_type="text/html"), "video or audio"),
        (uploads.Declared(1, media_type="image/svg+xml"), "video or audio"),
    ]:
        with pytest.raises(HeardError, match=error):
            uploads.declare(draft, declared)
    consent.withdraw(draft)
    db.session.commit()
    with pytest.raises(Invalid, match="agreement"):
        uploads.declare(draft, uploads.Declared(1))


def test_beginning_again_and_again_leaves_next_to_nothing(draft: Submission) -> None:
    def logged() -> set[str]:
        return set(db.session.scalars(select(AuditEntry.action)))

    before = logged()
    said = uploads.Declared(3, media_type="video/webm", filename="a.webm", said="filename YQ==")
    begun = [uploads.declare(draft, said) for _ in range(5)]
    capture.retake(draft, 0)
    begun.append(uploads.declare(draft, said))
    uploads.terminate(begun[-1])
    last = uploads.declare(draft, said)
    db.session.commit()
    assert logged() == before
    assert [(each.said, each.filename, each.declared_type) for each in begun[:5]] == [("",) * 3] * 5
    assert last.said == said.said
    appending.append(last, [b"ID3"], offset=0)
    assert logged() - before == {"recording.received"}
    uploads.terminate(last)
    db.session.commit()
    assert logged() - before == {"recording.received", "submission.answer_dropped"}


def test_what_ended_is_forgotten_when_nobody_can_be_busy_with_it(draft: Submission) -> None:
    def states() -> list[str]:
        db.session.expire_all()
        return sorted(db.session.scalars(select(Upload.state)))

    uploads.declare(draft, uploads.Declared(3))
    received = uploads.declare(draft, uploads.Declared(3))
    db.session.commit()
    appending.append(received, [b"ID3"], offset=0)
    coming = uploads.declare(draft, uploads.Declared(3))
    ages = (timedelta(0), uploads.KEPT_FOR, uploads.KEPT_FOR + 2 * uploads.UNNAMED_FOR)
    kept = []
    for age in ages:
        db.session.execute(update(Upload).values(expires_at=now() + uploads.KEPT_FOR - age))
        db.session.execute(
            update(Upload).where(Upload.id == coming.id).values(expires_at=now() + timedelta(1))
        )
        db.session.commit()
        uploads.sweep()
        kept.append(states())
    assert kept == [["ended", "open", "received"]] * 2 + [["open", "received"]]


def test_writing_in_its_place_drops_the_bytes(upload: Upload, draft: Submission) -> None:
    appending.append(upload, [DATA[:100]], offset=0)
    capture.send(draft, details.Closing(written={0: "I would rather write."}))
    db.session.commit()
    assert upload.state == "ended" and not part(upload).exists()


def test_bytes_of_no_upload_under_way_go_after_an_hour(upload: Upload) -> None:
    folder = runtime.settings().uploads
    left = [folder / f"gone{number}{end}" for number, end in enumerate((".part", ".whole"))]
    for path in left:
        path.write_bytes(b"face and voice")
    uploads.sweep()
    assert all(path.exists() for path in left)
    for path in folder.iterdir():
        os.utime(path, (0, 0))
    uploads.sweep()
    assert list(folder.iterdir()) == [part(upload)]


def test_the_last_of_the_disk_is_not_for_uploads(
    draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = shutil.disk_usage(runtime.settings().data).free
    monkeypatch.setattr(parts, "FLOOR", free + 10 * 1024**3)
    with pytest.raises(parts.NoRoom, match="no room"):
        uploads.declare(draft, uploads.Declared(1))


def test_the_last_of_the_disk_stays_free_while_bytes_arrive(
    draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = uploads.declare(draft, uploads.Declared(None))
    db.session.commit()
    left = parts.FLOOR + 256_000

    def usage(_folder: object) -> SimpleNamespace:
        return SimpleNamespace(free=left - part(upload).stat().st_size)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    monkeypatch.setattr(appending, "SAVE_EVERY", 1)  # each piece is on the disk before the next
    with pytest.raises(parts.NoRoom):
        appending.append(upload, (bytes(1000) for _ in range(1000)), offset=0)
    db.session.rollback()
    db.session.refresh(upload)
    assert upload.offset == part(upload).stat().st_size == 256_000
    left += 3
    assert appending.append(upload, [b"ID3"], offset=256_000) == 256_000 + 3


@pytest.mark.parametrize("arrived", [1000, len(DATA)], ids=["half", "all"])
def test_counted_bytes_that_are_gone_are_never_made_up(
    upload: Upload, draft: Submission, monkeypatch: pytest.MonkeyPatch, arrived: int
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "make_answer", lambda *_: None)  # dies just before
        appending.append(upload, [DATA[:arrived]], offset=0)
    os.truncate(part(upload), 400)
    with pytest.raises(NotFound):
        if arrived == len(DATA):
            appending.settle(upload)
        else:
            appending.append(upload, [DATA[arrived:]], offset=arrived)
    db.session.rollback()
    db.session.expire_all()
    assert (upload.state, draft.answers) == ("ended", [])
    assert not part(upload).exists() and list(runtime.storage().list("")) == []
    anew = uploads.declare(draft, uploads.Declared(len(DATA)))
    db.session.commit()
    assert appending.append(anew, [DATA], offset=0) == len(DATA)


NO_MEDIA = {
    "a document": (b"%PDF-1.7" + bytes(20), "not a video or audio file"),
    "a picture": (b"\x89PNG\r\n" + bytes(20), "a picture"),
    "a page": (b"<!doctype html><video>", "a web page"),
    "one byte": (b"x", "not a video or audio file"),
}


@pytest.mark.parametrize(("data", "reason"), NO_MEDIA.values(), ids=NO_MEDIA.keys())
def test_what_is_no_recording_ends_and_leaves_nothing(
    draft: Submission, data: bytes, reason: str
) -> None:
    upload = uploads.declare(draft, uploads.Declared(len(data), media_type="video/webm"))
    db.session.commit()
    logged = db.session.scalar(select(func.count(AuditEntry.seq)))
    with pytest.raises(containers.NotMedia, match=reason):
        appending.append(upload, [data], offset=0)
    db.session.rollback()
    db.session.expire_all()
    assert (upload.state, draft.answers) == ("ended", [])
    assert not part(upload).exists() and list(runtime.storage().list("")) == []
    assert db.session.scalar(select(func.count(AuditEntry.seq))) == logged


def test_a_long_file_that_is_none_is_told_after_its_first_bytes(draft: Submission) -> None:
    for first in ([bytes(5000)], [b"ID3", b"and no more yet"]):
        upload = uploads.declare(draft, uploads.Declared(10_000_000))
        db.session.commit()
        if first == [bytes(5000)]:
            with pytest.raises(containers.NotMedia):
                appending.append(upload, first, offset=0)
            db.session.rollback()
            assert not part(upload).exists()
        else:
            assert appending.append(upload, first, offset=0) == upload.offset == 18


def test_an_upload_ends_a_week_after_its_draft_was_begun(draft: Submission) -> None:
    """However often bytes come: they never put it off for longer than that."""
    upload = uploads.declare(draft, uploads.Declared(len(DATA)))
    db.session.commit()
    for days, sent in ((5.5, 100), (6.9, 200)):
        draft.created_at = now() - timedelta(days=days)
        db.session.commit()
        appending.append(upload, [DATA[sent - 100 : sent]], offset=sent - 100)
        db.session.refresh(upload)
        last = draft.created_at + uploads.LONGEST
        assert upload.expires_at <= last
    draft.created_at = now() - uploads.LONGEST
    upload.expires_at = now()
    db.session.commit()
    with pytest.raises(uploads.Over):
        uploads.of(draft, upload.id)
    with pytest.raises(uploads.TooOld):
        uploads.declare(draft, uploads.Declared(len(DATA)))
    assert draft.state == "withdrawn" and capture.told(draft) == "withdrawn"  # to be begun anew
