"""The moment in which an upload becomes an answer, so that "received" means durable.

Bytes synced → object in place, hashed, its folder synced → rows → commit → said. Whatever dies in
between leaves something that the next request completes: the recording has the upload's id, so
doing it once more writes the same object and the same row.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import BinaryIO

from sqlalchemy import update

from app import runtime
from app.domain import audit, capture, containers, forgetting, parts
from app.domain.clerk import after_commit, rows_written
from app.domain.errors import Conflict, Invalid
from app.domain.running_hash import RunningHash
from app.extensions import db
from app.models import Answer, Recording, Upload
from storage import StorageError, keys
from storage.direct import Direct

log = logging.getLogger(__name__)


class NotKept(parts.Unwritable):
    """The place for objects is away, or keeps other bytes than it was given."""


def make_answer(upload: Upload, file: BinaryIO, running: RunningHash) -> None:
    """Of an upload whose bytes are all here and synced, in a `file` that the caller holds.
    `running`: of as many of them as the caller has counted. Commits.

    Raises:
        NotKept: the place for objects is away or keeps other bytes. Conflict: sent meanwhile.
        NotMedia: it is no recording, and ended.
    """
    require_media(upload, parts.head(file, containers.HEAD))
    key = keys.original(upload.id, "0")
    running.read(file, upload.length or 0)
    whole = parts.twin(upload.id)
    try:
        stored = runtime.storage().put_file(key, whole, move=True, sha256=running.hexdigest())
    except StorageError as error:
        log.error("A recording could not be stored: %s", error.sentence)
        raise NotKept from error
    if stored.size != upload.length:
        raise NotKept
    publish(upload, key, stored.sha256)


def require_media(upload: Upload, head: bytes) -> None:
    """Ends an upload whose first bytes aren't a recording's: its sender hears it now and not when
    it was processed, and nothing of it is kept. Raises NotMedia; commits then."""
    try:
        containers.classify(head)
    except containers.NotMedia:
        end(upload)
        db.session.commit()
        raise


def publish(upload: Upload, key: str, sha256: str) -> None:
    """Rows for an object that is there, whole. Commits.

    Several machines may do it at once for an upload that went straight to the bucket: one makes
    the answer. The object goes only where nobody has, and nobody can any more.

    Raises:
        Conflict: the submission was sent meanwhile without it. Invalid: its question is gone.
    """
    try:
        _publish(upload, key, sha256)
    except (Conflict, Invalid):
        db.session.rollback()
        end(upload)
        if _over(upload):
            raise


def end(upload: Upload, was: str = "open") -> bool:
    """Whether this ended it; not where it is no more what it `was`. Its bytes go with the commit.
    Those in a bucket are dropped by the clock, should the bucket be away."""
    upload_id, multipart, bucket = upload.id, upload.multipart, runtime.storage().direct
    ended = rows_written(
        update(Upload).where(Upload.id == upload_id, Upload.state == was).values(state="ended")
    )
    db.session.expire(upload, ["state"])
    if not ended:
        return False
    after_commit(lambda: parts.drop(upload_id))
    if multipart is not None and bucket is not None:
        after_commit(lambda: _drop(bucket, upload_id, multipart))
    return True


def _over(upload: Upload) -> bool:
    """Whether it ended without an answer; its object goes then. Commits."""
    over = upload.state == "ended"
    if over:
        forgetting.objects([keys.recording(upload.id)])
    db.session.commit()
    return over


def _drop(bucket: Direct, upload_id: str, multipart: str) -> None:
    with suppress(StorageError):
        bucket.drop(keys.original(upload_id, "0"), multipart)


def noted(upload: Upload, action: str) -> None:
    """In the audit log: an upload and the recording that it becomes have one id."""
    audit.record(
        upload.submission.workspace_id,
        action,
        subject=("recording", upload.id),
        details={"submission": upload.submission_id},
    )


def _publish(upload: Upload, key: str, sha256: str) -> None:
    submission = upload.submission
    capture.hold(submission)
    claimed = rows_written(
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == "open")
        .values(state="received")
    )
    if not claimed:  # another request has done it, or it was ended, at this very moment
        db.session.rollback()
        _over(upload)
        return
    answer = Answer(position=upload.position, kind=upload.kind)
    answer.recording = Recording(
        id=upload.id,
        original_key=key,
        size=upload.length,
        sha256=sha256,
        declared_type=upload.declared_type,
        filename=upload.filename,
    )
    capture.replace(submission, answer)
    noted(upload, "recording.received")
    db.session.refresh(upload)
    upload.answer_id = answer.id
    upload_id = upload.id
    after_commit(lambda: parts.drop(upload_id))
    db.session.commit()
