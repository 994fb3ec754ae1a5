"""Slack's incoming webhooks, played by a real receiver on this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.domain import alerts, channels, outbox
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Channel, Delivery, Member, Workspace
from tests import factories
from tests.domain.sending import configure, follow, scene
from tests.receivers import WebServer

SLACK = channels.kind_of("slack")


@pytest.fixture
def receiver(app: Flask, tmp_path: Path) -> Iterator[WebServer]:
    server = WebServer(status=200)
    server.start()
    configure(tmp_path / "data", ALLOW_PRIVATE_WEBHOOKS="yes")
    yield server
    server.stop()


@pytest.fixture
def row(receiver: WebServer, workspace: Workspace, teammate: Member) -> Delivery:
    made = scene(workspace, "Nobody <told> me & it was late.")
    url = f"http://127.0.0.1:{receiver.port}/services/T/B/x"
    channel: Channel = factories.save(
        Channel(workspace_id=workspace.id, kind="slack", name="#cx", settings={"url": url})
    )
    follow(teammate, made.program, channel=channel)
    alerts.announce(made.answer.id)
    db.session.commit()
    return db.session.query(Delivery).one()


def test_a_moment_is_posted_with_its_link(receiver: WebServer, row: Delivery) -> None:
    assert outbox.deliver(row.id)
    (posted,) = receiver.posted
    body = json.loads(posted.body)
    text = body["blocks"][1]["text"]["text"]
    assert "“Nobody &lt;told&gt; me &amp; it was late.”" in text
    assert "/voices/" in text and "|Hear it>" in text


@pytest.mark.parametrize(("status", "state"), [(404, "failed"), (500, "due"), (429, "due")])
def test_what_slack_refuses_is_said(
    receiver: WebServer, row: Delivery, status: int, state: str
) -> None:
    receiver.status = status
    assert not outbox.deliver(row.id)
    db.session.refresh(row)
    assert row.state == state and str(status) in row.error


@pytest.mark.parametrize("url", ["", "https://example.com/x", "http://127.0.0.1/x"])
def test_only_slack_s_own_addresses_are_taken(app: Flask, url: str) -> None:
    with pytest.raises(Invalid):
        SLACK.check({"url": url})
    assert SLACK.check({"url": "https://hooks.slack.com/services/T/B/x"})
