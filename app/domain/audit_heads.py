"""The audit log's head outside of the database: how many rows there were, and the last one's hash.

Whoever cuts the log short, or writes it anew, would have to change these too. One is a file in
this machine's data folder, written after each commit; one an object in storage, written by the
clock. Both may lag behind the log and never run ahead of it, so a crash is no alarm.
"""

from __future__ import annotations

import fcntl
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app import runtime
from storage import keys
from storage.local import sync_folder

log = logging.getLogger(__name__)

KEPT_OBJECTS = 3
_LINE = re.compile(r"([0-9]{1,18}) ([0-9a-f]{64})\n?")


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """The log had `count` rows, and the last one's hash was `hash`."""

    count: int
    hash: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A head outside of the database. `head` is None where what lies there can't be read."""

    where: str
    head: Head | None


def file() -> Path:
    return runtime.settings().data / "audit.head"


def kept() -> Head | None:
    """The head in the data folder."""
    return _read(file())


def keep(head: Head) -> None:
    """Keeps the head in the data folder, durably, unless a later one is there already.

    What goes wrong is logged only: the rows are committed, and the clock tries again.
    """
    try:
        with _locked():
            known = _read(file())
            if known is None or known.count < head.count:
                _write(file(), head)
    except OSError as error:
        log.error("The audit log's head could not be kept in %s: %s", file(), error.strerror)


def keep_in_storage(head: Head) -> None:
    """Keeps the head as an object whose name says it all; older ones go but for the last few.

    Raises:
        StorageError: the storage refused.
    """
    key = keys.audit_head(head.count, head.hash)
    storage = runtime.storage()
    known = list(storage.list(keys.AUDIT_HEADS))
    if key in known:
        return
    storage.put(key, f"{head.count} {head.hash}\n".encode())
    for old in sorted([*known, key])[:-KEPT_OBJECTS]:
        storage.delete(old)


def witnesses() -> list[Witness]:
    """Every head that is kept outside. Read them before the log: they only lag behind it.

    Raises:
        StorageError: the storage can't be asked.
    """
    found = [Witness(f"the object {key}", _named(key)) for key in _objects()]
    if file().exists():
        found.append(Witness(f"the file {file()}", _read(file())))
    return found


def newest_in_storage() -> Head | None:
    """Raises StorageError where it can't be asked."""
    return max(filter(None, map(_named, _objects())), default=None)


def replace(head: Head) -> None:
    """Forgets every head outside and keeps this one: after a backup was restored, and only then.

    Raises:
        OSError, StorageError: it could not be written.
    """
    with _locked():
        _write(file(), head)
    for key in _objects():
        runtime.storage().delete(key)
    keep_in_storage(head)


def _objects() -> list[str]:
    return list(runtime.storage().list(keys.AUDIT_HEADS))


def _named(key: str) -> Head | None:
    count, _, digest = key.removeprefix(keys.AUDIT_HEADS).partition("-")
    return _parsed(f"{count} {digest}")


def _read(path: Path) -> Head | None:
    try:
        return _parsed(path.read_text(encoding="ascii"))
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def _parsed(line: str) -> Head | None:
    found = _LINE.fullmatch(line)
    return Head(int(found[1]), found[2]) if found else None


def _write(path: Path, head: Head) -> None:
    """Temporary file → fsync → rename → fsync of the folder, as for every object."""
    coming = path.with_suffix(".coming")
    with coming.open("w", encoding="ascii") as out:
        out.write(f"{head.count} {head.hash}\n")
        out.flush()
        os.fsync(out.fileno())
    coming.replace(path)
    sync_folder(path.parent)


@contextmanager
def _locked() -> Iterator[None]:
    """One writer at a time among this machine's processes and threads."""
    with open(file().with_suffix(".lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
