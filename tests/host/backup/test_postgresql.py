"""A server's database comes back as a whole, without what was erased since."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from flask_migrate import upgrade
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app import runtime
from app.domain import audit_check, consent
from app.domain.errors import Conflict
from app.extensions import db
from app.host import backup, locks, put_back, snapshot
from app.host.restore import restore
from app.host.snapshot import NoTool
from app.models import Submission
from tests import factories, services
from tests.conftest import DATABASE, ROOT, settings_for
from tests.host.backup.kept import check, inside, voice

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(DATABASE), reason="starts databases of its own"),
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with services.postgres() as url:
        yield url


@pytest.fixture
def address(server: str, tmp_path: Path) -> str:
    """An empty database."""
    name = f"heard_{next(factories.numbers)}"
    url = settings_for(tmp_path / "data", DATABASE_URL=server).database_url
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    return f"{server.rpartition('/')[0]}/{name}"


def test_a_dump_takes_the_place_of_a_postgresql_database_as_a_whole_or_not_at_all(
    address: str, tmp_path: Path
) -> None:
    url = make_url(settings_for(tmp_path / "data", DATABASE_URL=address).database_url)
    engine = create_engine(url, poolclass=NullPool)

    def voices() -> list[int]:
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT id FROM voices ORDER BY id")))

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE voices (id int)"))
        connection.execute(text("INSERT INTO voices SELECT generate_series(1, 30000)"))
    dump, script = tmp_path / "heard.dump", tmp_path / "script.sql"
    program = snapshot.tool("pg_dump")
    snapshot.run_tool(url, program, "--format=custom", "--compress=0", f"--file={dump}")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM voices WHERE id > 1"))
        connection.execute(text("CREATE TABLE newer (id int)"))
    content = dump.read_bytes()
    broken = content.replace(b"29999\n", b"2999x\n")
    for bad in (b"PGDMP of another kind", content[: len(content) // 2], broken):
        assert bad != content
        (tmp_path / "bad.dump").write_bytes(bad)
        with pytest.raises(NoTool):
            snapshot.put_postgresql(url, tmp_path / "bad.dump", script)
        assert voices() == [1]
    snapshot.put_postgresql(url, dump, script)
    assert len(voices()) == 30000 and not script.exists()
    assert inspect(engine).get_table_names() == ["voices"]


def test_postgresql_comes_back_without_what_was_erased(address: str, tmp_path: Path) -> None:
    settings = settings_for(tmp_path / "data", DATABASE_URL=address)
    with inside(settings):
        upgrade(str(ROOT / "migrations"))
        program = factories.program(factories.workspace())
        kept, gone = (
            factories.answer(factories.submission(program), "text", written_text=text)
            for text in ("It came late.", "A quetzal was in the box.")
        )
        factories.transcript(gone, "A quetzal was in the box.")
        gone_id, kept_id, seen = gone.submission_id, kept.submission_id, voice(program)
        key = seen.answers[0].recording.original_key
        older = backup.make(tmp_path / "backups")
        consent.withdraw(db.session.get_one(Submission, gone_id))
        db.session.commit()
        runtime.storage().delete(key)
    with pytest.raises(Conflict, match="--force"):
        restore(older.folder, settings)
    for module, name in ((put_back, "objects"), (audit_check, "accept")):
        killed_at(module, name, lambda: restore(older.folder, settings, force=True))
        with pytest.raises(Conflict, match="once more"), locks.at_work(settings.data, locks.WEB):
            pass
    done = restore(older.folder, settings, force=True)
    assert done.erased == 1
    assert check(settings, [gone_id]) == 1
    with inside(settings):
        assert db.session.get_one(Submission, kept_id).state == "received"
        newer = backup.make(tmp_path / "backups")
    dump = subprocess.run(
        ["pg_restore", "-f", "-", newer.folder / "heard.dump"], capture_output=True, check=True
    ).stdout
    assert b"It came late." in dump and b"quetzal" not in dump and b"quetz" not in dump


def killed_at(module: ModuleType, name: str, work: Callable[[], object]) -> None:
    """A process does the work and dies where it would call this."""
    child = os.fork()
    if child == 0:
        setattr(module, name, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        try:
            work()
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
