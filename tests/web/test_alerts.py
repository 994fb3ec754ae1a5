"""Following and channels: works, teammate may, stranger may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain import alerts, following
from app.extensions import db
from app.models import Channel, Delivery, Member, Subscription, Workspace
from tests.conftest import sign_in
from tests.domain.sending import Scene, configure, follow, scene
from tests.receivers import MailServer, WebServer


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


@pytest.fixture
def post_office(app: Flask, tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer()
    configure(tmp_path / "data", SMTP_URL=server.url, ALLOW_PRIVATE_WEBHOOKS="yes")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def receiver() -> Iterator[WebServer]:
    server = WebServer()
    server.start()
    yield server
    server.stop()


def test_a_teammate_follows_and_stops(client: FlaskClient, made: Scene, teammate: Member) -> None:
    sign_in(client, teammate)
    theme = made.program.themes[0]
    page = client.get(f"/following?theme={theme.id}").get_data(as_text=True)
    assert f'value="theme:{theme.id}" selected' in page
    answer = client.post(
        "/following", data={"what": f"theme:{theme.id}", "channel": "own", "cadence": "daily"}
    )
    assert answer.status_code == 303
    (subscription,) = db.session.query(Subscription)
    assert subscription.theme_id == theme.id and subscription.member_id == teammate.id
    page = client.get("/following").get_data(as_text=True)
    assert teammate.email in page and "A theme of After delivery" in page
    assert client.post(f"/following/{subscription.id}/stop").status_code == 303
    assert db.session.query(Subscription).count() == 0


@pytest.mark.parametrize("what", ["", "theme:nothing", "program:", "sky:1"])
def test_a_wrong_choice_is_said(
    client: FlaskClient, made: Scene, teammate: Member, what: str
) -> None:
    sign_in(client, teammate)
    answer = client.post("/following", data={"what": what, "channel": "own"})
    assert answer.status_code == 422
    assert "Choose what to follow" in answer.get_data(as_text=True)


def test_deliveries_are_shown_with_their_reason_and_sent_again(
    client: FlaskClient, made: Scene, teammate: Member
) -> None:
    follow(teammate, made.program)
    alerts.announce(made.answer.id)
    (delivery,) = db.session.query(Delivery)
    delivery.state, delivery.error, delivery.attempts = "failed", "550 no such mailbox", 1
    db.session.commit()
    sign_in(client, teammate)
    page = client.get("/following").get_data(as_text=True)
    assert "Did not arrive" in page and "1 moment" in page
    assert "550 no such mailbox. Sent again by itself it would fail again: mend this" in page
    assert client.post(f"/following/deliveries/{delivery.id}/again").status_code == 303
    db.session.refresh(delivery)
    assert delivery.state == "due" and delivery.attempts == 0


def test_an_owner_adds_tests_renews_and_deletes_a_webhook(
    client: FlaskClient, owner: Member, post_office: MailServer, receiver: WebServer
) -> None:
    sign_in(client, owner)
    url = f"http://127.0.0.1:{receiver.port}/in"
    answer = client.post(
        "/following/channels", data={"kind": "webhook", "name": "Tickets", "url": url}
    )
    (channel,) = db.session.query(Channel)
    secret = channel.settings["secret"]
    assert answer.status_code == 200 and secret in answer.get_data(as_text=True)
    assert secret not in client.get("/following/channels").get_data(as_text=True)

    client.post(f"/following/channels/{channel.id}/test")
    assert "was taken by" in client.get("/following/channels").get_data(as_text=True)
    assert b'"channel.test"' in receiver.posted[0].body
    receiver.status = 500
    client.post(f"/following/channels/{channel.id}/test")
    page = client.get("/following/channels").get_data(as_text=True)
    assert "The receiver answered with 500." in page

    answer = client.post(f"/following/channels/{channel.id}/secret")
    db.session.refresh(channel)
    assert channel.settings["secret"] != secret
    assert channel.settings["secret"] in answer.get_data(as_text=True)
    assert client.post(f"/following/channels/{channel.id}/delete").status_code == 303
    assert db.session.query(Channel).count() == 0


def test_an_owner_adds_an_e_mail_channel_and_tests_it(
    client: FlaskClient, owner: Member, post_office: MailServer
) -> None:
    sign_in(client, owner)
    data = {"kind": "email", "name": "Care team", "address": "care@example.com"}
    assert client.post("/following/channels", data=data).status_code == 303
    (channel,) = db.session.query(Channel)
    client.post(f"/following/channels/{channel.id}/test")
    assert post_office.letters[0]["To"] == "care@example.com"
    assert client.post(f"/following/channels/{channel.id}/secret").status_code == 422


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"kind": "webhook", "name": "A", "url": "http://10.0.0.1/"}, "private network"),
        ({"kind": "webhook", "name": "", "url": "https://example.com/"}, "a name"),
        ({"kind": "email", "name": "A", "address": "nobody"}, "not an e-mail address"),
        ({"kind": "pigeon", "name": "A"}, "no such kind"),
    ],
)
def test_a_channel_that_can_not_work_is_refused(
    client: FlaskClient, owner: Member, data: dict[str, str], said: str
) -> None:
    sign_in(client, owner)
    answer = client.post("/following/channels", data=data)
    assert answer.status_code == 422 and said in answer.get_data(as_text=True)
    assert db.session.query(Channel).count() == 0


def test_a_leader_does_not_manage_channels(client: FlaskClient, teammate: Member) -> None:
    sign_in(client, teammate)
    assert client.get("/following/channels").status_code == 404
    assert client.post("/following/channels", data={"kind": "email"}).status_code == 404


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient, made: Scene) -> None:
    assert client.get("/following").status_code == 302
    assert client.post("/following").status_code == 302


def test_a_stranger_may_not(
    client: FlaskClient, made: Scene, teammate: Member, owner: Member, stranger: Member
) -> None:
    subscription = follow(teammate, made.program)
    alerts.announce(made.answer.id)
    db.session.commit()
    (delivery,) = db.session.query(Delivery)
    channel = Channel(
        workspace_id=owner.workspace_id, kind="email", name="T", settings={"address": "a@b.co"}
    )
    db.session.add(channel)
    db.session.commit()
    own = following.own_channel(teammate)
    sign_in(client, stranger)
    for path in (
        f"/following/{subscription.id}/stop",
        f"/following/deliveries/{delivery.id}/again",
        f"/following/channels/{channel.id}/test",
        f"/following/channels/{channel.id}/secret",
        f"/following/channels/{channel.id}/delete",
    ):
        assert client.post(path).status_code == 404, path
    data = {"what": f"program:{made.program.id}", "channel": "own"}
    assert client.post("/following", data=data).status_code == 422
    assert "After delivery" not in client.get("/following").get_data(as_text=True)
    sign_in(client, owner)
    for path in (  # a teammate's own things are theirs alone, also for an owner
        f"/following/{subscription.id}/stop",
        f"/following/deliveries/{delivery.id}/again",
        f"/following/channels/{own.id}/delete",
    ):
        assert client.post(path).status_code == 404, path
    data = {"what": f"program:{made.program.id}", "channel": own.id}
    assert client.post("/following", data=data).status_code == 422
