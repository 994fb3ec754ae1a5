"""`./heard restore DIR`: a backup comes back, without what was erased since it was made.

Everything is read and checked before anything is changed. The database is made ready aside:
brought to this release, erasures carried out again; then its objects are put back, and only then
does it take its place. Killed at any moment, the old database is still there or the new one is;
and where the new one is not whole yet, nothing begins on it (`app.host.interrupted`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from alembic.script import ScriptDirectory
from flask_migrate import upgrade
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import Engine, make_url

from app import create_app
from app.config import Settings
from app.domain import audit, audit_check, erasing, replaying
from app.domain.errors import Conflict, HeardError
from app.domain.tombstones import Tombstone
from app.extensions import db
from app.host import gone, interrupted, put_back, snapshot
from app.host.locks import alone
from app.host.manifest import BadBackup, Manifest, read, whole
from app.host.snapshot import Named
from app.models import Erasure
from storage import open_storage

ROOT = Path(__file__).parent.parent.parent
MIGRATIONS = str(ROOT / "migrations")


@dataclass(frozen=True, slots=True)
class Restored:
    """`folder`: the backup that it came from. `erased`: how many erasures were carried out again;
    `pending`: of those, how many still wait for the clock. `missing`: keys the backup lacks;
    `damaged`: those whose content was not what came in when the backup was made."""

    folder: Path
    objects: int
    erased: int
    pending: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def restore(
    source: Path, settings: Settings, *, force: bool = False, erasures: Sequence[Path] = ()
) -> Restored:
    """`source`: a backup, or a folder of them, of which the newest is taken. `erasures`: other
    folders that hold tombstones, such as a newer backup's.

    Raises:
        BadBackup: it isn't whole, or was made by another release or for another database.
        Conflict: Heard is running, or something is there already and `force` is off.
        NoTool, StorageError, OSError.
    """
    folder = _chosen(source)
    manifest = read(folder)
    manifest.verify(folder)
    url = make_url(settings.database_url)
    kind = url.get_backend_name()
    if manifest.kind != kind:
        raise BadBackup(f"This is a backup of {manifest.kind}, and DATABASE_URL names {kind}.")
    if manifest.revision not in {each.revision for each in _migrations().walk_revisions()}:
        raise BadBackup("This backup was made by a newer Heard: update this one first.")
    with alone(settings.data):
        storage = open_storage(settings.storage_url)
        storage.check()
        current = create_engine(settings.database_url)
        try:
            occupied = _occupied(current, force)
            folders = [folder, folder.parent, *erasures]
            known = gone.gather(storage, folders, current if occupied else None)
        finally:
            current.dispose()
        work = _Work(folder, manifest, settings, known)
        exchanged = _sqlite if kind == snapshot.SQLITE else _postgresql
        put_back.drop_parts(settings)
        audit.log.disabled = True  # the log that comes back is older than its heads, until accepted
        try:
            return exchanged(work, folder / snapshot.FILES[kind])
        finally:
            audit.log.disabled = False
            put_back.drop_parts(settings)


@dataclass(frozen=True, slots=True)
class _Work:
    """What comes back, whereto, and what must not."""

    folder: Path
    manifest: Manifest
    settings: Settings
    known: Sequence[Tombstone]


def _sqlite(work: _Work, file: Path) -> Restored:
    target = Path(str(make_url(work.settings.database_url).database))
    staged = target.with_name(".restoring.db")
    whole_file = target.with_name(".restoring.whole")
    try:
        _drop_sqlite(staged)
        shutil.copyfile(file, staged)
        erased, objects = _made_ready(
            work, replace(work.settings, database_url=f"sqlite:///{staged}")
        )
        snapshot.copy_sqlite(str(staged), whole_file)
        _exchange(work, partial(snapshot.put_sqlite, whole_file, target))
    finally:
        _drop_sqlite(staged)
        _drop_sqlite(whole_file)
    return _finish(work, objects, erased)


def _postgresql(work: _Work, file: Path) -> Restored:
    """In place, since a server's database can't be exchanged for another."""
    url = make_url(work.settings.database_url)
    script = work.settings.data / ".restoring.sql"
    _exchange(work, partial(snapshot.put_postgresql, url, file, script))
    erased, objects = _made_ready(work, work.settings)
    return _finish(work, objects, erased)


def _exchange(work: _Work, put: Callable[[], None]) -> None:
    """From here on it is the backup that counts, once all of it is in its place."""
    interrupted.begin(work.settings.data, work.folder)
    try:
        put()
    except HeardError:  # refused: all is as it was
        interrupted.end(work.settings.data)
        raise


def _made_ready(work: _Work, aside: Settings) -> tuple[int, int]:
    """How many erasures were carried out again in the database of `aside`, and how many objects
    it names."""
    with create_app(aside).app_context():
        erased, found = _ready(work.known)
        objects = put_back.objects(work.folder, work.manifest, found, work.settings)
        db.session.remove()
        db.engine.dispose()
    return erased, objects


def _ready(known: Iterable[Tombstone]) -> tuple[int, Named]:
    """The database as this release has it, without what was erased; what it names then."""
    upgrade(MIGRATIONS)
    erased = replaying.replay(known)
    db.session.remove()
    return erased, snapshot.named(db.engine)


def _finish(work: _Work, objects: int, erased: int) -> Restored:
    put_back.put_parts(work.settings)
    with create_app(work.settings).app_context():
        while erasing.due():
            pass
        pending = len(db.session.scalars(select(Erasure.id).where(Erasure.state == "due")).all())
        audit_check.accept("restored")
        db.session.remove()
        db.engine.dispose()
    interrupted.end(work.settings.data)
    missing, damaged = tuple(work.manifest.missing), tuple(work.manifest.damaged)
    return Restored(work.folder, objects, erased, pending, missing, damaged)


def _chosen(source: Path) -> Path:
    if (source / "manifest.json").is_file():
        return source
    backups = whole(source)
    if not backups:
        raise BadBackup(f"There is no whole backup in {source}.")
    return backups[-1]


def _migrations() -> ScriptDirectory:
    return ScriptDirectory(MIGRATIONS)


def _occupied(current: Engine, force: bool) -> bool:
    """Whether there is a database that would go."""
    if current.dialect.name == snapshot.SQLITE:
        occupied = Path(str(current.url.database)).exists()
    else:
        with current.connect() as connection:
            others = connection.scalar(
                text(
                    "SELECT count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            if others:
                raise Conflict(
                    f"{others} others are connected to this database. Stop all of Heard's "
                    "processes first."
                )
            occupied = bool(inspect(connection).get_table_names())
    if occupied and not force:
        raise Conflict("There is a database here already. Use --force to give it up for this one.")
    return occupied


def _drop_sqlite(path: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
