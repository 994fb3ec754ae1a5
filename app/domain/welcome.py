"""What the first start makes: the first owner and the sample program; and the links to print."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select, update

from app import runtime
from app.domain import members, replaying, sample, sweeping
from app.extensions import db
from app.models import Delivery, Step, Workspace, now
from storage import StorageError

log = logging.getLogger(__name__)


def prepare() -> dict[str, str]:
    """Paths for the terminal: `board`, and where they apply `record` and `sign_in`. Commits."""
    first = db.session.scalar(select(Workspace.id).limit(1)) is None
    owner = members.ensure_first_owner()
    if first and runtime.settings().load_sample:
        sample.load(owner.workspace)
    db.session.commit()  # what follows asks the storage, with no transaction open
    _keep_erased()
    if db.engine.dialect.name == "sqlite":
        _release_leases()
        sweeping.folders(timedelta(0))
    links = {"board": "/"}
    program = sample.of(owner.workspace_id)
    if program is not None:
        links["record"] = sample.recording_path(program)
    sign_in = members.first_owner_link()
    if sign_in:
        links["sign_in"] = sign_in
    db.session.commit()
    return links


def _keep_erased() -> None:
    """Before anything is shown: the database may be an older one that somebody put back. What a
    killed restore left holds it, too."""
    settings = runtime.settings()
    for left in [*settings.data.glob(".restoring*"), *settings.uploads.glob(".restoring*")]:
        left.unlink()
    try:
        replaying.catch_up()
    except StorageError as error:  # the clock asks again
        log.warning("Not all could be asked for that was erased: %s", error.sentence)


def _release_leases() -> None:
    """On one machine no worker runs before we start them: what was under way is due at once."""
    for row in (Step, Delivery):
        db.session.execute(
            update(row).where(row.state == "leased").values(state="due", due_at=now(), fence=None)
        )
