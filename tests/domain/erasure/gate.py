"""Two at work on one voice, one inside the other's work: held by a gate, not by time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.extensions import db
from tests import services

LONGEST_S = 60


class Gate:
    """Whoever comes first waits here until the test lets them go on."""

    def __init__(self) -> None:
        self._came, self._open = threading.Event(), threading.Event()

    def stop(self) -> None:
        if not self._came.is_set():
            self._came.set()
            assert self._open.wait(LONGEST_S)

    def reached(self) -> None:
        """Waits until somebody stands there."""
        assert self._came.wait(LONGEST_S)

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*args: Any, **values: Any) -> Any:
            self.stop()
            return call(*args, **values)

        return stopped

    def after(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def stopped(*args: Any, **values: Any) -> Any:
            done = call(*args, **values)
            self.stop()
            return done

        return stopped

    @contextmanager
    def holding(self, app: Flask, work: Callable[[], object]) -> Iterator[None]:
        """`work` has come to the gate while the block is carried out, and goes on after it."""
        with beside(app, work) as under_way:
            try:
                assert self._came.wait(LONGEST_S), under_way.wrong
                yield
            finally:
                self.let_go()

    def let_go(self) -> None:
        self._open.set()


class UnderWay(threading.Thread):
    def __init__(self, app: Flask, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self.app, self.work, self.wrong = app, work, None

    def run(self) -> None:
        with self.app.app_context():
            try:
                self.work()
            except BaseException as error:  # noqa: BLE001 - told to the test
                self.wrong = error
            finally:
                db.session.remove()


@contextmanager
def beside(app: Flask, work: Callable[[], object]) -> Iterator[UnderWay]:
    """`work` goes on in a thread of its own; it has ended, and well, after the block."""
    thread = UnderWay(app, work)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(LONGEST_S)
    assert not thread.is_alive() and thread.wrong is None, thread.wrong


def until_it_waits() -> None:
    """Until somebody waits for another's lock. SQLite can't tell: there the other one is let go at
    once, and comes first or second."""
    if db.engine.dialect.name == "postgresql":
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        with Session(db.engine) as session:
            services.eventually(
                lambda: (session.rollback(), session.scalar(waiting))[1], LONGEST_S, "it waits"
            )
