"""What was erased stays erased when an older database comes back: tombstones are carried out again.

`./heard restore` does it before anything is served; so does every start, and the clock, for a
database that was put back in another way.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import runtime
from app.domain import erasure, promises, tombstones
from app.domain.tombstones import Tombstone
from app.domain.wording import count
from app.extensions import db
from app.models import ErasedSource, Erasure, FollowUp, Submission
from storage import Storage, StorageError, keys

log = logging.getLogger(__name__)


def catch_up() -> int:
    """Carries out every tombstone in storage that this database doesn't know; how many. Commits.

    Raises:
        StorageError: the storage is away; or a tombstone is damaged, the others are carried out.
    """
    storage, known = runtime.storage(), _known()
    db.session.rollback()  # listing may take a while
    unknown = [key for key in storage.list(keys.ERASURES) if key not in known]
    unread: list[StorageError] = []
    new = replay(_fetched(storage, unknown, unread))
    if unread:
        raise StorageError(f"{count(len(unread), 'tombstone')} could not be read: {unread[0]}")
    return new


def _fetched(
    storage: Storage, found: Iterable[str], unread: list[StorageError]
) -> Iterator[Tombstone]:
    """Each by itself: one that can't be read keeps no other from being carried out."""
    for key in found:
        try:
            yield tombstones.fetch(storage, key)
        except StorageError as error:
            unread.append(error)


def replay(found: Iterable[Tombstone]) -> int:
    """Carries these out unless this database has done so; how many were new to it. Commits each.

    Rows go at once, bytes are left to `app.domain.erasing`.
    """
    known, new = _known(), 0
    for tombstone in found:
        if tombstone.key in known:
            continue
        known.add(tombstone.key)
        try:
            if not _carried_out(tombstone):
                _note(tombstone)
            db.session.commit()
        except IntegrityError:
            db.session.rollback()
            if tombstone.key not in _known():  # else another clock has, at this very moment
                raise
        else:
            new += 1
    if new:
        log.warning("%d erasures were carried out again: the database didn't know them.", new)
    return new


def _carried_out(tombstone: Tombstone) -> bool:
    """Whether there was anything to take out."""
    if tombstone.what == promises.CALL:
        call = db.session.get(FollowUp, tombstone.submission)
        return call is not None and bool(promises.forget(call, asked_at=tombstone.moment))
    submission = db.session.get(Submission, tombstone.submission)
    return submission is not None and _erased(submission, tombstone)


def _erased(submission: Submission, tombstone: Tombstone) -> bool:
    whole = tombstone.what == erasure.EVERYTHING
    erase = erasure.everything if whole else erasure.recordings
    done = erase(submission, tombstone.reason, asked_at=tombstone.moment, later=True)
    return done is not None


def _note(tombstone: Tombstone) -> None:
    """For what came and went after the backup: an import must not bring it again either."""
    db.session.add(
        Erasure(
            workspace_id=tombstone.workspace,
            program_id=tombstone.program,
            submission_id=tombstone.submission,
            what=tombstone.what,
            reason=tombstone.reason,
            asked_at=tombstone.moment,
            gone_at=tombstone.moment,
            state="settled",
            sources=[ErasedSource(fingerprint=each) for each in tombstone.sources],
        )
    )


def _known() -> set[str]:
    rows = db.session.execute(select(Erasure.submission_id, Erasure.what))
    return {keys.tombstone(submission_id, what) for submission_id, what in rows}
