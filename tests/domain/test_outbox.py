"""At least once, by one worker at a time; nothing lost while a receiver is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import queue
from app.domain import alerts, channels, consent, outbox
from app.domain.errors import Conflict
from app.extensions import db
from app.models import Delivery, Member, Notice, Workspace, now
from tests import services
from tests.domain.sending import Scene, configure, follow, scene
from tests.receivers import MailServer


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer()
    configure(tmp_path / "data", SMTP_URL=server.url)
    yield server
    server.stop()


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


@pytest.fixture
def row(post_office: MailServer, made: Scene, teammate: Member) -> Delivery:
    follow(teammate, made.program)
    alerts.announce(made.answer.id)
    db.session.commit()
    return db.session.query(Delivery).one()


def test_two_workers_send_one_letter(app: Flask, post_office: MailServer, row: Delivery) -> None:
    post_office.start()
    delivery_id, sent = row.id, []
    together = threading.Barrier(4)

    def work() -> None:
        with app.app_context():
            together.wait()
            sent.append(outbox.deliver(delivery_id))

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(sent) == [False, False, False, True]
    assert len(post_office.letters) == 1


def test_who_lost_the_lease_writes_nothing(row: Delivery) -> None:
    first = outbox.take(row.id)
    assert first is not None and first.attempt == 1
    assert outbox.take(row.id) is None
    db.session.refresh(row)
    row.lease_until = now() - timedelta(seconds=1)
    db.session.commit()
    second = outbox.take(row.id)
    assert second is not None and second.attempt == 2
    assert not outbox._settle(first, state="failed", error="from the past")
    assert outbox._settle(second, state="done", error=None)
    db.session.refresh(row)
    assert row.state == "done" and row.error is None


def test_a_mail_server_that_was_away_gets_the_letter_once(
    post_office: MailServer, row: Delivery
) -> None:
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "due" and row.attempts == 1
    assert "can't be reached" in row.error
    assert not outbox.deliver(row.id)  # not before its time
    db.session.refresh(row)
    assert row.attempts == 1 and row.due_at > now()
    post_office.start()
    row.due_at = now()
    db.session.commit()
    assert outbox.deliver(row.id)
    assert not outbox.deliver(row.id)
    assert len(post_office.letters) == 1
    db.session.refresh(row)
    assert row.state == "done" and row.attempts == 2 and row.error is None


def test_it_is_tried_for_days_and_then_laid_down_with_the_reason(
    post_office: MailServer, row: Delivery
) -> None:
    waited = 0.0
    for _ in range(outbox.ATTEMPTS):
        row.due_at = now()
        db.session.commit()
        outbox.deliver(row.id)
        db.session.refresh(row)
        waited += max(0.0, (row.due_at - now()).total_seconds())
    assert row.state == "dead" and "can't be reached" in row.error
    assert 3.5 < waited / 86_400 < 5
    post_office.start()
    outbox.again(row)
    db.session.commit()
    assert outbox.deliver(row.id)
    assert len(post_office.letters) == 1


def test_workers_that_only_die_end_in_a_reason(row: Delivery) -> None:
    for _ in range(outbox.ATTEMPTS):
        assert outbox.take(row.id) is not None
        db.session.refresh(row)
        row.lease_until = now() - timedelta(seconds=1)
        db.session.commit()
    assert outbox.take(row.id) is None
    outbox.sweep()
    db.session.refresh(row)
    assert row.state == "dead" and row.error


def test_what_is_being_sent_is_not_sent_again(row: Delivery) -> None:
    outbox.take(row.id)
    db.session.refresh(row)
    with pytest.raises(Conflict):
        outbox.again(row)


def test_withdrawn_between_announcing_and_sending_is_not_sent(
    post_office: MailServer, made: Scene, row: Delivery
) -> None:
    post_office.start()
    consent.withdraw(made.answer.submission)
    db.session.commit()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "done" and "taken back" in row.error
    assert post_office.letters == []


def test_hidden_meanwhile_is_not_sent(post_office: MailServer, made: Scene, row: Delivery) -> None:
    post_office.start()
    made.highlight.hidden = True
    db.session.commit()
    assert not outbox.deliver(row.id)
    assert post_office.letters == []


def test_who_left_hears_nothing(post_office: MailServer, row: Delivery, teammate: Member) -> None:
    post_office.start()
    teammate.active = False
    db.session.commit()
    assert not outbox.deliver(row.id)
    assert post_office.letters == []


def test_a_test_is_tried_once(post_office: MailServer, row: Delivery) -> None:
    test = outbox.add(row.channel, "test")
    db.session.commit()
    assert not outbox.deliver(test.id)
    db.session.refresh(test)
    assert test.state == "failed"
    post_office.start()
    outbox.again(test)
    db.session.commit()
    assert outbox.deliver(test.id)
    assert post_office.letters[0]["Subject"] == "A test from Heard"


def test_a_message_that_is_gone_is_nothing_to_do(row: Delivery) -> None:
    delivery_id = row.id
    db.session.query(Notice).delete()
    db.session.delete(row)
    db.session.commit()
    assert not outbox.deliver(delivery_id)


def test_the_clock_rings_for_what_is_due_and_not_twice(
    post_office: MailServer, row: Delivery, tmp_path: Path
) -> None:
    with services.valkey() as url:
        configure(tmp_path / "data", REDIS_URL=url)
        later = outbox.add(row.channel, "test")  # rung for by its commit
        later.due_at = now() + timedelta(hours=1)
        db.session.commit()
        assert outbox.ring_due() == 1
        assert outbox.ring_due() == 0
        assert set(queue.waiting(url, outbox.QUEUE)) == {row.id, later.id}
        outbox.take(row.id)
        queue.open_queue(url, outbox.QUEUE).empty()
        assert outbox.ring_due() == 0  # a worker has it
        db.session.refresh(row)
        row.lease_until = now() - timedelta(seconds=1)
        db.session.commit()
        assert outbox.ring_due() == 1  # that worker died


@pytest.mark.parametrize(("kind", "state"), [("found", "due"), ("test", "failed")])
def test_what_nobody_expected_is_a_sentence_on_the_row(
    row: Delivery, monkeypatch: pytest.MonkeyPatch, kind: str, state: str
) -> None:
    def broken(*_: object) -> None:
        raise UnicodeEncodeError("ascii", "ü", 0, 1, "ordinal not in range(128)")

    row.kind = kind
    db.session.commit()
    monkeypatch.setattr(type(channels.kind_of(row.channel.kind)), "send", broken)
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert (row.state, row.error) == (state, outbox.UNEXPECTED)


def test_what_breaks_while_it_is_written_is_a_sentence_on_the_row(
    row: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise AttributeError("a moment without a voice")

    monkeypatch.setattr(outbox.messages, "compose", broken)
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert (row.state, row.error, row.lease_until) == ("due", outbox.UNEXPECTED, None)


def test_tries_can_be_made_sooner(row: Delivery, tmp_path: Path) -> None:
    """The pauses keep their proportions; a receiver's owner tries it out in minutes."""
    configure(
        tmp_path / "data", SMTP_URL=f"smtp://127.0.0.1:{services.free_port()}", RETRY_SPEED="60"
    )
    for pause in outbox.BACKOFF_S:
        row.due_at = now()
        db.session.commit()
        began = now()
        outbox.deliver(row.id)
        db.session.refresh(row)
        wait = timedelta(seconds=pause / 60)
        assert began + wait <= row.due_at <= now() + wait
