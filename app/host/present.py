"""Whether there is a Heard where a command looks: who only reads makes none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import create_engine, inspect
from sqlalchemy.engine import make_url

from app.config import Settings
from app.domain.errors import NotFound

TABLE = "alembic_version"  # the first that a migration makes


def check(settings: Settings) -> None:
    """Makes nothing, not even the file.

    Raises:
        NotFound: there is no database of Heard's; the sentence says how to tell where it is.
        SQLAlchemyError: its server does not answer.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "").resolve()
        if not _in_file(path):
            raise NotFound(
                f"There is no Heard in {path.parent} yet: say with --data or HEARD_DATA where its "
                "data folder is, or make one there with ./heard up."
            )
        return
    engine = create_engine(url)
    try:
        if not inspect(engine).has_table(TABLE):
            raise NotFound(
                "There is no Heard yet in the database that DATABASE_URL names: "
                "./heard migrate makes it."
            )
    finally:
        engine.dispose()


def _in_file(path: Path) -> bool:
    """What can't be read as a database is left to whoever opens it, who says why."""
    if not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as file:
            query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
            return bool(file.execute(query, (TABLE,)).fetchone()[0])
    except sqlite3.Error:
        return True
