"""What has gone out about a voice is on its receipt, whatever became of its moments, of the message
or of its channel since; and what has not gone out isn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain import (
    alerts,
    calls,
    channels,
    consent,
    follow_ups,
    following,
    forgetting,
    gone_out,
    outbox,
    receipt,
)
from app.extensions import db
from app.models import Delivery, Erasure, GoneOut, Highlight, Member, Submission, Subscription, now
from tests import factories
from tests.domain import sending
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from tests.domain.erasure.marked import MARKER, erase, nowhere
from tests.receivers import MailServer, WebServer, free_port

SECRET = "whsec_" + "a" * 43 + "="
OTHER = "The driver was kind."


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    yield from _open(MailServer(), tmp_path)


@pytest.fixture
def receiver(app: Flask, tmp_path: Path) -> Iterator[WebServer]:
    server = WebServer()
    server.start()
    sending.configure(tmp_path / "data", ALLOW_PRIVATE_WEBHOOKS="yes")
    yield server
    server.stop()


def _open(server: MailServer, tmp_path: Path) -> Iterator[MailServer]:
    sending.configure(tmp_path / "data", SMTP_URL=server.url)
    server.start()
    yield server
    server.stop()


def announced(voice: Submission, member: Member, **values: Any) -> Delivery:
    """A message about it that is to go out."""
    sending.follow(member, voice.program, **values)
    alerts.announce(voice.answers[0].id)
    db.session.commit()
    return db.session.scalars(select(Delivery)).one()


def told(voice: Submission) -> int:
    number = erase(voice).removed.get("told", 0)
    assert db.session.scalars(select(GoneOut).filter_by(submission_id=voice.id)).all() == []
    nowhere()
    return number


def cut_anew(voice: Submission) -> None:
    """As after a correction of its words: another moment is worth hearing."""
    answer = voice.answers[0]
    transcript = next(each for each in answer.transcripts if each.current)
    for moment in db.session.scalars(select(Highlight)):
        forgetting.objects([clip.key for clip in moment.clips if clip.key])
        db.session.delete(moment)
    db.session.flush()
    factories.highlight(answer, transcript, start=5.0, end=10.0, quote="And more.")


def without_channel(voice: Submission) -> None:
    channels.remove(db.session.scalars(select(Delivery)).one().channel)
    db.session.commit()


def unfollowed(voice: Submission) -> None:
    following.unfollow(db.session.scalars(select(Subscription)).one())
    db.session.commit()


def to_be_sent_again(voice: Submission) -> None:
    outbox.again(db.session.scalars(select(Delivery)).one())
    db.session.commit()


@pytest.mark.parametrize("since", [cut_anew, without_channel, unfollowed, to_be_sent_again])
def test_it_is_counted_whatever_became_of_it_since(
    voice: Submission,
    teammate: Member,
    post_office: MailServer,
    since: Callable[[Submission], None],
) -> None:
    assert outbox.deliver(announced(voice, teammate).id)
    since(voice)
    assert told(voice) == 1


def test_a_moment_that_is_cut_anew_makes_a_second_message(
    voice: Submission, teammate: Member, post_office: MailServer
) -> None:
    assert outbox.deliver(announced(voice, teammate).id)
    cut_anew(voice)
    alerts.announce(voice.answers[0].id)
    db.session.commit()
    for delivery_id in db.session.scalars(select(Delivery.id)).all():
        outbox.deliver(delivery_id)
    assert len(post_office.letters) == 2
    assert told(voice) == 2


def test_a_digest_that_went_without_it_tells_nothing_of_it(
    voice: Submission, teammate: Member, post_office: MailServer
) -> None:
    other = sending.another(voice.program, OTHER)
    alerts_of = sending.follow(teammate, voice.program, cadence="daily")
    for answer in (voice.answers[0], other.answer):
        alerts.announce(answer.id)
    for moment in db.session.scalars(select(Highlight).filter_by(submission_id=voice.id)):
        moment.hidden = True
    db.session.commit()
    assert alerts.digests(alerts_of.digest_due_at + timedelta(hours=1)) == 1
    assert outbox.deliver(db.session.scalars(select(Delivery.id)).one())
    assert len(post_office.letters) == 1
    assert told(voice) == 0
    assert erase(other.answer.submission).removed["told"] == 1


@pytest.mark.parametrize(("status", "number"), [(503, 1), (None, 0)])
def test_who_answers_has_read_it_and_who_is_away_has_not(
    voice: Submission, teammate: Member, receiver: WebServer, status: int | None, number: int
) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    if status is None:
        url = f"http://127.0.0.1:{free_port()}/"
    receiver.status = status or 204
    channel = sending.webhook(teammate.workspace, url, SECRET)
    row = announced(voice, teammate, channel=channel)
    for _ in range(2):
        assert not outbox.deliver(row.id)
        row.due_at = now()
        db.session.commit()
    assert len(receiver.posted) == 2 * number
    assert told(voice) == number


def test_who_was_away_only_later_had_read_it_before(
    voice: Submission, teammate: Member, receiver: WebServer
) -> None:
    url = f"http://127.0.0.1:{receiver.port}/"
    channel = sending.webhook(teammate.workspace, url, SECRET)
    row = announced(voice, teammate, channel=channel)
    assert outbox.deliver(row.id)
    channel.settings = {**channel.settings, "url": f"http://127.0.0.1:{free_port()}/"}
    to_be_sent_again(voice)
    assert not outbox.deliver(row.id)
    assert told(voice) == 1


def test_taken_back_while_it_is_noted_it_goes_without(
    app: Flask,
    voice: Submission,
    teammate: Member,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery_id = announced(voice, teammate).id
    gate = Gate()
    monkeypatch.setattr(gone_out, "begin", gate.before(gone_out.begin))
    with gate.holding(app, partial(outbox.deliver, delivery_id)):
        assert told(voice) == 0
    row = db.session.get_one(Delivery, delivery_id)
    assert (row.state, row.error, post_office.letters) == ("done", outbox.NOTHING_LEFT, [])
    assert db.session.scalar(select(func.count()).select_from(GoneOut)) == 0


def test_sent_while_it_is_being_taken_back_it_waits_and_goes_without(
    app: Flask,
    voice: Submission,
    teammate: Member,
    post_office: MailServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    delivery_id, voice_id = announced(voice, teammate).id, voice.id
    gate = Gate()
    monkeypatch.setattr(receipt, "told", gate.after(receipt.told))

    def take_back() -> None:
        consent.withdraw(db.session.get_one(Submission, voice_id))
        db.session.commit()

    db.session.remove()
    with gate.holding(app, take_back), beside(app, partial(outbox.deliver, delivery_id)):
        until_it_waits()
        gate.let_go()
    row = db.session.get_one(Delivery, delivery_id)
    assert (row.state, row.error, post_office.letters) == ("done", outbox.NOTHING_LEFT, [])
    assert "told" not in db.session.scalars(select(Erasure)).one().removed
    assert db.session.scalars(select(GoneOut)).all() == []


class Echo(MailServer):
    """A filter that says why it takes no letter, in the letter's own words."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await super().handle_DATA(server, session, envelope)
        return f"554 5.7.1 This looks like spam: {self.letters[-1]['Subject'][:60]}"


