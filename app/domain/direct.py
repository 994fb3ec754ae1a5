"""Uploads whose bytes go from the browser straight into the bucket, in parts.

The same row, the same key and the same end as any upload; only the bytes take another way. What
arrived is what the bucket lists, never what the sender says. "Received" is said once the object is
there, has the declared length, and was read once, from the bucket, for its hash.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from app import runtime
from app.domain import appending, arrivals, containers, forgetting, parts, uploads
from app.domain.clerk import rows_written
from app.domain.errors import Conflict, Invalid, NotFound, TooLarge
from app.domain.wording import mark
from app.extensions import db
from app.models import Recording, Submission, Upload, now
from storage import NotStored, StorageError, keys
from storage.base import PIECE
from storage.direct import MOST_PARTS, PART_SIZE, Direct, Part

ADDRESS_FOR_S = 15 * 60  # a part on the slowest line, and no longer
ODD = mark("That request could not be understood.")


@dataclass(frozen=True, slots=True)
class Arrived:
    """`state` as the upload's; `parts` as the bucket lists them, none once it is over."""

    state: str
    parts: list[Part]


def place() -> Direct | None:
    """Where browsers may send bytes themselves; None where they can't."""
    return runtime.storage().direct


def begin(submission: Submission, declared: uploads.Declared) -> Upload:
    """Raises what `uploads.declare` raises; NotFound where nothing goes straight to a bucket,
    arrivals.NotKept."""
    bucket = _place()
    upload = uploads.declare(submission, replace(declared, direct=True))
    try:
        upload.multipart = bucket.begin(_key(upload))
    except StorageError as error:
        raise arrivals.NotKept from error
    db.session.flush()
    return upload


def address(upload: Upload, number: int, size: int) -> str:
    """Where the browser puts one part. Raises Invalid, TooLarge, Conflict: it is whole already."""
    if upload.state != "open":
        raise Conflict(mark("This has arrived already. Record again to replace it."))
    if not 1 <= number <= MOST_PARTS or not 1 <= size <= PART_SIZE:
        raise Invalid(ODD)
    most = upload.length or runtime.settings().max_upload
    if (number - 1) * PART_SIZE + size > most:
        raise TooLarge(appending.PAST)
    _renew(upload)
    try:
        return _place().address(_key(upload), _name(upload), number, size, ADDRESS_FOR_S)
    except StorageError as error:
        raise arrivals.NotKept from error


def arrived(upload: Upload) -> Arrived:
    """Raises arrivals.NotKept."""
    if upload.state != "open":
        return Arrived(upload.state, [])
    try:
        return Arrived(upload.state, _place().arrived(_key(upload), _name(upload)))
    except NotStored:  # its parts are an object by now, only the rows are missing
        return Arrived(upload.state, [])
    except StorageError as error:
        raise arrivals.NotKept from error


def complete(upload: Upload, length: int) -> str:
    """Makes the answer of an upload whose parts are all here; the SHA-256 in hex of its bytes,
    read from the bucket. The same again says the same. Commits.

    Raises:
        Conflict: parts are missing, or another length was said. Invalid, TooLarge.
        parts.Locked: another request is at it. arrivals.NotKept.
        NotMedia: it is no recording; nothing of it is kept.
    """
    uploads.set_length(upload, length)
    upload_id = upload.id
    if upload.state == "open":
        db.session.commit()
        with parts.claimed(upload_id):  # the bytes are read once, however often it is asked
            _make_answer(upload, length)
    recording = db.session.get(Recording, upload_id)
    if recording is None:  # ended or replaced meanwhile
        raise NotFound
    return recording.sha256


def _make_answer(upload: Upload, length: int) -> None:
    db.session.refresh(upload)
    if upload.state != "open":
        return
    key, multipart = _key(upload), _name(upload)
    db.session.rollback()  # no connection is held while the bucket works
    try:
        _finish(key, multipart, length)
        _require_media(upload, key)
        sha256 = _hash(key)
    except StorageError as error:
        raise arrivals.NotKept from error
    arrivals.publish(upload, key, sha256)


def sweep() -> int:
    """Drops the parts of uploads that are over, so that nobody pays for them; how many. The bucket
    is asked, not the rows: a crash between the two leaves parts that no row names.

    Raises:
        StorageError.
    """
    bucket, dropped = place(), 0
    for begun in bucket.begun("recordings/") if bucket else ():
        upload_id = begun.key.split("/")[1]
        known = db.session.scalar(
            select(Upload.id).where(
                Upload.id == upload_id,
                Upload.multipart == begun.multipart,
                Upload.state == "open",
            )
        )
        db.session.rollback()
        if known is None and begun.at < now() - uploads.UNNAMED_FOR:
            assert bucket is not None
            bucket.drop(begun.key, begun.multipart)
            dropped += 1
    return dropped


def _finish(key: str, multipart: str, length: int) -> None:
    bucket = _place()
    with suppress(NotStored):  # finished before, its answer lost
        found = bucket.arrived(key, multipart)
        if not whole(found, length):
            raise Conflict(mark("Not all of this has arrived yet."))
        bucket.finish(key, multipart, found)
    there = runtime.storage().stat(key)
    if there is None or there.size != length:
        raise Conflict(mark("Not all of this has arrived yet."))


def whole(parts: list[Part], length: int) -> bool:
    """Whether these are the parts of a file of `length` bytes: none missing, all but the last of
    full size."""
    return (
        [part.number for part in parts] == list(range(1, len(parts) + 1))
        and all(part.size == PART_SIZE for part in parts[:-1])
        and sum(part.size for part in parts) == length
    )


def _require_media(upload: Upload, key: str) -> None:
    """Before all of it is read. Raises NotMedia, and the object goes; StorageError."""
    head = b"".join(runtime.storage().read_range(key, 0, containers.HEAD - 1))
    try:
        arrivals.require_media(upload, head)
    except containers.NotMedia:
        forgetting.objects([keys.recording(upload.id)])
        db.session.commit()
        raise


def _hash(key: str) -> str:
    digest = hashlib.sha256()
    with runtime.storage().open(key) as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _renew(upload: Upload) -> None:
    kept = rows_written(
        update(Upload)
        .where(Upload.id == upload.id, Upload.state == "open")
        .values(expires_at=uploads.expiry(upload.submission))
    )
    if not kept:
        raise NotFound


def _place() -> Direct:
    bucket = place()
    if bucket is None:
        raise NotFound
    return bucket


def _key(upload: Upload) -> str:
    return keys.original(upload.id, "0")


def _name(upload: Upload) -> str:
    if upload.multipart is None:
        raise NotFound
    return upload.multipart
