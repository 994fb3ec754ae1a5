"""Webhooks at a real receiver, checked with the Standard Webhooks library's own verifier."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from app.domain import alerts, channels, outbox
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Channel, Delivery, Member, Workspace, now
from tests.domain.sending import Scene, configure, follow, scene, webhook
from tests.receivers import WebServer

HOOK = channels.kind_of("webhook")


@pytest.fixture
def receiver(app: Flask, tmp_path: Path) -> Iterator[WebServer]:
    server = WebServer()
    server.start()
    configure(tmp_path / "data", ALLOW_PRIVATE_WEBHOOKS="yes")
    yield server
    server.stop()


@pytest.fixture
def channel(receiver: WebServer, workspace: Workspace) -> Channel:
    secret = HOOK.renew_secret({})
    assert secret is not None
    return webhook(workspace, f"http://127.0.0.1:{receiver.port}/in", secret.shown)


@pytest.fixture
def row(channel: Channel, workspace: Workspace, teammate: Member) -> Delivery:
    made: Scene = scene(workspace)
    follow(teammate, made.program, channel=channel)
    alerts.announce(made.answer.id)
    db.session.commit()
    return db.session.query(Delivery).one()


def test_an_event_is_signed_and_says_the_moment(
    receiver: WebServer, channel: Channel, row: Delivery
) -> None:
    assert outbox.deliver(row.id)
    (posted,) = receiver.posted
    event = Verifier(channel.settings["secret"]).verify(posted.body, posted.headers)
    assert posted.headers["webhook-id"] == row.id
    assert event["type"] == "highlight.found"
    (moment,) = event["data"]["highlights"]
    assert moment["quote"] == "Nobody told me it was late."
    assert moment["touchpoint"] == "Delivery" and moment["themes"] == ["Delivery"]
    assert moment["start"] == 0.0 and moment["end"] == 5.0
    with pytest.raises(WebhookVerificationError):
        Verifier(channel.settings["secret"]).verify(posted.body + b" ", posted.headers)


def test_a_failed_one_comes_again_under_the_same_id(receiver: WebServer, row: Delivery) -> None:
    receiver.status = 503
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "due" and row.error == "The receiver answered with 503."
    row.due_at = now()
    db.session.commit()
    receiver.status = 200
    assert outbox.deliver(row.id)
    assert [posted.headers["webhook-id"] for posted in receiver.posted] == [row.id, row.id]
    assert json.loads(receiver.posted[0].body) == json.loads(receiver.posted[1].body)


def test_gone_is_final_and_switches_the_channel_off(
    receiver: WebServer, row: Delivery, channel: Channel
) -> None:
    receiver.status = 410
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "failed" and row.answered == 410
    assert channel.disabled_at is not None
    receiver.status = 204
    outbox.again(row)
    db.session.commit()
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.error == outbox.SWITCHED_OFF and receiver.connections == 1
    channels.enable(channel)
    assert outbox.again_all(channel, now() - timedelta(days=1)) == 1
    db.session.commit()
    assert outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "done" and row.answered == 204
    assert {each.headers["webhook-id"] for each in receiver.posted} == {row.id}


def test_a_test_through_a_channel_that_is_off_says_what_the_receiver_says(
    receiver: WebServer, channel: Channel
) -> None:
    channels.disable(channel.id)
    test = outbox.add(channel, "test")
    db.session.commit()
    assert outbox.deliver(test.id)


def test_what_failed_goes_again_and_nothing_else(receiver: WebServer, channel: Channel) -> None:
    """Not what is older than asked for, not tests, not what has arrived."""
    rows = (
        ("dead", "digest", 0),
        ("failed", "digest", 9),
        ("dead", "test", 0),
        ("done", "digest", 0),
    )
    for state, kind, days in rows:
        old = Delivery(channel_id=channel.id, kind=kind, state=state)
        old.created_at = now() - timedelta(days=days)
        db.session.add(old)
    db.session.commit()
    assert outbox.failed_by_channel([channel.id]) == {channel.id: 2}
    assert outbox.again_all(channel, now() - timedelta(days=7)) == 1
    assert outbox.failed_by_channel([channel.id]) == {channel.id: 1}


def test_pauses_grow_over_hours(receiver: WebServer, row: Delivery) -> None:
    receiver.status, pauses = 500, []
    for _ in range(len(outbox.BACKOFF_S)):
        began = now()
        outbox.deliver(row.id)
        db.session.refresh(row)
        pauses.append((row.due_at - began).total_seconds())
        row.due_at = now()
        db.session.commit()
    assert pauses == sorted(pauses) and 3600 < pauses[-1] < 6 * 3600
    stamps = {each.headers["webhook-timestamp"] for each in receiver.posted}
    assert row.answered == 500 and all(abs(int(at) - now().timestamp()) < 60 for at in stamps)


def test_a_private_address_is_refused_with_its_reason(
    receiver: WebServer, row: Delivery, tmp_path: Path
) -> None:
    configure(tmp_path / "data")
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == "failed" and "private network" in row.error
    assert receiver.connections == 0


def test_a_new_secret_signs_beside_the_old_one_for_a_day(
    receiver: WebServer, channel: Channel, row: Delivery
) -> None:
    old = channel.settings["secret"]
    renewed = HOOK.renew_secret(channel.settings)
    assert renewed is not None
    channel.settings = renewed.settings
    db.session.commit()
    outbox.deliver(row.id)
    for secret in (old, renewed.shown):
        Verifier(secret).verify(receiver.posted[0].body, receiver.posted[0].headers)
    long_ago = (now() - timedelta(hours=1)).isoformat()
    channel.settings = {**renewed.settings, "old_until": long_ago}
    db.session.commit()
    outbox.again(row)
    db.session.commit()
    outbox.deliver(row.id)
    with pytest.raises(WebhookVerificationError):
        Verifier(old).verify(receiver.posted[1].body, receiver.posted[1].headers)


@pytest.mark.parametrize("url", ["", "example.com", "https://10.0.0.1/", "http://2130706433/"])
def test_what_can_not_be_sent_to_is_refused_at_once(app: Flask, url: str) -> None:
    with pytest.raises(Invalid):
        HOOK.check({"url": url})


def test_a_public_name_is_taken(app: Flask) -> None:
    assert HOOK.check({"url": " https://hooks.example.com/in "}) == {
        "url": "https://hooks.example.com/in"
    }
