"""Voices to back up, and whether they came back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from app import create_app, runtime
from app.config import Settings
from app.domain import audit_check
from app.extensions import db
from app.host import manifest
from app.host.snapshot import named
from app.models import Program, Recording, Submission
from storage import keys
from tests import factories


def voice(
    program: Program, words: str = "The porcelain was broken.", *, content: bytes = b""
) -> Submission:
    submission = factories.submission(program)
    answer = factories.answer(submission)
    assert answer.recording is not None
    key = keys.original(answer.recording.id, "0")
    content = content or f"face and voice of {submission.id}".encode()
    stored = runtime.storage().put(key, content)
    answer.recording.original_key, answer.recording.sha256 = key, stored.sha256
    answer.recording.size = stored.size
    factories.transcript(answer, words)
    db.session.commit()
    return submission


def here() -> Settings:
    return runtime.settings()


def stop() -> None:
    db.session.remove()
    db.engine.dispose()


def killed(*_: object) -> None:
    raise KeyboardInterrupt


@contextmanager
def inside(settings: Settings) -> Iterator[None]:
    with create_app(settings).app_context():
        try:
            yield
        finally:
            stop()


def check(settings: Settings, withdrawn: list[str]) -> int:
    """Every object that the database names is there, with its hash; nothing is back. Recordings."""
    with inside(settings):
        storage, recordings = runtime.storage(), 0
        assert [key for key in named(db.engine).keys if storage.stat(key) is None] == []
        for row in db.session.scalars(select(Recording)):
            assert _content(row.original_key) == manifest.File(row.size, row.sha256)
            recordings += 1
        back = db.session.scalars(
            select(Submission.id).where(
                Submission.id.in_(withdrawn), Submission.state != "withdrawn"
            )
        ).all()
        assert back == []
        assert audit_check.verify().problems == []
        return recordings


def lost(settings: Settings) -> list[str]:
    """Recordings whose object isn't there with the hash that the row says; empty is good."""
    with inside(settings):
        return [
            row.id
            for row in db.session.scalars(select(Recording))
            if _content(row.original_key).sha256 != row.sha256
        ]


def count(settings: Settings, model: type) -> int:
    with inside(settings):
        return db.session.scalar(select(func.count()).select_from(model)) or 0


def _content(key: str) -> manifest.File:
    with runtime.storage().open(key) as file:
        return manifest.copy(file, None)
