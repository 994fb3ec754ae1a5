"""The moment in which an upload becomes an answer, so that "received" means durable.

Bytes synced → object in place, hashed, its folder synced → rows → commit → said. Whatever dies in
between leaves something that the next request completes: the recording has the upload's id, so
doing it once more writes the same object and the same row.
"""

from __future__ import annotations

from app import runtime
from app.domain import audit, capture, forgetting, parts
from app.domain.clerk import after_commit
from app.domain.errors import Conflict, HeardError
from app.domain.wording import mark
from app.extensions import db
from app.models import Answer, Recording, Upload
from storage import StorageError, keys


class NotKept(HeardError):
    sentence = mark("This can't be stored right now. Please try again in a moment.")


def make_answer(upload: Upload) -> None:
    """Of an upload whose bytes are all here and synced. The caller holds its file. Commits.

    Raises:
        NotKept: the place for objects is away or keeps other bytes. Conflict: sent meanwhile.
    """
    key = keys.original(upload.id, "0")
    try:
        stored = runtime.storage().put_file(key, parts.twin(upload.id), move=True)
    except StorageError as error:
        raise NotKept from error
    if stored.size != upload.length:
        raise NotKept
    publish(upload, key, stored.sha256)


def publish(upload: Upload, key: str, sha256: str) -> None:
    """Rows for an object that is there, whole. Commits.

    Raises:
        Conflict: the submission was sent meanwhile; the object goes.
    """
    try:
        _publish(upload, key, sha256)
    except Conflict:
        db.session.rollback()
        forgetting.objects([keys.recording(upload.id)])
        end(upload)
        db.session.commit()
        raise


def end(upload: Upload) -> None:
    """Its bytes go with the commit."""
    upload.state = "ended"
    upload_id = upload.id
    after_commit(lambda: parts.drop(upload_id))


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
    upload.state, upload.answer_id = "received", answer.id
    upload_id = upload.id
    after_commit(lambda: parts.drop(upload_id))
    db.session.commit()
