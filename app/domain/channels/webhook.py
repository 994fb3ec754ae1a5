"""Alerts by webhook, signed as Standard Webhooks says (standardwebhooks.com, version 1)."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from standardwebhooks import Webhook as Signer

from app import runtime
from app.domain import outbound
from app.domain.calls import Call
from app.domain.channels.base import Field, Secret
from app.domain.errors import ChannelError
from app.domain.messages import Message, Moment
from app.models import now

EVENTS = {
    "found": "highlight.found",
    "digest": "digest.ready",
    "person": "follow_up.opened",
    "test": "channel.test",
}
OLD_SECRET_HOURS = 24  # time for the receiver to take over the new one


class Webhook:
    name = "webhook"
    label = "Webhook"
    fields: tuple[Field, ...] = (
        Field("url", "Address", "url", hint="Heard sends signed JSON here, by POST, over https."),
    )

    def check(self, settings: Mapping[str, str]) -> dict[str, Any]:
        url = settings.get("url", "").strip()
        outbound.refuse_literal(url, allow_private=runtime.settings().allow_private_webhooks)
        return {"url": url}

    def renew_secret(self, settings: Mapping[str, Any]) -> Secret | None:
        """The old secret signs beside the new one for a day, so that nothing is refused."""
        shown = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        renewed = {**settings, "secret": shown}
        if "secret" in settings:
            until = now() + timedelta(hours=OLD_SECRET_HOURS)
            renewed |= {"old_secret": settings["secret"], "old_until": until.isoformat()}
        return Secret(renewed, shown)

    def where(self, settings: Mapping[str, Any]) -> str:
        return urlsplit(str(settings["url"])).netloc

    def send(self, settings: Mapping[str, Any], message: Message) -> int | None:
        body, moment = json.dumps(event(message), ensure_ascii=False), now()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": _signatures(settings, message.id, moment, body),
        }
        private = runtime.settings().allow_private_webhooks
        reply = outbound.post(str(settings["url"]), body.encode(), headers, allow_private=private)
        _judge(reply.status)
        return reply.status


def event(message: Message) -> dict[str, Any]:
    """The JSON that goes out. Times are ISO 8601, positions seconds."""
    data: dict[str, Any] = {"workspace": message.workspace, "program": message.program}
    if message.call is not None:
        data["follow_up"] = _follow_up(message.call)
    else:
        data["following"] = message.following
        data["highlights"] = [_highlight(moment) for moment in message.moments]
    return {
        "type": EVENTS[message.kind],
        "timestamp": message.created_at.isoformat(),
        "data": data,
    }


def _follow_up(call: Call) -> dict[str, Any]:
    return {
        "id": call.follow_up_id,
        "source": call.source,
        "reason": call.reason,
        "who": call.who,
        "said": call.said or None,
        "contact": call.contact or None,
        "reference": call.reference or None,
        "touchpoint": call.touchpoint or None,
        "due_at": call.due_at.isoformat(),
        "url": call.url,
    }


def _highlight(moment: Moment) -> dict[str, Any]:
    return {
        "id": moment.highlight_id,
        "submission_id": moment.submission_id,
        "quote": moment.quote,
        "who": moment.who,
        "touchpoint": moment.touchpoint or None,
        "themes": list(moment.themes),
        "sentiment": moment.sentiment,
        "emotion": moment.emotion or None,
        "said_at": moment.said_at.isoformat(),
        "start": moment.start,
        "end": moment.end,
        "url": moment.url,
    }


def _signatures(settings: Mapping[str, Any], message_id: str, moment: datetime, body: str) -> str:
    known = [str(settings["secret"])]
    if "old_secret" in settings and datetime.fromisoformat(settings["old_until"]) > moment:
        known.append(str(settings["old_secret"]))
    return " ".join(Signer(secret).sign(message_id, moment, body) for secret in known)


def _judge(status: int) -> None:
    """2xx is taken. 410 says never again (Standard Webhooks); all else may pass."""
    if 200 <= status < 300:
        return
    if status == 410:
        said = "The receiver says it is gone for good (410)."
        raise ChannelError(said, answered=status, gone=True)
    said = f"The receiver answered with {status}."
    if 300 <= status < 400:
        said = f"The receiver sent us elsewhere ({status}); that is not followed."
    raise ChannelError(said, answered=status)
