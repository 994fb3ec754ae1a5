"""The application with a world in it, all in memory, for tests that ask it thousands of things."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from app import create_app
from app.extensions import db, limiter
from tests.conftest import Visitor, settings_for
from tests.web import world as worlds
from tests.web.world import World


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Flask]:
    """Objects in memory, a database that doesn't wait for the disk, no limits, no form tokens;
    whatever would be a 500 is one, as for a real visitor."""
    data = tmp_path_factory.mktemp("quick")
    (data / "heard.db").write_bytes(migrated.read_bytes())
    settings = settings_for(
        data, STORAGE_URL="memory://", DATABASE_URL=f"sqlite:///{data}/heard.db"
    )
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.test_client_class = Visitor
    enabled, limiter.enabled = limiter.enabled, False
    with app.app_context():
        event.listen(db.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
        yield app
        db.session.remove()
        db.engine.dispose()
    limiter.enabled = enabled


@pytest.fixture(scope="module")
def ours(quick: Flask) -> World:
    return worlds.build("Ours")
