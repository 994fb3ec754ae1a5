"""What passes with time is told from what is wrong."""

from __future__ import annotations

import socket
import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app import create_app
from app.domain import troubles
from app.extensions import db
from tests import services
from tests.chaos.troubles import locked
from tests.conftest import settings_for


def raised(url: str, statement: str, **options: object) -> DBAPIError:
    engine = create_engine(url, **options)
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    return caught.value


def test_a_wrong_statement_is_ours_to_mend(tmp_path: Path) -> None:
    error = raised(f"sqlite:///{tmp_path / 'x.db'}", "SELECT * FROM nowhere")
    assert isinstance(error, troubles.RAISED) and not troubles.away(error)


def test_a_locked_database_passes_and_nothing_was_committed(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    sqlite3.connect(database).execute("CREATE TABLE t (x)").connection.close()
    with locked(database):
        options = {"connect_args": {"timeout": 0.1}}
        error = raised(f"sqlite:///{database}", "INSERT INTO t VALUES (1)", **options)
    assert troubles.away(error) and not troubles.undecided(error)
    assert troubles.sentence(error) == "The database did not answer."


def test_a_file_that_cant_be_opened_passes(tmp_path: Path) -> None:
    assert troubles.away(raised(f"sqlite:///{tmp_path}/no/such/folder.db", "SELECT 1"))


def test_a_server_that_went_away_may_have_committed() -> None:
    url = f"postgresql+psycopg://heard@127.0.0.1:{services.free_port()}/heard"
    error = raised(url, "SELECT 1")
    assert troubles.away(error) and troubles.undecided(error)


@pytest.mark.slow
def test_a_server_that_takes_calls_but_never_answers_is_given_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://heard@127.0.0.1:{port}/heard"
        app = create_app(settings_for(tmp_path, DATABASE_URL=url))
        app.config.update(PROPAGATE_EXCEPTIONS=False)
        began = time.monotonic()
        answer = app.test_client().get("/healthz", headers={"Accept": "application/json"})
        assert answer.status_code == 503
        assert time.monotonic() - began < 60  # of a wait without end
        with app.app_context():
            db.engine.dispose()
