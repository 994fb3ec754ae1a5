"""Limits hold while the queue server, which counts for all web processes, is away."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app import create_app
from app.extensions import db, limiter
from tests.conftest import DATABASE, settings_for


def test_guessing_is_slowed_down_without_a_queue_server(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr(limiter, "_storage_dead", False)  # and so it is after this test
    if not DATABASE:
        shutil.copy(migrated, tmp_path / "heard.db")
    app = create_app(settings_for(tmp_path, HEARD_TESTING="no", **DATABASE))
    app.config.update(WTF_CSRF_ENABLED=False)
    client = app.test_client()
    typed = {"email": "nobody@example.com", "password": "a guess"}
    statuses = [client.post("/sign-in", data=typed).status_code for _ in range(11)]
    with app.app_context():
        db.engine.dispose()
    assert statuses == [422] * 10 + [429]
