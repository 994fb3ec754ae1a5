"""Uploads that may be interrupted: declared, appended to, and at the end an answer.

What tus 1.0 asks for, without its headers. One machine's web processes share the data folder;
an upload stays on the machine where it was declared until it is whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import select, update

from app import runtime
from app.domain import arrivals, capture, consent, parts
from app.domain.clerk import rows_written
from app.domain.errors import Conflict, Invalid, NotFound, TooLarge
from app.domain.wording import mark
from app.extensions import db
from app.models import Submission, Upload, new_id, now

KEPT_FOR = timedelta(hours=48)
UNNAMED_FOR = timedelta(hours=1)  # by then a row says whose the bytes are, or nobody will
# What a killed server loses at most: each save costs a sync of the file and one of the database.
SAVE_EVERY = 32 * 1024 * 1024  # bytes
SAVE_EVERY_S = 1.0
PIECE = 256 * 1024
ALGORITHMS = ("sha1", "sha256")
KINDS = ("video", "audio")
# What a browser may call a recording; the pipeline looks at the bytes, not at this.
TYPES = ("", "application/octet-stream", "application/ogg", "application/mp4")


class WrongOffset(Conflict):
    sentence = mark("These bytes don't follow on from what has arrived.")

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class Damaged(Invalid):
    sentence = mark("These bytes were damaged on the way. Please send them again.")


class UnknownType(Invalid):
    sentence = mark("This is not a video or audio file.")


@dataclass(frozen=True, slots=True)
class Checksum:
    """`algorithm` is one of ALGORITHMS, `digest` its raw bytes."""

    algorithm: str
    digest: bytes


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
    """Room for a file; older uploads to the same question end.

    Raises:
        Invalid: no consent, empty, no such question. UnknownType, TooLarge, NoRoom.
        Conflict: already sent.
    """
    consent.require(submission)
    _check(submission, declared)
    capture.hold(submission)
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
        expires_at=now() + KEPT_FOR,
    )
    db.session.add(upload)
    db.session.flush()
    arrivals.noted(upload, "upload.begun")
    if not declared.direct:
        parts.create(upload.id, upload.length or 0)
    return upload


def of(submission: Submission, upload_id: str, *, direct: bool = False) -> Upload:
    """The upload that this submission may go on with.

    Raises:
        NotFound: foreign, expired, ended and never heard of all look the same.
    """
    upload = db.session.get(Upload, upload_id) if upload_id.isalnum() else None
    if (
        upload is None
        or upload.submission_id != submission.id
        or (upload.multipart is not None) is not direct
        or upload.state == "ended"
        or upload.expires_at <= now()
    ):
        raise NotFound
    return upload


def append(
    upload: Upload,
    pieces: Iterable[bytes],
    *,
    offset: int,
    size: int | None = None,
    length: int | None = None,
    checksum: Checksum | None = None,
) -> int:
    """Adds bytes at `offset`, and makes the answer when they are the last. The new offset.

    Commits as bytes become durable, so that a cut connection or a killed server keeps what had
    arrived; with a checksum all of them count or none. `size`: how many are to come, if known.
    `length`: of the whole, said now if it wasn't before.

    Raises:
        Locked, WrongOffset, Damaged, NoRoom, arrivals.NotKept. TooLarge: past the declared length
        (found out on the way, it ends the upload). Invalid, Conflict: no length for this upload.
    """
    upload_id = upload.id
    with ExitStack() as stack:
        try:
            file = stack.enter_context(parts.held(upload_id))
        except NotFound:
            return _known_whole(upload, pieces, offset)
        db.session.refresh(upload)
        if upload.state != "open" or offset != upload.offset:
            raise WrongOffset(upload.offset)
        _require_counted(upload, file)
        if length is not None:
            set_length(upload, length)
        length, most = upload.length, upload.length or runtime.settings().max_upload
        if size is not None and offset + size > most:
            raise TooLarge(PAST)
        db.session.commit()  # nothing is held in the database while bytes drip in
        parts.cut(file, offset)
        digest = hashlib.new(checksum.algorithm) if checksum else None
        saved, saved_at = offset, time.monotonic()
        written = offset
        for piece in pieces:
            if written + len(piece) > most:
                arrivals.end(upload)
                db.session.commit()
                raise TooLarge(PAST)
            parts.write(file, piece)
            written += len(piece)
            if digest is not None:
                digest.update(piece)
            elif written - saved >= SAVE_EVERY or time.monotonic() - saved_at >= SAVE_EVERY_S:
                saved, saved_at = _save(upload_id, file, written), time.monotonic()
        if checksum and digest and digest.digest() != checksum.digest:
            parts.cut(file, offset)
            raise Damaged
        if written > saved:
            _save(upload_id, file, written)
        if written == length:
            arrivals.make_answer(upload)
        return written


PAST = mark("More arrived than was announced.")


def _known_whole(upload: Upload, pieces: Iterable[bytes], offset: int) -> int:
    """The end of an upload said once more, its answer having got lost on the way."""
    db.session.refresh(upload)
    if upload.state != "received":
        raise NotFound
    if offset != upload.offset or any(pieces):
        raise WrongOffset(upload.offset)
    return offset


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


def settle(upload: Upload) -> None:
    """Makes the answer of an upload whose bytes are all here, but whose end was interrupted.

    Raises:
        Locked. arrivals.NotKept.
    """
    if upload.state == "open" and upload.offset == upload.length:
        with parts.held(upload.id) as file:
            db.session.refresh(upload)
            if upload.state == "open":
                _require_counted(upload, file)
                arrivals.make_answer(upload)


def _require_counted(upload: Upload, file: BinaryIO) -> None:
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
        arrivals.noted(upload, "upload.ended")
        db.session.flush()


def take_file(submission: Submission, declared: Declared, file: BinaryIO) -> None:
    """A whole file at once, for pages without JavaScript; the same path as any upload. Commits."""
    upload = declare(submission, declared)
    db.session.commit()
    append(upload, iter(lambda: file.read(PIECE), b""), offset=0, size=declared.length)


def sweep() -> int:
    """Ends what has expired and drops its bytes; how many. The clock calls it. Commits.

    Bytes that belong to no upload under way go, too: a crash between commit and deletion.
    """
    expired = list(
        db.session.scalars(select(Upload).where(Upload.state == "open", Upload.expires_at <= now()))
    )
    ended = sum(arrivals.end(upload) for upload in expired)
    db.session.commit()
    parts.sweep(set(db.session.scalars(select(Upload.id).where(Upload.state == "open"))))
    return ended


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


def _save(upload_id: str, file: BinaryIO, offset: int) -> int:
    """Durable first, then counted. Commits."""
    parts.sync(file)
    counted = rows_written(
        update(Upload)
        .where(Upload.id == upload_id, Upload.state == "open")
        .values(offset=offset, expires_at=now() + KEPT_FOR)
    )
    db.session.commit()
    if not counted:
        raise NotFound  # withdrawn or replaced while it arrived
    return offset
