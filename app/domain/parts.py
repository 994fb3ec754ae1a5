"""The bytes of an upload under way: one file each, held by one writer at a time.

The file may run ahead of the offset in the database, never behind it: bytes are synced before
they are counted, and what was not counted is cut off when the next writer comes.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app import runtime
from app.domain.errors import Conflict, HeardError, NotFound
from app.domain.wording import mark
from storage.local import sync_folder

log = logging.getLogger(__name__)

# A file is there a moment before the row of its upload is committed.
UNNAMED_FOR_S = 3600
# Bytes that uploads leave free: the database and the steps need some to go on.
FLOOR = 256 * 1024 * 1024
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Locked(Conflict):
    sentence = mark("Another part of this upload is arriving right now.")


class NoRoom(HeardError):
    sentence = mark("There is no room left for this here right now. Please try again later.")


class Unwritable(HeardError):
    sentence = mark("This can't be stored right now. Please try again in a moment.")


def path_of(upload_id: str) -> Path:
    return runtime.settings().uploads / f"{upload_id}.part"


def create(upload_id: str, length: int) -> None:
    """An empty file, its name durable. Raises NoRoom, also when `length` bytes would leave the
    disk with less than `FLOOR`."""
    folder = runtime.settings().uploads
    with sentences():
        folder.mkdir(parents=True, exist_ok=True)
        _leave_room(folder, length)
        path_of(upload_id).touch(exist_ok=False)
        sync_folder(folder)


def _leave_room(folder: Path, length: int) -> None:
    if shutil.disk_usage(folder).free - length < FLOOR:
        raise NoRoom


@contextmanager
def claimed(upload_id: str) -> Iterator[None]:
    """For an upload whose bytes are in a bucket: one request at a time works on its end. Its file
    stays empty and is only held. Raises Locked, NoRoom, Unwritable."""
    with sentences():
        runtime.settings().uploads.mkdir(parents=True, exist_ok=True)
        path_of(upload_id).touch()
    with held(upload_id):
        yield


@contextmanager
def held(upload_id: str) -> Iterator[BinaryIO]:
    """The file, locked against every other process of this machine.

    Raises:
        Locked: another request holds it. NotFound: it is gone.
    """
    try:
        file = path_of(upload_id).open("r+b")
    except FileNotFoundError as error:
        raise NotFound from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Locked from error
        yield file


def write(file: BinaryIO, piece: bytes) -> None:
    """Each piece asks for room anew: how much is to come is not always said, and others take from
    the disk as well. Raises NoRoom, Unwritable."""
    with sentences():
        _leave_room(runtime.settings().uploads, len(piece))
        file.write(piece)


def sync(file: BinaryIO) -> None:
    with sentences():
        file.flush()
        os.fsync(file.fileno())


def size_of(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def head(file: BinaryIO, size: int) -> bytes:
    """The first bytes, `size` at most; the next write goes on where it would have."""
    file.flush()
    return os.pread(file.fileno(), size, 0)


def cut(file: BinaryIO, size: int) -> None:
    """Leaves the first `size` bytes, the next write goes after them."""
    file.seek(size)
    file.truncate()


def twin(upload_id: str) -> Path:
    """The same bytes under a second name, so that moving it leaves the first in place."""
    path = path_of(upload_id)
    whole = path.with_suffix(".whole")
    whole.unlink(missing_ok=True)
    with sentences():
        try:
            os.link(path, whole)
        except OSError:  # a file system without hard links
            shutil.copyfile(path, whole)
    return whole


def drop(upload_id: str) -> None:
    path = path_of(upload_id)
    path.unlink(missing_ok=True)
    path.with_suffix(".whole").unlink(missing_ok=True)


def sweep(under_way: Collection[str]) -> None:
    """Drops the bytes of every upload that is not under way, an hour after they came."""
    folder, before = runtime.settings().uploads, time.time() - UNNAMED_FOR_S
    for path in [*folder.glob("*.part"), *folder.glob("*.whole")]:
        with suppress(FileNotFoundError):  # it ended by itself meanwhile
            if path.stem not in under_way and path.stat().st_mtime < before:
                path.unlink()


@contextmanager
def sentences() -> Iterator[None]:
    """A disk that is full, read-only or broken becomes a sentence; the log says which."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom from error
        log.error("The folder for uploads under way failed: %s", error)
        raise Unwritable from error
