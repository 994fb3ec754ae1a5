"""An older database was put back: what was erased since goes again, whatever is in the way."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import runtime
from app.domain import replaying, tombstones, welcome
from app.domain.tombstones import Tombstone
from app.extensions import db
from app.models import Erasure, Submission, Workspace, now
from storage import Storage, StorageError, keys
from tests import factories
from workers import clock

FIRST = keys.tombstone("0" * 26, "everything")  # before all others in a list


@pytest.fixture
def voices(workspace: Workspace) -> list[Submission]:
    """Each with a tombstone that the database doesn't know."""
    program = factories.program(workspace)
    found = [factories.submission(program) for _ in range(3)]
    for each in found:
        tombstones.keep(tombstone(each), runtime.storage())
    return found


def tombstone(voice: Submission) -> Tombstone:
    return Tombstone(
        voice.id, "everything", "withdrawn", voice.workspace_id, voice.program_id, f"{now()}"
    )


def states(voices: list[Submission]) -> set[str]:
    db.session.expire_all()
    return {each.state for each in voices}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"submission":"1","what":"call","reason":"staff","workspace":null,"program":"1",'
        b'"asked_at":"2026-01-01T00:00:00+00:00","sources":[]}',
    ],
)
def test_one_that_cant_be_read_keeps_no_other(voices: list[Submission], content: bytes) -> None:
    runtime.storage().put(FIRST, content)
    with pytest.raises(StorageError, match=rf"1 tombstone could not be read: {FIRST}"):
        replaying.catch_up()
    assert states(voices) == {"withdrawn"}


def test_a_place_on_the_disk_that_cant_be_read_keeps_no_other(
    voices: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_one = runtime.storage().open

    def opened(key: str) -> object:
        # A folder opens, and refuses its bytes with an OSError, as a bad sector does.
        return Folder() if voices[0].id in key else open_one(key)

    monkeypatch.setattr(runtime.storage(), "open", opened)
    with pytest.raises(StorageError, match="can't be read: Is a directory"):
        replaying.catch_up()
    assert [each.state for each in voices] == ["received", "withdrawn", "withdrawn"]


class Folder:
    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def read(self) -> bytes:
        handle = os.open("/", os.O_RDONLY)
        try:
            return os.read(handle, 1)
        finally:
            os.close(handle)


def test_a_start_erases_what_it_can(voices: list[Submission]) -> None:
    runtime.storage().put(FIRST, b"")
    welcome.prepare()
    assert states(voices) == {"withdrawn"}


@pytest.fixture
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_the_clock_asks_again_until_all_could_be_read(
    app: Flask,
    voices: list[Submission],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    key, seen = keys.tombstone(voices[0].id, "everything"), []
    runtime.storage().put(key, b"cut")

    def say(before: tuple[int, int]) -> tuple[int, int]:
        """Once in each round, before it looks at tombstones."""
        with app.app_context():
            seen.append(db.session.get_one(Submission, voices[0].id).state)
        if len(seen) == 4:  # whoever keeps the folder puts it right
            tombstones.keep(tombstone(voices[0]), runtime.storage())
        if len(seen) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return before

    monkeypatch.setattr(clock, "context", app.app_context)
    monkeypatch.setattr(clock, "tick", lambda: None)
    monkeypatch.setattr(clock, "TICK_S", 0.01)
    monkeypatch.setattr(clock, "_say", say)
    with caplog.at_level(logging.ERROR, "workers.clock"):
        clock.tick_for_ever()
    assert seen == ["received"] * 4 + ["withdrawn"]
    assert states(voices) == {"withdrawn"}
    assert [each.getMessage().count(key) for each in caplog.records] == [1]  # said once


def test_of_two_clocks_one_carries_it_out(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, fetch = factories.program(workspace), tombstones.fetch
    gone = Tombstone("1" * 26, "everything", "staff", workspace.id, program.id, f"{now()}", ("a",))
    tombstones.keep(gone, runtime.storage())

    def and_meanwhile(storage: Storage, key: str) -> Tombstone:
        with Session(db.engine) as other:
            other.add(
                Erasure(
                    workspace_id=workspace.id,
                    program_id=program.id,
                    submission_id=gone.submission,
                    what=gone.what,
                    reason=gone.reason,
                    state="settled",
                )
            )
            other.commit()
        return fetch(storage, key)

    monkeypatch.setattr(tombstones, "fetch", and_meanwhile)
    assert replaying.catch_up() == 0
    assert db.session.scalar(select(func.count(Erasure.id))) == 1
