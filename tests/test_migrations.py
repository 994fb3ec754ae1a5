"""From nothing to today's tables and back, on both databases; the models say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from app import create_app
from app.extensions import db
from app.models import Base
from migrations import included
from tests import services
from tests.conftest import ROOT, settings_for

MIGRATIONS = str(ROOT / "migrations")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'x.db'}"
    else:
        with services.postgres() as address:
            yield address


def test_up_and_down_and_up_again(url: str, tmp_path: Path) -> None:
    app = create_app(settings_for(tmp_path, DATABASE_URL=url))
    with app.app_context():
        upgrade(MIGRATIONS)
        with db.engine.connect() as connection:
            options = {"include_object": included.include_object, "compare_type": True}
            context = MigrationContext.configure(connection, opts=options)
            assert compare_metadata(context, Base.metadata) == []
        downgrade(MIGRATIONS, revision="base")
        upgrade(MIGRATIONS)
        db.engine.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(MIGRATIONS).get_heads()) == 1
