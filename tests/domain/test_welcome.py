"""The first start makes an owner and the sample program; the second neither."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import sample, welcome
from app.extensions import db
from app.models import Member, Program, Submission
from tests.domain.sending import configure


@pytest.fixture(autouse=True)
def _first_start(app: Flask) -> None:
    configure(runtime.settings().data, LOAD_SAMPLE="yes")


def test_the_first_start_keeps_an_owner_and_the_sample() -> None:
    links = welcome.prepare()
    db.session.rollback()  # only what was committed is there for those who start next
    assert db.session.scalar(select(Program.is_sample)) is True
    assert (db.session.scalar(select(func.count()).select_from(Submission)) or 0) >= 12
    assert links["record"].startswith("/r/") and links["sign_in"].startswith("/sign-in/link/")


def test_the_second_start_brings_no_sample_back() -> None:
    welcome.prepare()
    sample.remove(db.session.scalars(select(Program)).one())
    db.session.commit()
    links = welcome.prepare()
    assert "record" not in links
    assert db.session.scalar(select(func.count()).select_from(Member)) == 1
