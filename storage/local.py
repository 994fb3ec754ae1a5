"""Objects as files in one folder, safe against a crash at any instant.

Order of a write: temporary file → fsync → rename → fsync of the folders. A reader sees the
whole object or none; after a power cut so does the next start.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from storage.base import (
    PIECE,
    NotStored,
    Stat,
    StorageError,
    Stored,
    Tally,
    checked,
    round_trip,
)

_INCOMING = ".incoming"  # no key can begin with a dot
_UNWRITABLE = {
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR),
    *(errno.EISDIR, errno.EEXIST),
}
_ABANDONED_S = 24 * 3600  # a temporary file this old belongs to a process that died


class LocalStorage:
    direct = None

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def put(self, key: str, data: bytes | BinaryIO, content_type: str | None = None) -> Stored:
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        target = self._path(key)
        with self._sentences(key, writing=True):
            return self._write(key, source, target)

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        move: bool = False,
        content_type: str | None = None,
        sha256: str = "",
    ) -> Stored:
        target = self._path(key)
        with path.open("rb") as source, self._sentences(key, writing=True):
            if move and path.stat().st_dev == self._made(self._root).stat().st_dev:
                return self._take(key, source, path, target, sha256)
            stored = self._write(key, source, target)
            if move:
                path.unlink()
            return stored

    def open(self, key: str) -> BinaryIO:
        with self._sentences(key):
            return self._path(key).open("rb")

    def read_range(self, key: str, start: int, end_inclusive: int) -> Iterator[bytes]:
        stream = self.open(key)
        stream.seek(start)
        return _pieces(stream, end_inclusive + 1 - start)

    def stat(self, key: str) -> Stat | None:
        path = self._path(key)
        with self._sentences(key):
            try:
                return Stat(key, path.stat().st_size) if path.is_file() else None
            except FileNotFoundError:
                return None

    def delete(self, key: str) -> None:
        path = self._path(key)
        with self._sentences(key):
            # Emptied folders stay: dropping them would race with a write next door.
            if path.is_file():
                path.unlink(missing_ok=True)
                sync_folder(path.parent)

    def list(self, prefix: str) -> Iterator[str]:
        folder = prefix.rpartition("/")[0]
        start = self._path(folder) if folder else self._root
        return iter(sorted(key for key in self._walk(start) if key.startswith(prefix)))

    def fetch(self, key: str, path: Path) -> None:
        with self.open(key) as source:
            try:
                with path.open("wb") as target:
                    shutil.copyfileobj(source, target, PIECE)
            except OSError:
                path.unlink(missing_ok=True)
                raise

    def check(self) -> None:
        with self._sentences("checks", writing=True):
            for left in self._made(self._root / _INCOMING).iterdir():
                if time.time() - left.stat().st_mtime > _ABANDONED_S:
                    left.unlink(missing_ok=True)
        round_trip(self)

    def _write(self, key: str, source: BinaryIO, target: Path) -> Stored:
        coming = self._made(self._root / _INCOMING) / uuid4().hex
        tally = Tally(source)
        try:
            with coming.open("wb") as out:
                while piece := tally.read(PIECE):
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            self._rename(coming, target)
        except BaseException:
            coming.unlink(missing_ok=True)
            raise
        return tally.stored(key)

    def _take(self, key: str, source: BinaryIO, path: Path, target: Path, sha256: str) -> Stored:
        """Move a file that lies on the same disk: synced, hashed unless known, never copied."""
        tally = Tally(source)
        while not sha256 and tally.read(PIECE):
            pass
        os.fsync(source.fileno())
        size = os.fstat(source.fileno()).st_size
        self._rename(path, target)
        return Stored(key, size, sha256) if sha256 else tally.stored(key)

    def _rename(self, coming: Path, target: Path) -> None:
        coming.replace(self._made(target.parent) / target.name)
        sync_folder(target.parent)

    def _made(self, folder: Path) -> Path:
        """`folder`, made durable with its parents: a new folder is an entry to sync, too."""
        new: builtins.list[Path] = []
        at = folder
        while not at.is_dir():
            new.append(at)
            at = at.parent
        for one in reversed(new):
            one.mkdir(exist_ok=True)
            sync_folder(one.parent)
        return folder

    def _walk(self, start: Path) -> Iterator[str]:
        for folder, names, files in os.walk(start):
            names[:] = [name for name in names if name != _INCOMING]
            for file in files:
                yield Path(folder, file).relative_to(self._root).as_posix()

    def _path(self, key: str) -> Path:
        path = self._root / checked(key)
        # A link inside the folder must not lead out of it either.
        if not path.parent.resolve().is_relative_to(self._root.resolve()):
            raise StorageError(f"{key} leads out of the storage folder.")
        return path

    @contextmanager
    def _sentences(self, key: str, *, writing: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            absent = isinstance(error, FileNotFoundError | IsADirectoryError | NotADirectoryError)
            if absent and not writing:
                raise NotStored(key) from error
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageError(f"The storage folder {self._root} is full.") from error
            reason = error.strerror or str(error)
            if writing and error.errno in _UNWRITABLE:
                raise StorageError(
                    f"The storage folder {self._root} can't be written: {reason}."
                ) from error
            raise StorageError(f"The storage folder {self._root} failed: {reason}.") from error


def _pieces(stream: BinaryIO, left: int) -> Iterator[bytes]:
    with stream:
        while left > 0 and (piece := stream.read(min(PIECE, left))):
            left -= len(piece)
            yield piece


def sync_folder(folder: Path) -> None:
    """The names in `folder` are on the disk afterwards: a rename lasts only then."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
