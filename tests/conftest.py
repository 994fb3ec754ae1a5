"""The people, the application and a fresh database for each test."""

from __future__ import annotations

import gc
import os
import shutil
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import Engine, event, text

from app import create_app
from app.config import Settings, read_settings
from app.domain.clerk import new_token
from app.extensions import db, limiter
from app.models import Base, Member, Workspace
from tests import compiled, factories, turns

os.environ.setdefault("HF_HUB_OFFLINE", "1")
compiled.once()
ROOT = Path(__file__).parent.parent
# tests/test_postgresql.py runs the domain's tests once more with this set.
DATABASE = {"DATABASE_URL": url} if (url := os.environ.get("HEARD_TEST_DATABASE")) else {}

AT_ONCE = 3  # processes that run the whole set: many tests wait for processes of their own
# Each process has some of these early, so that nothing waits for them in the end.
LONGEST = ("tests/test_postgresql.py", "tests/chaos/test_chaos.py", "tests/e2e/test_axe.py")


def settings_for(data: Path, **env: str) -> Settings:
    """Settings of a test's own: its data folder, nothing fetched, no queue server needed."""
    return read_settings(
        {
            "HEARD_DATA": str(data),
            "HEARD_TESTING": "yes",
            "SECRET_KEY": "only for tests, nowhere else",
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "FETCH_MODELS": "no",
            "LOAD_SAMPLE": "no",
            "SPEECH_ENGINE": "pocketsphinx",
            **env,
        }
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long rounds run only when they are asked for, by `-m chaos`; on a server's database once
    more only what comes near a database."""
    near = {"app", "migrated"}

    def out(item: pytest.Item) -> bool:
        if item.get_closest_marker("chaos") and "chaos" not in config.option.markexpr:
            return True
        if item.get_closest_marker("postgresql") and not DATABASE:
            return True
        far = item.get_closest_marker("any_database") is not None
        return bool(DATABASE) and (far or near.isdisjoint(getattr(item, "fixturenames", ())))

    left_out = [item for item in items if out(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not out(item)]
    items[:] = _dealt(items)


def _dealt(items: list[pytest.Item]) -> list[pytest.Item]:
    """In the order in which xdist hands them out, a third to each of three processes. Those that
    can't be with all others lead, since nobody waits for them then but once; the longest follow."""
    longest = [item for item in items if item.nodeid.startswith(LONGEST)]
    kinds = {kind: [item for item in items if _kind(item) == kind] for kind in turns.KINDS}
    others = [item for item in kinds[turns.ANY] if item not in longest]
    dealt: list[pytest.Item] = []
    for process in range(AT_ONCE):
        share = (len(items) - len(dealt)) // (AT_ONCE - process)
        records = process < turns.RECORDERS
        first = kinds[turns.RECORDING][process :: turns.RECORDERS] if records else []
        if process == 0:
            first = kinds[turns.ALONE] + first
        first += longest[process::AT_ONCE]
        more = max(0, share - len(first))
        dealt += [*first, *others[:more]]
        del others[:more]
    return dealt


def _kind(item: pytest.Item) -> str:
    return next((kind for kind in turns.KINDS if item.get_closest_marker(kind)), turns.ANY)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there by now stays: looking through it for garbage again and again, as the tests make
    theirs, would be a quarter of their time."""
    if any(_kind(item) == turns.RECORDING for item in session.items):
        turns.lead()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """The whole set side by side; what somebody picked, and the long rounds, one by one."""
    picked = config.option.keyword or config.args != config.getini("testpaths")
    return 0 if picked or "chaos" in config.option.markexpr else AT_ONCE


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    with turns.turn(_kind(item)):
        return (yield)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every migration applied, copied for each test."""
    data = tmp_path_factory.mktemp("migrated")
    app = create_app(settings_for(data, **DATABASE))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        db.engine.dispose()
    return data / "heard.db"


def _compiled_once(engine: Engine) -> None:
    """Statements are compiled once for all tests' applications, which each have an engine of their
    own: the cache is SQLAlchemy's, and tells statements apart by their dialect as well."""
    with engine.connect():  # a dialect asks its first connection what the database can
        pass
    engine.dialect, cache = _COMPILED.setdefault(engine.dialect.name, (engine.dialect, {}))
    engine.update_execution_options(compiled_cache=cache)


_COMPILED: dict[str, tuple[Any, dict[Any, Any]]] = {}


def _empty() -> None:
    """A server's database is one for all tests: each leaves it empty. Deleting a few rows
    is quicker than truncating all tables, and without triggers no order is needed."""
    if DATABASE:
        deletions = " ".join(f"DELETE FROM {name};" for name in Base.metadata.tables)
        alone = "SET LOCAL session_replication_role = replica;"
        db.session.execute(text(f"DO $$ BEGIN {alone} {deletions} END $$"))
        db.session.commit()


class Visitor(FlaskClient):
    """Begins each request with an empty `g`: the test holds the application's context, in which
    the one who was signed in before would else still be."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        if has_app_context():
            for name in list(g):
                g.pop(name)
        return super().open(*args, **kwargs)


@pytest.fixture
def app(tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    data = tmp_path / "data"
    data.mkdir()
    if not DATABASE:
        shutil.copy(migrated, data / "heard.db")
    app = create_app(settings_for(data, **DATABASE))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    monkeypatch.setattr(limiter, "enabled", False)  # tests/web/test_limits.py turns it on
    app.test_client_class = Visitor
    with app.app_context():
        _compiled_once(db.engine)
        yield app
        db.session.remove()
        _empty()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def workspace(app: Flask) -> Workspace:
    return factories.workspace()


@pytest.fixture
def owner(workspace: Workspace) -> Member:
    return factories.member(workspace, "owner")


@pytest.fixture
def teammate(workspace: Workspace) -> Member:
    return factories.member(workspace, "leader")


@pytest.fixture
def stranger(app: Flask) -> Member:
    """An owner, but of another workspace."""
    return factories.member(factories.workspace("Elsewhere"), "owner")


def sign_in(client: FlaskClient, member: Member) -> FlaskClient:
    """The client with this member's session, as Flask-Login keeps it."""
    with client.session_transaction() as session:
        session["_user_id"] = f"{member.id}.{member.session_version}"
        session["_fresh"] = True
        session["began"] = session["seen"] = int(time.time())
        session["id"] = new_token()
    return client


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements that the database is sent meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