def test_what_a_mail_server_says_of_a_letter_keeps_none_of_its_words(
    app: Flask, tmp_path: Path, voice: Submission, teammate: Member
) -> None:
    opened = _open(Echo(), tmp_path)
    server = next(opened)
    row = announced(voice, teammate)
    assert not outbox.deliver(row.id)
    next(opened, None)
    assert MARKER in server.letters[0]["Subject"]
    db.session.refresh(row)
    said = "The mail server refused this letter: 554 5.7.1, for rules or security."
    assert (row.state, row.error) == ("failed", said)
    assert told(voice) == 1


class Curt(MailServer):
    """Takes the letter and hangs up without a good-bye."""

    async def handle_QUIT(self, server: Any, session: Any, envelope: Any) -> str:
        return "421 4.3.2 Closing now"


def test_a_letter_that_was_taken_is_sent_however_the_server_takes_leave(
    app: Flask, tmp_path: Path, voice: Submission, teammate: Member
) -> None:
    opened = _open(Curt(), tmp_path)
    server = next(opened)
    row = announced(voice, teammate)
    assert outbox.deliver(row.id)
    next(opened, None)
    assert len(server.letters) == 1
    assert told(voice) == 1


def test_a_call_of_many_who_asked_is_on_the_receipt_of_each(
    voice: Submission, owner: Member, post_office: MailServer
) -> None:
    waiting = [voice, factories.submission(voice.program), factories.submission(voice.program)]
    cases = [follow_ups.ask(voice.program, each, "555 0100") for each in waiting]
    hour = cases[0].created_at.replace(minute=0, second=0, microsecond=0)
    for each in cases:
        each.created_at = hour
    db.session.query(Delivery).delete()
    payload = calls.together(cases[0], hour)
    row = outbox.add(following.own_channel(owner), "person", payload=payload)
    follow_ups.close(cases[2], "Called", owner)
    db.session.commit()
    assert outbox.deliver(row.id) and len(post_office.letters) == 1
    receipts = [erase(each).removed.get("told", 0) for each in waiting]
    assert receipts == [1, 1, 0]
