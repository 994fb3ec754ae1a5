"""What every place for objects can do, and how it says that it can't."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from storage.direct import Direct

PIECE = 256 * 1024  # bytes handed on at a time: flat memory for any length of video
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_LONGEST_KEY = 512  # S3 allows 1024 bytes; a bucket's prefix goes in front


class StorageError(Exception):
    """The place for objects refused or can't be reached. `sentence` is for a person."""

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


class NotStored(StorageError):
    """There is no object with this key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"Nothing is stored as {key}.")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that is durable. `size` in bytes, `sha256` in hex, both of what was written."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Stat:
    key: str
    size: int


class Storage(Protocol):
    """Objects by key. Every method raises StorageError with a sentence when it can't;
    trouble with the caller's own local file stays an OSError.

    Returning from `put` or `put_file` means durable: a crash a moment later loses nothing,
    and a crash before leaves nothing under the key.
    """

    @property
    def direct(self) -> Direct | None:
        """How browsers send bytes here themselves; None where they can't."""
        ...

    def put(self, key: str, data: bytes | BinaryIO, content_type: str | None = None) -> Stored: ...

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        move: bool = False,
        content_type: str | None = None,
        sha256: str = "",
    ) -> Stored:
        """Store a local file; with `move` the local file is gone afterwards. `sha256`: of its
        bytes, in hex, where the caller has counted it: where moving is all, nothing is read."""
        ...

    def open(self, key: str) -> BinaryIO:
        """Readable from the start, not seekable everywhere. Close it. NotStored if absent."""
        ...

    def read_range(self, key: str, start: int, end_inclusive: int) -> Iterator[bytes]:
        """The bytes start..end_inclusive, as in HTTP, at most PIECE at a time.

        NotStored comes from the call, not from the first piece. Ends early at the object's end.
        """
        ...

    def stat(self, key: str) -> Stat | None: ...

    def delete(self, key: str) -> None:
        """Gone afterwards; quiet if it was gone before."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Every key that begins with `prefix`, in order; "" for all."""
        ...

    def fetch(self, key: str, path: Path) -> None:
        """Copy an object to a local file; on failure no file is left at `path`."""
        ...

    def check(self) -> None:
        """Raise StorageError unless an object can be written, read and deleted right now."""
        ...


def checked(key: str) -> str:
    """`key` if it is one that we build: plain parts joined by "/", nothing that climbs."""
    parts = key.split("/")
    if len(key) > _LONGEST_KEY or not all(_PART.fullmatch(part) for part in parts):
        raise StorageError(f"{key!r:.80} can't name an object.")
    return key


class Tally:
    """Counts and hashes bytes on their way from `source`; reads like a file."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._hash = hashlib.sha256()
        self.size = 0

    def read(self, amount: int = -1) -> bytes:
        piece = self._source.read(amount)
        self._hash.update(piece)
        self.size += len(piece)
        return piece

    def stored(self, key: str) -> Stored:
        return Stored(key, self.size, self._hash.hexdigest())


def round_trip(storage: Storage) -> None:
    """Write, read back and delete a small object: what `check` means everywhere."""
    key, sent = "checks/round-trip", b"heard"
    storage.put(key, sent)
    with storage.open(key) as stream:
        got = stream.read()
    storage.delete(key)
    if got != sent:
        raise StorageError("The storage gave back other bytes than it was given.")
