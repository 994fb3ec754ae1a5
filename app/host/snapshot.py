"""The database at one moment, while it is being written: what it named then, and a copy of it.
How such a copy takes the place of the database that is there: as a whole or not at all.

SQLite's online backup in one step is a consistent copy that stops nobody in WAL mode
(sqlite.org/backup.html). For PostgreSQL pg_dump and our own questions share an exported snapshot
(postgresql.org/docs, pg_export_snapshot), so that both see the same rows.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.engine import URL, Engine, make_url

from app.domain.errors import Conflict, HeardError
from app.domain.sweeping import COLUMNS
from app.models import Recording, Upload
from storage.local import sync_folder

SQLITE, POSTGRESQL = "sqlite", "postgresql"
FILES = {SQLITE: "heard.db", POSTGRESQL: "heard.dump"}


class NoTool(HeardError):
    pass


@dataclass
class Named:
    """What the database's rows name: object keys, the durable bytes of uploads under way, and of
    what customers sent the SHA-256 (hex) that it had when it came in."""

    revision: str
    keys: set[str] = field(default_factory=set)
    hashes: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)


def take(engine: Engine, path: Path) -> Named:
    """Copies the database to `path`, in its own kind's format.

    Raises:
        NoTool: PostgreSQL's programs are not here, or refused; the sentence says why.
    """
    if engine.dialect.name == SQLITE:
        return _take_sqlite(str(engine.url.database), path)
    return _take_postgresql(engine, path)


def named(engine: Engine) -> Named:
    with engine.connect() as connection:
        return _named(connection)


def copy_sqlite(source: str, path: Path) -> None:
    """A consistent copy in one file, without a log beside it."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(path)) as copy:
        live.execute("PRAGMA busy_timeout=15000")
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        said = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise HeardError(f"The database {source} is damaged: {said}.")


def put_sqlite(copy: Path, target: Path) -> None:
    """The copy takes the place of `target`. Killed at any moment, the one or the other is whole.

    Raises:
        Conflict: somebody still has `target` open.
    """
    with copy.open("rb") as written:
        os.fsync(written.fileno())
    if target.exists():
        _settle_log(target)
    for end in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    copy.replace(target)
    sync_folder(target.parent)


def put_postgresql(url: URL, dump: Path, script: Path) -> None:
    """What the dump holds takes the place of what is there, in one transaction.

    `script`: where the dump is written as SQL first, so that one that can't be read whole, or a
    full disk, is known before anything goes.

    Raises:
        NoTool: the programs are not here, or refused; all is then as it was.
    """
    pg_restore, psql = tool("pg_restore"), tool("psql")
    engine = create_engine(url)
    try:
        tables = inspect(engine).get_table_names()
        quoted = [engine.dialect.identifier_preparer.quote(each) for each in tables]
    finally:
        engine.dispose()
    drop = "DROP FUNCTION IF EXISTS heard_folded(text)"
    if quoted:
        drop = f"DROP TABLE {', '.join(quoted)} CASCADE; {drop}"
    try:
        script.touch(0o600)
        run_tool(url, pg_restore, "--no-owner", "--no-privileges", f"--file={script}", str(dump))
        alone = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1")
        run_tool(url, psql, *alone, f"--command={drop}", f"--file={script}")
    finally:
        script.unlink(missing_ok=True)


def tool(name: str) -> str:
    """One of PostgreSQL's programs. Raises NoTool."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        raise NoTool(
            f"{name} is not installed here. Install PostgreSQL's client programs "
            "(on Debian the package postgresql-client), of the server's version or newer."
        )
    return found


def run_tool(url: URL, *command: str) -> None:
    """With the connection in the environment: a command line can be read by others.

    Raises:
        NoTool: with the last line that it said.
    """
    given = {
        "PGHOST": url.host,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
        **{f"PG{name.upper()}": str(value) for name, value in url.query.items()},
    }
    env = {**os.environ, **{name: value for name, value in given.items() if value}}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["It gave no reason."])[-1]
        raise NoTool(f"{Path(command[0]).name} failed: {said}")


def _settle_log(target: Path) -> None:
    """Brings what is in the write-ahead log into the file, which is whole without it then."""
    try:
        with closing(sqlite3.connect(target, timeout=2)) as old:
            busy = old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        # One that is damaged has nothing to keep whole.
        busy = error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    if busy:
        raise Conflict(f"Somebody still has {target} open. Close it first.")


def _take_sqlite(source: str, path: Path) -> Named:
    copy_sqlite(source, path)
    engine = create_engine(f"sqlite:///{path}")
    try:
        return named(engine)
    finally:
        engine.dispose()


def _take_postgresql(engine: Engine, path: Path) -> Named:
    pg_dump = tool("pg_dump")
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        found = _named(connection)
        snapshot = connection.scalar(text("SELECT pg_export_snapshot()"))
        run_tool(
            make_url(engine.url),
            *(pg_dump, "--format=custom", "--no-owner", "--no-privileges"),
            *(f"--snapshot={snapshot}", f"--file={path}"),
        )
    return found


def _named(connection: Connection) -> Named:
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    found = Named(str(revision))
    for column in COLUMNS:
        found.keys.update(connection.scalars(select(column).where(column.is_not(None))))
    originals = select(Recording.original_key, Recording.sha256)
    found.hashes = {row.original_key: row.sha256 for row in connection.execute(originals)}
    open_ones = select(Upload.id, Upload.offset).where(Upload.state == "open", Upload.offset > 0)
    found.uploads = {row.id: row.offset for row in connection.execute(open_ones)}
    return found
