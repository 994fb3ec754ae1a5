"""Ordering and taking exports: owner works, leader may not, stranger may not."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app import runtime
from app.domain import progress
from app.extensions import db
from app.models import Answer, AuditEntry, Export, Member, Program, Run, Workspace
from app.web import exports, rechecking
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def answer(program: Program) -> Answer:
    answer = factories.answer(factories.submission(program))
    factories.transcript(answer, "It came nine days late.")
    return answer


def order(client: FlaskClient, program: Program, **values: str) -> int:
    form = {"program": program.id, "format": "csv", "level": "segments", "purpose": "internal"}
    return client.post("/exports", data={**form, **values}).status_code


def test_an_owner_orders_one_and_takes_it_once_it_is_written(
    client: FlaskClient, owner: Member, program: Program
) -> None:
    sign_in(client, owner)
    assert order(client, program) == 303
    export = db.session.scalars(select(Export)).one()
    assert export.filename in client.get("/exports").text
    assert client.get(f"/exports/{export.id}/file").status_code == 409
    export.key = runtime.storage().put(f"exports/{export.id}/x.csv", b"text\r\nhello\r\n").key
    export.size = 13
    db.session.commit()
    taken = client.get(f"/exports/{export.id}/file")
    assert taken.data == b"text\r\nhello\r\n"
    assert export.filename in taken.headers["Content-Disposition"]


def test_one_that_is_written_while_the_page_is_made_can_be_taken(
    client: FlaskClient, owner: Member, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL shows each query what was committed by then: no file, then that it is done."""
    sign_in(client, owner)
    order(client, program)
    describe = exports.progress.describe

    def written(run: Run, moment: datetime) -> progress.Progress:
        keys = update(Export).values(key="exports/x.csv", size=13)
        db.session.execute(keys.execution_options(synchronize_session=False))
        run.steps[0].state = "done"
        return describe(run, moment)

    monkeypatch.setattr(exports.progress, "describe", written)
    page = client.get("/exports/list").text
    assert "Download" in page and "every 1s" not in page


def test_a_slow_download_is_noted_once(
    client: FlaskClient, owner: Member, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is being sent it is asked for again and again, by nobody but ourselves."""
    monkeypatch.setattr(rechecking, "AGAIN_S", -1.0)
    sign_in(client, owner)
    order(client, program)
    export = db.session.scalars(select(Export)).one()
    body = bytes(3_000_000)
    export.key = runtime.storage().put(f"exports/{export.id}/x.csv", body).key
    db.session.commit()
    for times in (1, 2):
        assert client.get(f"/exports/{export.id}/file").data == body
        noted = db.session.scalars(select(AuditEntry.action)).all()
        assert noted.count("export.downloaded") == times


def test_an_unknown_format_is_refused_in_words(
    client: FlaskClient, owner: Member, program: Program
) -> None:
    assert order(sign_in(client, owner), program, format="doc") == 422


def test_a_leader_may_not(client: FlaskClient, teammate: Member, program: Program) -> None:
    sign_in(client, teammate)
    assert client.get("/exports").status_code == 404
    assert order(client, program) == 404


def test_a_stranger_may_not(
    client: FlaskClient, stranger: Member, program: Program, answer: Answer
) -> None:
    sign_in(client, stranger)
    assert order(client, program) == 404
    assert client.get(f"/answers/{answer.id}/captions.srt").status_code == 404


def test_captions_of_one_recording(client: FlaskClient, teammate: Member, answer: Answer) -> None:
    sign_in(client, teammate)
    subrip = client.get(f"/answers/{answer.id}/captions.srt").text
    assert "00:00:00,000 --> 00:00:05,000" in subrip and "nine days late" in subrip
    assert client.get(f"/answers/{answer.id}/captions.vtt").text.startswith("WEBVTT")
