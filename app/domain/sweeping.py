"""The hourly look for what nobody names any more: leftovers of workers that were killed."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, islice

from sqlalchemy import func, select

from app import runtime
from app.domain import capture, erasing, erasure, promises, retention, uploads
from app.domain.errors import Conflict
from app.extensions import db
from app.models import Clip, Export, FollowUp, Recording, Submission, Upload, Workspace, now
from app.models.base import ALPHABET

log = logging.getLogger(__name__)

PREFIXES = ("recordings/", "highlights/", "exports/")
# Far longer than any step's deadline: whoever is going to name the object has done so by then.
UNNAMED_FOR = timedelta(hours=6)
HOURLY = timedelta(hours=1)
MOST = 500  # objects deleted at a time: an hour later comes the next look
BATCH = 200


def objects(older_than: timedelta = UNNAMED_FOR) -> int:
    """Deletes objects that no row names and that are `older_than` this; how many.

    Objects older than this database's first workspace are left alone: they are another
    installation's, or the database was exchanged by mistake and comes back.

    Raises:
        StorageError: the place for objects is away.
    """
    storage, born = runtime.storage(), db.session.scalar(select(func.min(Workspace.created_at)))
    if born is None:
        return 0
    db.session.rollback()  # listing may take a while
    found = chain.from_iterable(storage.list(prefix) for prefix in PREFIXES)
    before = now() - older_than
    old = (key for key in found if (at := _made_at(key)) and born <= at < before)
    deleted = 0
    for key in islice(_unnamed(old), MOST):
        storage.delete(key)
        deleted += 1
    if deleted:
        log.warning("%d objects that no row names were deleted.", deleted)
    return deleted


def drafts() -> int:
    """Takes back what was begun, and brought nothing for `uploads.KEPT_FOR`, and was not sent;
    how many. Commits.

    Nobody said that they were done, so nobody gave anything; and nobody would ever see it.
    """
    ended, last = 0, ""
    while abandoned := _abandoned(now(), last):
        for submission in abandoned:
            last = submission.id
            try:
                capture.hold(submission)
            except Conflict:  # it was sent at this very moment
                continue
            erasure.everything(submission, "abandoned")
            db.session.commit()
            ended += 1
    return ended


def _abandoned(moment: datetime, after: str) -> Sequence[Submission]:
    """The next of them by id."""
    # However an upload ended: it expires `KEPT_FOR` after its newest byte.
    lately = select(Upload.submission_id).where(Upload.expires_at > moment)
    return db.session.scalars(
        select(Submission)
        .where(
            Submission.id > after,
            Submission.state == "draft",
            Submission.created_at < moment - uploads.KEPT_FOR,
            Submission.id.not_in(lately),
        )
        .order_by(Submission.id)
        .limit(BATCH)
    ).all()


def calls() -> int:
    """Deletes kept promises: calls that a customer who took all else back had asked for, once
    they are done; how many. Commits."""
    kept = select(FollowUp).join(Submission, FollowUp.submission_id == Submission.id)
    done = db.session.scalars(
        kept.where(Submission.state == "withdrawn", FollowUp.state == "done")
    ).all()
    receipts = [receipt.id for call in done if (receipt := promises.forget(call))]
    db.session.commit()
    if receipts:
        erasing.carry_out(receipts)
    return len(receipts)


def folders(older_than: timedelta = UNNAMED_FOR) -> int:
    """Deletes what killed workers left in their scratch folder; how many entries."""
    scratch, before = runtime.settings().scratch, (now() - older_than).timestamp()
    left = [each for each in scratch.glob("*") if each.stat().st_mtime <= before]
    for each in left:
        shutil.rmtree(each, ignore_errors=True) if each.is_dir() else each.unlink()
    return len(left)


def halves() -> None:
    """Has the storage drop what was half written when its writer was killed, a day ago.

    Raises:
        StorageError: the place for objects is away, or takes nothing.
    """
    runtime.storage().check()


def _unnamed(found: Iterator[str]) -> Iterator[str]:
    while batch := list(islice(found, BATCH)):
        known = _named(batch)
        db.session.rollback()
        yield from (key for key in batch if key not in known)


# Every column that names an object.
COLUMNS = (
    Recording.original_key,
    Recording.playable_key,
    Recording.poster_key,
    Recording.audio_key,
    Recording.muted_key,
    Clip.key,
    Export.key,
)


def _named(batch: Sequence[str]) -> set[str]:
    named = {
        str(key)
        for column in COLUMNS
        for key in db.session.scalars(select(column).where(column.in_(batch)))
    }
    # An upload's object lies under the upload's id before the row of its recording is there.
    owners = {key.split("/")[1] for key in batch}
    arriving = select(Upload.id).where(Upload.id.in_(owners), Upload.state == "open")
    under_way = set(db.session.scalars(arriving))
    return named | {key for key in batch if key.split("/")[1] in under_way}


def _made_at(key: str) -> datetime | None:
    """When the newest id in the key was made (`new_id` begins with its milliseconds)."""
    times = [
        sum(ALPHABET.index(letter) << (5 * place) for place, letter in enumerate(reversed(part)))
        >> 80
        for part in key.split("/")
        if len(part) == 26 and set(part) <= set(ALPHABET)
    ]
    return datetime.fromtimestamp(max(times) / 1000, UTC) if times else None


# What must not be here first, then drafts: what is left of them goes in the same round.
ALL = (retention.carry_out, drafts, folders, calls, halves, objects)
