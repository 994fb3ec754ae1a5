"""What a place for objects offers that takes bytes from browsers itself, past this program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

# S3's smallest part, except for the last (docs.aws.amazon.com, "Amazon S3 multipart upload
# limits"): what a sender has to send again at most, and waits for at the end.
PART_SIZE = 5 * 1024 * 1024
MOST_PARTS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One that has arrived. `number` from 1, `size` in bytes; `tag` is the bucket's name for it."""

    number: int
    size: int
    tag: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An object whose parts are arriving: its key, the bucket's name for the upload, when."""

    key: str
    multipart: str
    at: datetime


class Direct(Protocol):
    """Every method raises StorageError. An object is there, whole, after `finish`; not before."""

    @property
    def origin(self) -> str:
        """Where browsers send the parts to, as `https://host:port`."""
        ...

    def begin(self, key: str) -> str:
        """The bucket's name for a new upload to `key`."""
        ...

    def address(self, key: str, multipart: str, number: int, size: int, seconds: int) -> str:
        """An address that takes one PUT of this part, of exactly `size` bytes, for `seconds`."""
        ...

    def arrived(self, key: str, multipart: str) -> list[Part]:
        """In order. NotStored when the upload is over: finished, dropped or never begun."""
        ...

    def finish(self, key: str, multipart: str, parts: list[Part]) -> None:
        """Makes the object of these parts. NotStored when the upload is over."""
        ...

    def drop(self, key: str, multipart: str) -> None:
        """The parts go; quiet if they were gone before."""
        ...

    def begun(self, prefix: str) -> Iterator[Begun]:
        """All that are neither finished nor dropped, of keys that begin with `prefix`."""
        ...
