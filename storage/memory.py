"""Objects in this process's memory: for tests and for trying things out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from storage.base import PIECE, NotStored, Stat, Stored, checked, round_trip

_named: dict[str, dict[str, bytes]] = {}


class MemoryStorage:
    direct = None

    def __init__(self, objects: dict[str, bytes] | None = None) -> None:
        self._objects: dict[str, bytes] = {} if objects is None else objects

    @classmethod
    def named(cls, name: str) -> MemoryStorage:
        """The same objects for the same name, wherever in this process it is opened."""
        return cls(_named.setdefault(name, {}))

    def put(self, key: str, data: bytes | BinaryIO, content_type: str | None = None) -> Stored:
        content = data if isinstance(data, bytes) else data.read()
        self._objects[checked(key)] = content
        return Stored(key, len(content), hashlib.sha256(content).hexdigest())

    def put_file(
        self,
        key: str,
        path: Path,
        *,
        move: bool = False,
        content_type: str | None = None,
        sha256: str = "",
    ) -> Stored:
        stored = self.put(key, path.read_bytes())
        if move:
            path.unlink()
        return stored

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self._content(key))

    def read_range(self, key: str, start: int, end_inclusive: int) -> Iterator[bytes]:
        wanted = self._content(key)[start : end_inclusive + 1]
        return (wanted[at : at + PIECE] for at in range(0, len(wanted), PIECE))

    def stat(self, key: str) -> Stat | None:
        content = self._objects.get(checked(key))
        return None if content is None else Stat(key, len(content))

    def delete(self, key: str) -> None:
        self._objects.pop(checked(key), None)

    def list(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in list(self._objects) if key.startswith(prefix)))

    def fetch(self, key: str, path: Path) -> None:
        path.write_bytes(self._content(key))

    def check(self) -> None:
        round_trip(self)

    def _content(self, key: str) -> bytes:
        try:
            return self._objects[checked(key)]
        except KeyError:
            raise NotStored(key) from None
