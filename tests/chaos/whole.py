"""All of Heard under way, with people who follow everything and servers that take what it sends."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from app import create_app
from app.config import read_settings
from app.extensions import db
from app.models import Workspace
from tests import factories
from tests.chaos.crowd import Shop
from tests.domain.sending import follow, webhook
from tests.e2e import stack
from tests.receivers import MailServer, WebServer

SECRET = "whsec_" + "a" * 43 + "="


@dataclass
class Whole:
    heard: stack.Stack
    app: Flask
    shop: Shop
    mail: MailServer
    receiver: WebServer

    @property
    def queue_url(self) -> str:
        return (self.heard.data / "queue.url").read_text()


@contextlib.contextmanager
def whole(data: Path, **env: str) -> Iterator[Whole]:
    """Runs within the application's context, on the data that the running Heard works on."""
    mail, receiver = MailServer(), WebServer()
    mail.start()
    receiver.start()
    env = {
        "SMTP_URL": mail.url,
        "ALLOW_PRIVATE_WEBHOOKS": "yes",
        "SPEECH_ENGINE": "pocketsphinx",
        "TRUSTED_HOPS": "1",
        "FETCH_MODELS": "no",
        "LOAD_SAMPLE": "no",
        **env,
    }
    try:
        with stack.up(data, **env) as heard:
            app = create_app(read_settings({"HEARD_DATA": str(data), **env}))
            with app.app_context():
                shop = _open(heard, receiver, {"HEARD_DATA": str(data), **env})
                yield Whole(heard, app, shop, mail, receiver)
                db.session.remove()
                db.engine.dispose()
    finally:
        receiver.stop()
        mail.stop()


def _open(heard: stack.Stack, receiver: WebServer, env: dict[str, str]) -> Shop:
    workspace = db.session.scalars(select(Workspace)).one()
    program = factories.program(workspace)
    invitation = factories.invitation(program)
    leader = factories.member(workspace, "leader")
    follow(leader, program)
    address = f"http://127.0.0.1:{receiver.port}/heard"
    follow(leader, program, channel=webhook(workspace, address, SECRET))
    consent_text = program.consent_texts[0].id
    host = urlsplit(heard.url).netloc
    return Shop(host, invitation.code, consent_text, program.id, env)
