"""Uploads that may be interrupted: declared, found again, ended. Their bytes: `appending`.

What tus 1.0 asks for, without its headers. One machine's web processes share the data folder;
an upload stays on the machine where it was declared until it is whole.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import delete, select

from app import runtime
from app.domain import arrivals, capture, consent, parts
from app.domain.errors import Conflict, Expired, Invalid, NotFound, TooLarge
from app.domain.wording import mark
from app.extensions import db
from app.models import Submission, Upload, new_id, now

KEPT_FOR = timedelta(hours=48)  # after the newest byte
LONGEST = timedelta(days=7)  # after the draft was begun, however often bytes come
UNNAMED_FOR = timedelta(hours=1)  # by then a row says whose the bytes are, or nobody will
KINDS = ("video", "audio")
# What a browser may call a recording; the pipeline looks at the bytes, not at this.
TYPES = ("", "application/octet-stream", "application/ogg", "application/mp4")


class UnknownType(Invalid):
    sentence = mark("This is not a video or audio file.")


class Over(Expired):
    sentence = mark("This was kept for a while and is gone. It has to be sent again.")


class TooOld(Expired):
    sentence = mark(
        "This was begun more than a week ago, so it is sent anew. What is on your device is kept."
    )


@dataclass(frozen=True, slots=True)
class Declared:
    """What a sender says of a file before its first byte. `length` in bytes, None while it is
    still being recorded."""

    length: int | None
    position: int = 0
    kind: str = "video"
    media_type: str = ""
    filename: str = ""
    said: str = ""  # what it says of itself, word for word, to be told again
    direct: bool = False  # its bytes go straight into the bucket


def declare(submission: Submission, declared: Declared) -> Upload:
    """Room for a file; older uploads to the same question end. The audit log hears of a file when
    it is whole: what anyone may begin again and again would fill it.

    Raises:
        Invalid: no consent, empty, no such question. UnknownType, TooLarge, NoRoom.
        Conflict: already sent. TooOld: the draft was begun too long ago; it is given up.
    """
    consent.require(submission)
    _check(submission, declared)
    capture.hold(submission)
    _require_young(submission)
    capture.end_uploads(submission, declared.position)
    upload = Upload(
        id=new_id(),
        submission_id=submission.id,
        position=declared.position,
        kind=declared.kind,
        declared_type=declared.media_type[:100],
        filename=declared.filename[:200],
        said=declared.said,
        length=declared.length,
        expires_at=expiry(submission),
    )
    db.session.add(upload)
    db.session.flush()
    if not declared.direct:
        parts.create(upload.id, upload.length or 0)
    return upload


def of(submission: Submission, upload_id: str, *, direct: bool = False) -> Upload:
    """The upload that this submission may go on with.

    Raises:
        NotFound: foreign, ended and never heard of all look the same. Over: it expired.
    """
    upload = db.session.get(Upload, upload_id) if upload_id.isalnum() else None
    if (
        upload is None
        or upload.submission_id != submission.id
        or (upload.multipart is not None) is not direct
        or upload.state == "ended"
    ):
        raise NotFound
    if upload.expires_at <= now():
        raise Over  # tus, expiration: 410 while the server still knows of it
    return upload


def last_day(submission: Submission) -> datetime:
    """When whatever was begun for this draft is over. Without it, a byte every second day would
    keep bytes here for ever that nobody ever sends."""
    return submission.created_at + LONGEST


def expiry(submission: Submission) -> datetime:
    """Of an upload to this draft that brought something just now."""
    return min(now() + KEPT_FOR, last_day(submission))


def set_length(upload: Upload, length: int) -> None:
    """Once, and never less than what is here. Raises Invalid, Conflict, TooLarge."""
    if upload.length == length:
        return
    if upload.length is not None:
        raise Conflict(mark("The length of this file was said before, and it was another."))
    _check_length(length)
    if length < upload.offset:
        raise Invalid(mark("More has arrived than this length."))
    upload.length = length


def require_counted(upload: Upload, file: BinaryIO) -> None:
    """Bytes that were counted and are gone, as after a restore, end the upload: what went after
    them would stand behind a hole. Its sender begins anew. Raises NotFound."""
    if parts.size_of(file) < upload.offset:
        arrivals.end(upload)
        arrivals.noted(upload, "upload.ended")
        db.session.commit()
        raise NotFound


def terminate(upload: Upload) -> None:
    """Ends an upload and drops its bytes, also when they are a draft's answer by now.

    Raises:
        Locked: bytes are arriving. Conflict: it was sent already. NotFound: ended meanwhile.
    """
    on_disk = upload.state == "open" and upload.multipart is None
    with parts.held(upload.id) if on_disk else nullcontext():
        capture.hold(upload.submission)  # its bytes don't become an answer meanwhile
        db.session.refresh(upload)
        if upload.state == "received" and upload.answer_id:  # not one that has taken its place
            capture.drop_answer(upload.submission, upload.position)
        if upload.state == "ended" or not arrivals.end(upload, was=upload.state):
            raise NotFound
        db.session.flush()


def sweep() -> int:
    """Ends what has expired and drops its bytes; how many. The clock calls it. Commits.

    Bytes that belong to no upload under way go, too: a crash between commit and deletion. So do
    the rows of what ended, once nobody can be busy with one any more.
    """
    expired = list(
        db.session.scalars(select(Upload).where(Upload.state == "open", Upload.expires_at <= now()))
    )
    ended = sum(arrivals.end(upload) for upload in expired)
    over = Upload.expires_at <= now() - UNNAMED_FOR
    db.session.execute(delete(Upload).where(Upload.state == "ended", over))
    db.session.commit()
    parts.sweep(set(db.session.scalars(select(Upload.id).where(Upload.state == "open"))))
    return ended


def _require_young(submission: Submission) -> None:
    """A draft that is too old is given up, so that its sender's page begins another with all that
    is kept on the device. Raises TooOld; commits then."""
    if last_day(submission) <= now():
        consent.withdraw(submission)
        db.session.commit()
        raise TooOld


def _check(submission: Submission, declared: Declared) -> None:
    if declared.length is not None:
        _check_length(declared.length)
    if not 0 <= declared.position < len(capture.questions(submission.program)):
        raise Invalid(mark("There is no such question here."))
    base = declared.media_type.partition(";")[0].strip().lower()
    if declared.kind not in KINDS or not (base.startswith(("video/", "audio/")) or base in TYPES):
        raise UnknownType


def _check_length(length: int) -> None:
    if length <= 0:
        raise Invalid(mark("This file is empty."))
    if length > runtime.settings().max_upload:
        raise TooLarge(mark("This file is larger than what can be taken here."))
