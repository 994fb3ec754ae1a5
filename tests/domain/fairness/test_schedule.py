"""The clock comes to an end with every audit, also where it is killed at one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain.fairness import audits, schedule
from app.extensions import db
from app.models import FairnessAudit, FairnessWatch, Program, Workspace, now
from tests.domain.erasure.gate import Gate, beside
from tests.domain.fairness import crowd

SOON = timedelta(minutes=30)


class Killed(BaseException):
    pass


@pytest.fixture
def asked(workspace: Workspace) -> Program:
    program = crowd.program(workspace)
    schedule.ask(program)
    db.session.commit()
    return program


def made() -> int:
    return db.session.scalar(select(func.count()).select_from(FairnessAudit)) or 0


def waits() -> timedelta:
    return db.session.scalars(select(FairnessWatch.next_at)).one() - now()


@pytest.mark.parametrize("days", [7, 0])
@pytest.mark.parametrize("at", ["draw", "_remember"])
def test_an_audit_that_the_clock_was_killed_at_is_made_soon(
    asked: Program, monkeypatch: pytest.MonkeyPatch, at: str, days: int
) -> None:
    settings = replace(runtime.settings(), fairness_days=days)
    monkeypatch.setattr(runtime, "settings", lambda: settings)

    def dies(*_arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(audits, at, dies)
        schedule.due()
    db.session.remove()
    assert schedule.due() == 0, "not every three seconds"
    assert made() == 0 and timedelta() < waits() < SOON
    with monkeypatch.context() as patch:
        patch.setattr(schedule, "now", lambda: now() + SOON)
        assert schedule.due() == 1 and made() == 1
    assert waits() > timedelta(days=6)


def test_who_asks_while_it_is_measured_has_it_measured_again(
    app: Flask, asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, program_id = audits.draw, asked.id

    def asks() -> None:
        schedule.ask(db.session.get_one(Program, program_id))
        db.session.commit()

    def meanwhile(*arguments: object) -> object:
        with beside(app, asks):
            return draw(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(audits, "draw", meanwhile)
        assert schedule.due() == 1
    assert schedule.due() == 1 and schedule.due() == 0
    assert made() == 2


def test_one_that_another_made_meanwhile_waits_for_its_time(
    app: Flask, asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw, program_id = audits.draw, asked.id

    def another() -> None:
        audits.make(db.session.get_one(Program, program_id), "command")
        db.session.commit()

    def overtaken(*arguments: object) -> object:
        monkeypatch.setattr(audits, "draw", draw)
        with beside(app, another):
            pass
        return draw(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(audits, "draw", overtaken)
    assert schedule.due() == 1 and made() == 1
    assert waits() > timedelta(days=6)


def test_of_two_clocks_that_see_it_one_audits(
    app: Flask, asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, audited = Gate(), []
    db.session.remove()
    monkeypatch.setattr(runtime, "settings", gate.before(runtime.settings))
    with gate.holding(app, lambda: audited.append(schedule.due())):
        assert schedule.due() == 1
    assert audited == [0] and made() == 1
