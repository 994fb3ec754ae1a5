"""What is called after a commit: each call once, none for what was rolled back."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from app.domain.clerk import after_commit
from app.extensions import db


@pytest.fixture
def rung(app: Flask) -> list[str]:
    return []


def test_one_call_that_fails_takes_no_other_with_it(
    rung: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> None:
        raise OSError(5, "Input/output error")

    after_commit(lambda: rung.append("before"))
    after_commit(fails)
    after_commit(lambda: rung.append("after"))
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    assert rung == ["before", "after"]
    assert "Input/output error" in caplog.text
    db.session.commit()
    assert rung == ["before", "after"]


@pytest.mark.parametrize("statements", [0, 1])
def test_what_was_rolled_back_is_never_rung(rung: list[str], statements: int) -> None:
    db.session.rollback()
    after_commit(lambda: rung.append("lost"))
    for _ in range(statements):
        db.session.execute(text("SELECT 1"))
    db.session.rollback()
    db.session.execute(text("SELECT 1"))
    db.session.commit()
    assert rung == []
