"""What was erased, kept outside of the database: one small object for each erasure, ids and hashes
only. A database that is restored from an older backup learns from them what must not come back
(docs/adr/009-tombstones.md).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from app.models import Erasure
from storage import Storage, StorageError, keys

PREFIX = keys.ERASURES


@dataclass(frozen=True, slots=True)
class Tombstone:
    """`submission`, `what` and `reason` as on the erasure; `asked_at` in ISO 8601, UTC."""

    submission: str
    what: str
    reason: str
    workspace: str
    program: str
    asked_at: str
    sources: tuple[str, ...] = ()

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.asked_at)

    @property
    def key(self) -> str:
        return keys.tombstone(self.submission, self.what)


def of(erasure: Erasure) -> Tombstone:
    return Tombstone(
        submission=erasure.submission_id,
        what=erasure.what,
        reason=erasure.reason,
        workspace=erasure.workspace_id,
        program=erasure.program_id,
        asked_at=erasure.asked_at.isoformat(),
        sources=tuple(each.fingerprint for each in erasure.sources),
    )


def keep(tombstone: Tombstone, storage: Storage) -> None:
    """Durable afterwards. Raises StorageError."""
    storage.put(tombstone.key, json.dumps(asdict(tombstone)).encode())


def fetch(storage: Storage, key: str) -> Tombstone:
    """Raises StorageError where it can't be read, or is no tombstone."""
    with storage.open(key) as file:
        try:
            content = file.read()
        except OSError as error:
            raise StorageError(f"{key} can't be read: {error.strerror or error}.") from error
    return read(key, content)


def read(key: str, content: bytes) -> Tombstone:
    """Raises StorageError where this is no tombstone."""
    try:
        found = json.loads(content)
        tombstone = Tombstone(**{**found, "sources": tuple(found["sources"])})
        texts = {**found, "sources": "".join(tombstone.sources)}
        if tombstone.moment.tzinfo is None or {type(each) for each in texts.values()} != {str}:
            raise ValueError
    except (ValueError, TypeError, KeyError) as error:
        raise StorageError(f"{key} is damaged: it is no tombstone.") from error
    return tombstone
