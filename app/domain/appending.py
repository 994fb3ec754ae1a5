"""The bytes of an upload as they arrive: written, synced, counted, and at the end an answer.

Durable first, then counted, then said. What was counted is there whoever dies next.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import update

from app import runtime
from app.domain import arrivals, containers, parts, running_hash, uploads
from app.domain.clerk import rows_written
from app.domain.errors import Conflict, Invalid, NotFound, TooLarge
from app.domain.running_hash import RunningHash
from app.domain.wording import mark
from app.extensions import db
from app.models import Submission, Upload, now

# What a killed server loses at most: each save costs a sync of the file and one of the database.
SAVE_EVERY = 32 * 1024 * 1024  # bytes
SAVE_EVERY_S = 1.0
PIECE = 256 * 1024
ALGORITHMS = ("sha1", "sha256")
PAST = mark("More arrived than was announced.")


class WrongOffset(Conflict):
    sentence = mark("These bytes don't follow on from what has arrived.")

    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class Damaged(Invalid):
    sentence = mark("These bytes were damaged on the way. Please send them again.")


@dataclass(frozen=True, slots=True)
class Checksum:
    """`algorithm` is one of ALGORITHMS, `digest` its raw bytes."""

    algorithm: str
    digest: bytes


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
        NotMedia: the first bytes are no recording's; it ends the upload.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(parts.held(upload.id))
        except NotFound:
            return _known_whole(upload, pieces, offset, length)
        db.session.refresh(upload)
        if upload.state != "open" or offset != upload.offset:
            raise WrongOffset(upload.offset)
        uploads.require_counted(upload, file)
        if length is not None:
            uploads.set_length(upload, length)
        most = upload.length or runtime.settings().max_upload
        if size is not None and offset + size > most:
            raise TooLarge(PAST)
        arriving = _Arriving(upload, file, offset, most)
        db.session.commit()  # nothing is held in the database while bytes drip in
        arriving.take(pieces, checksum)
        return arriving.end()


class _Arriving:
    """What one request brings to `file`, which it holds."""

    def __init__(self, upload: Upload, file: BinaryIO, offset: int, most: int) -> None:
        self._upload, self._file, self._most = upload, file, most
        self._id, self._length = upload.id, upload.length
        self._began = self._written = self._saved = offset
        self._last = uploads.last_day(upload.submission)
        self._saved_at = time.monotonic()
        self._hash = running_hash.taken(self._id)

    def take(self, pieces: Iterable[bytes], checksum: Checksum | None) -> None:
        parts.cut(self._file, self._written)
        digest = hashlib.new(checksum.algorithm) if checksum else None
        for piece in pieces:
            self._write(piece)
            if digest is not None:
                digest.update(piece)
            elif self._written - self._saved >= SAVE_EVERY or self._waited:
                self._save()
        if checksum and digest and digest.digest() != checksum.digest:
            parts.cut(self._file, self._saved)
            raise Damaged

    def end(self) -> int:
        if self._written > self._saved:
            self._save()
        if self._written == self._length:
            arrivals.make_answer(self._upload, self._file, self._hash)
        else:
            if self._began < containers.HEAD <= self._written:
                arrivals.require_media(self._upload, parts.head(self._file, containers.HEAD))
            running_hash.keep(self._id, self._hash)
        return self._written

    @property
    def _waited(self) -> bool:
        return time.monotonic() - self._saved_at >= SAVE_EVERY_S

    def _write(self, piece: bytes) -> None:
        if self._written + len(piece) > self._most:
            arrivals.end(self._upload)
            db.session.commit()
            raise TooLarge(PAST)
        if self._hash.size == self._written:  # else another process took what is before
            self._hash.add(piece)
        parts.write(self._file, piece)
        self._written += len(piece)

    def _save(self) -> None:
        """Durable first, then counted. Commits. NotFound: withdrawn or replaced meanwhile."""
        parts.sync(self._file)
        counted = rows_written(
            update(Upload)
            .where(Upload.id == self._id, Upload.state == "open")
            .values(offset=self._written, expires_at=min(now() + uploads.KEPT_FOR, self._last))
        )
        db.session.commit()
        if not counted:
            raise NotFound
        self._saved, self._saved_at = self._written, time.monotonic()


def _known_whole(upload: Upload, pieces: Iterable[bytes], offset: int, length: int | None) -> int:
    """The end of an upload said once more, its answer having got lost on the way."""
    db.session.refresh(upload)
    if upload.state != "received":
        raise NotFound
    if length is not None:
        uploads.set_length(upload, length)
    if offset != upload.offset or any(pieces):
        raise WrongOffset(upload.offset)
    return offset


def settle(upload: Upload) -> None:
    """Makes the answer of an upload whose bytes are all here, but whose end was interrupted.

    Raises:
        Locked. arrivals.NotKept.
    """
    if upload.state != "open" or upload.offset != upload.length:
        return
    try:
        with parts.held(upload.id) as file:
            db.session.refresh(upload)
            if upload.state == "open":
                uploads.require_counted(upload, file)
                arrivals.make_answer(upload, file, RunningHash())
    except NotFound:  # somebody else made it an answer at this very moment, or it ended
        db.session.refresh(upload)
        if upload.state != "received":
            raise


def take_file(submission: Submission, declared: uploads.Declared, file: BinaryIO) -> None:
    """A whole file at once, for pages without JavaScript; the same path as any upload. Commits."""
    upload = uploads.declare(submission, declared)
    db.session.commit()
    append(upload, iter(lambda: file.read(PIECE), b""), offset=0, size=declared.length)
