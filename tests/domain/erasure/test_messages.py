"""Taken back while a message about it is written or sent: it isn't told any more, or the receipt
says that it had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import alerts, consent, follow_ups, mail, messages, outbox
from app.extensions import db
from app.models import Delivery, Erasure, Member, Submission, now
from tests.domain import sending
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from tests.domain.erasure.marked import LINE, MARKER, erase, nowhere
from tests.receivers import MailServer

OTHER = "The driver was kind."
A_DAY = timedelta(days=1)


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer()
    sending.configure(tmp_path / "data", SMTP_URL=server.url)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["found", "digest"])
def cadence(request: pytest.FixtureRequest) -> str:
    return "now" if request.param == "found" else "daily"


@pytest.fixture
def delivery_id(voice: Submission, teammate: Member, cadence: str) -> str:
    """A message about the voice, and where it is a digest about another one, that is to go out."""
    sending.follow(teammate, voice.program, cadence=cadence)
    alerts.announce(voice.answers[0].id)
    if cadence == "daily":
        alerts.announce(sending.another(voice.program, OTHER).answer.id)
    db.session.commit()
    assert alerts.digests(now() + A_DAY) == (cadence == "daily")
    return db.session.scalars(select(Delivery.id)).one()


def words(server: MailServer) -> str:
    bodies = [each.get_body(("plain",)) for each in server.letters]
    return " ".join(each.get_content() for each in bodies if each is not None)


def test_what_is_being_sent_is_on_the_receipt(
    app: Flask,
    voice: Submission,
    delivery_id: str,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    monkeypatch.setattr(mail, "send", gate.before(mail.send))
    with gate.holding(app, partial(outbox.deliver, delivery_id)):
        receipt = erase(voice)
        assert post_office.letters == []
    assert receipt.removed["told"] == 1
    assert MARKER in words(post_office)
    outbox.again(db.session.get_one(Delivery, delivery_id))
    db.session.commit()
    post_office.letters.clear()
    outbox.deliver(delivery_id)
    assert MARKER not in words(post_office)
    nowhere()


def test_what_was_taken_up_and_not_yet_written_says_nothing_of_it(
    app: Flask,
    voice: Submission,
    delivery_id: str,
    cadence: str,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = Gate()
    monkeypatch.setattr(messages, "compose", gate.before(messages.compose))
    with gate.holding(app, partial(outbox.deliver, delivery_id)):
        assert "told" not in erase(voice).removed
    row = db.session.get_one(Delivery, delivery_id)
    assert row.state == "done", (row.state, row.error)
    if cadence == "now":
        assert (post_office.letters, row.error) == ([], outbox.NOTHING_LEFT)
    else:
        assert OTHER in words(post_office) and MARKER not in words(post_office)
    nowhere()


def test_what_has_gone_out_is_on_the_receipt_and_what_waits_is_not(
    voice: Submission, delivery_id: str, post_office: MailServer, owner: Member
) -> None:
    assert outbox.deliver(delivery_id)
    sending.follow(owner, voice.program)
    alerts.announce(voice.answers[0].id)
    db.session.commit()
    assert erase(voice).removed["told"] == 1


def test_a_call_that_the_team_was_told_of_is_on_the_receipt(
    voice: Submission, owner: Member, post_office: MailServer
) -> None:
    follow_ups.ask(voice.program, voice, "555 0100", LINE)
    db.session.commit()
    delivery_id = db.session.scalars(select(Delivery.id)).one()
    assert outbox.deliver(delivery_id) and "was heard" in words(post_office)
    assert erase(voice).removed["told"] == 1


def test_a_digest_that_is_being_gathered_goes_on_without_it(
    app: Flask,
    voice: Submission,
    teammate: Member,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sending.follow(teammate, voice.program, cadence="daily")
    alerts.announce(voice.answers[0].id)
    alerts.announce(sending.another(voice.program, OTHER).answer.id)
    db.session.commit()
    gate = Gate()
    monkeypatch.setattr(outbox, "add", gate.before(outbox.add))
    _taken_back_at(gate, app, voice.id, lambda: alerts.digests(now() + A_DAY))
    outbox.deliver(db.session.scalars(select(Delivery.id)).one())
    assert OTHER in words(post_office) and MARKER not in words(post_office)
    nowhere()


def test_a_notice_that_is_being_written_is_not_sent(
    app: Flask,
    voice: Submission,
    teammate: Member,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sending.follow(teammate, voice.program)
    gate, answer_id = Gate(), voice.answers[0].id
    monkeypatch.setattr(outbox, "add", gate.after(outbox.add))

    def announce() -> None:
        alerts.announce(answer_id)
        db.session.commit()

    _taken_back_at(gate, app, voice.id, announce)
    for delivery_id in db.session.scalars(select(Delivery.id)).all():
        assert not outbox.deliver(delivery_id)
    assert post_office.letters == []
    assert "told" not in db.session.scalars(select(Erasure)).one().removed
    nowhere()


def _taken_back_at(gate: Gate, app: Flask, voice_id: str, work: Callable[[], object]) -> None:
    """While `work` stands at the gate with its transaction open."""

    def take_back() -> None:
        consent.withdraw(db.session.get_one(Submission, voice_id))
        db.session.commit()

    db.session.remove()
    with gate.holding(app, work), beside(app, take_back):
        until_it_waits()
        gate.let_go()
    assert db.session.get_one(Submission, voice_id).state == "withdrawn"
