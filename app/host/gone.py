"""What a backup must not bring again: tombstones, from everywhere that may know of some."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.domain import tombstones
from app.domain.tombstones import Tombstone
from app.models import Erasure
from storage import Storage


def gather(storage: Storage, folders: Sequence[Path], current: Engine | None) -> list[Tombstone]:
    """Those of the storage, of these folders, and of the database that is about to go, if one is:
    kept in the storage from now on. Raises StorageError."""
    known = [*_kept(storage), *_beside(folders)]
    if current is not None:
        known += _in_database(current)
    _keep(known, storage)
    return known


def _kept(storage: Storage) -> list[Tombstone]:
    return [tombstones.fetch(storage, key) for key in storage.list(tombstones.PREFIX)]


def _keep(known: Iterable[Tombstone], storage: Storage) -> None:
    """Before anything goes: a database may be the only one that knows of an erasure."""
    there = set(storage.list(tombstones.PREFIX))
    for each in known:
        if each.key not in there:
            tombstones.keep(each, storage)


def _beside(folders: Iterable[Path]) -> list[Tombstone]:
    paths = [path for each in folders for path in (each / tombstones.PREFIX).glob("*.json")]
    return [tombstones.read(path.name, path.read_bytes()) for path in paths]


def _in_database(current: Engine) -> list[Tombstone]:
    """Those of the database that is about to go: storage may have been away when they were made.

    One that is older than erasures has none, one that is damaged can't be asked.
    """
    try:
        with Session(current) as session:
            rows = session.scalars(select(Erasure).where(Erasure.reason != "abandoned"))
            return [tombstones.of(each) for each in rows]
    except SQLAlchemyError:
        return []
