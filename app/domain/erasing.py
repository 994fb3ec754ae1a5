"""The bytes of what was erased: objects, upload parts, scratch files, remnants in the database.

At once after the erasure is committed; what can't be reached now is tried again by the clock until
it is gone. Then it is looked at again later: a step or a request that was at work may still have
put something there, and died before it could take it away.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import runtime
from app.domain import parts, remnants, tombstones
from app.extensions import db
from app.models import Erasure, Export, FollowUp, Step, Submission, now
from storage import StorageError, keys

log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=30)
# The last one is later than any step's deadline.
LOOKS = (timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=2), timedelta(hours=7))
MOST = 200
IN_THE_WAY = "Somebody is still reading the database; this is tried again."


def at_once(erasure_id: str) -> None:
    """What `carry_out` does, right after a commit. The clock goes on if this doesn't."""
    try:
        carry_out([erasure_id])
    except (SQLAlchemyError, StorageError, OSError) as error:
        log.warning("Erasure %s is left to the clock: %s", erasure_id, type(error).__name__)


def due() -> int:
    """Goes on with every erasure whose time has come; how many. The clock calls it. Commits."""
    with Session(db.engine) as session:
        ids = session.scalars(
            select(Erasure.id)
            .where(Erasure.state != "settled", Erasure.due_at <= now())
            .order_by(Erasure.due_at)
            .limit(MOST)
        ).all()
    carry_out(ids)
    return len(ids)


def carry_out(ids: Sequence[str]) -> None:
    """Takes away the bytes of these erasures, as far as they can be reached. Commits."""
    with Session(db.engine, expire_on_commit=False) as session:
        mine = [each for each in ids if _claim(session, each)]
        looked = [_look(session, each) for each in mine]
        session.commit()
        if not looked:
            return
        _scratch(session)
        session.rollback()
        unclean = any(each.state == "due" or found for each, found in looked)
        clean = remnants.clean(db.engine) if unclean else True
        if any(each.state == "gone" and each.looks == 0 for each, _ in looked):
            remnants.vacuum(db.engine)
        for erasure, _ in looked:
            _settle(session, erasure, clean)
        session.commit()


def waiting(workspace_id: str) -> Sequence[Erasure]:
    """Erasures whose bytes are not all gone yet, with what is in the way."""
    return db.session.scalars(
        select(Erasure)
        .where(Erasure.workspace_id == workspace_id, Erasure.state == "due")
        .order_by(Erasure.id)
    ).all()


def _claim(session: Session, erasure_id: str) -> bool:
    """Of two who come at the same moment, one goes on."""
    was = session.scalar(select(Erasure.due_at).where(Erasure.id == erasure_id))
    if was is None:
        return False
    won = session.scalar(
        update(Erasure)
        .where(Erasure.id == erasure_id, Erasure.due_at == was, Erasure.state != "settled")
        .values(due_at=_later(was))
        .returning(Erasure.id)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    return won is not None


def _later(was: datetime) -> datetime:
    """A time that nobody else's claim has, also on a clock that is coarse or was set back."""
    return max(now() + PATIENCE, was + timedelta(microseconds=1))


def _look(session: Session, erasure_id: str) -> tuple[Erasure, int]:
    """The erasure with its trouble, and how many files were there."""
    erasure = session.get_one(Erasure, erasure_id)
    found, erasure.trouble = 0, ""
    try:
        if erasure.reason != "abandoned":
            tombstones.keep(tombstones.of(erasure), runtime.storage())
        if erasure.uploads:
            _end_parts(erasure.prefixes)
        for prefix in erasure.prefixes:
            for key in _under(session, prefix, erasure.id):
                runtime.storage().delete(key)
                found += 1
        for upload_id in erasure.uploads:
            parts.drop(upload_id)
    except StorageError as error:
        erasure.trouble = error.sentence
    except OSError as error:
        erasure.trouble = f"{error.strerror or error}."
    if erasure.trouble:
        log.error("Erasure %s is not complete: %s", erasure.id, erasure.trouble)
    if found:
        files = int(erasure.removed.get("files", 0)) + found
        erasure.removed = {**erasure.removed, "files": files}
    return erasure, found


def _end_parts(prefixes: Sequence[str]) -> None:
    """Parts that browsers sent straight to a bucket; it takes no more of them afterwards."""
    if (bucket := runtime.storage().direct) is not None:
        for prefix in prefixes:
            for begun in list(bucket.begun(prefix)):
                bucket.drop(begun.key, begun.multipart)


def _under(session: Session, prefix: str, erasure_id: str) -> list[str]:
    """The keys that must go. Of an export that was written anew since, only the older files."""
    found = list(runtime.storage().list(prefix))
    if not prefix.startswith(keys.export("", "").rstrip("/")):
        return found
    named = set(session.scalars(select(Export.key).where(Export.key.in_(found))))
    # A step's fence is an id, and ids sort by time.
    return [key for key in found if key not in named and key.split("/")[2] < erasure_id]


def _settle(session: Session, erasure: Erasure, clean: bool) -> None:
    if erasure.trouble or not clean:
        erasure.trouble = erasure.trouble or IN_THE_WAY
        return  # due again after PATIENCE
    if erasure.state == "due":
        erasure.state, erasure.gone_at = "gone", now()
    else:
        erasure.looks += 1
    if erasure.looks < len(LOOKS):
        erasure.due_at = now() + LOOKS[erasure.looks]
    elif erasure.reason == "abandoned":
        _forget_draft(session, erasure)
    else:
        erasure.state, erasure.prefixes, erasure.uploads = "settled", [], []


def _forget_draft(session: Session, erasure: Erasure) -> None:
    """What was never received leaves no row, once a call that was promised has been made."""
    draft = erasure.submission_id
    if session.scalar(select(FollowUp.id).where(FollowUp.submission_id == draft).limit(1)):
        erasure.due_at = now() + LOOKS[-1]
        return
    session.execute(delete(Submission).where(Submission.id == draft))
    session.delete(erasure)


def _scratch(session: Session) -> None:
    """What lies in the folders of steps that nobody holds any more: each carries its step's
    fence in its name. The folder itself is its worker's (`app.domain.holding`)."""
    folders = [(path, path.name.split("-")) for path in runtime.settings().scratch.glob("*-*-*")]
    held = set(session.scalars(select(Step.fence).where(Step.state == "leased")))
    for path, words in folders:
        if len(words[1]) == 26 and words[1] not in held:
            with suppress(FileNotFoundError):  # its work ended this moment
                for each in path.iterdir():
                    shutil.rmtree(each, ignore_errors=True)
