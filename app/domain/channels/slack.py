"""Alerts in a Slack channel, through one of Slack's own incoming webhooks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from app import runtime
from app.domain import mail, outbound
from app.domain.calls import Call
from app.domain.channels.base import Field, Secret
from app.domain.errors import ChannelError, Invalid
from app.domain.messages import Message, Moment, shorten

# What Slack answers when a webhook was removed or its channel archived: it never works again.
GONE = (403, 404, 410)
CODE = re.compile("[a-z_]{1,60}")


class Slack:
    name = "slack"
    label = "Slack"
    fields: tuple[Field, ...] = (
        Field(
            "url",
            "Incoming webhook address",
            "url",
            hint="From Slack: an app with incoming webhooks, added to the channel you want.",
        ),
    )

    def check(self, settings: Mapping[str, str]) -> dict[str, Any]:
        url = settings.get("url", "").strip()
        private = runtime.settings().allow_private_webhooks
        outbound.refuse_literal(url, allow_private=private)
        if not private and urlsplit(url).hostname != "hooks.slack.com":
            raise Invalid("A Slack address begins with https://hooks.slack.com/.")
        return {"url": url}

    def renew_secret(self, settings: Mapping[str, Any]) -> Secret | None:
        return None

    def where(self, settings: Mapping[str, Any]) -> str:
        """Never the whole address: whoever has it can post there."""
        return urlsplit(str(settings["url"])).netloc

    def send(self, settings: Mapping[str, Any], message: Message) -> int | None:
        reply = outbound.post(
            str(settings["url"]),
            json.dumps(post(message), ensure_ascii=False).encode(),
            {"Content-Type": "application/json; charset=utf-8"},
            allow_private=runtime.settings().allow_private_webhooks,
        )
        if reply.status != 200:
            # Slack's own words ("no_service"); an address that echoes would keep what was said.
            said = reply.body.decode("utf-8", "replace")
            said = said if CODE.fullmatch(said) else "in other words than Slack's"
            raise ChannelError(
                f"Slack answered with {reply.status} ({said}).",
                answered=reply.status,
                gone=reply.status in GONE,
            )
        return reply.status


def post(message: Message) -> dict[str, Any]:
    """Slack's message format: a section for each moment, and plain text for notifications."""
    if message.kind == "test":
        return {"text": "This is a test from Heard, and it has arrived."}
    blocks = [_section(f"*{escape(message.subject)}*"), *map(_moment, message.shown)]
    if message.call is not None:
        blocks.append(_call(message.call))
    if message.more:
        blocks.append(_section(f"And {message.more} more <{message.board_url}|on the board>"))
    return {"text": escape(message.subject), "blocks": blocks}


def escape(text: str) -> str:
    """The three characters that Slack's mark-up gives a meaning of their own, as it asks."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _call(call: Call) -> dict[str, Any]:
    said = escape(shorten(call.said, 1500))
    lines = [
        f"> “{said}”" if said else "",
        escape(call.contact) or f"{call.unreached}.",
        f"{escape(call.where)} · due {mail.minute(call.due_at)}",
        f"<{escape(call.url)}|Open the follow-up>",
    ]
    return _section("\n".join(line for line in lines if line))


def _moment(moment: Moment) -> dict[str, Any]:
    # A section takes 3,000 characters at most
    quote = escape(shorten(moment.quote, 1500)).replace("\n", " ")
    about = f", {escape(moment.about)}" if moment.about else ""
    return _section(f"> “{quote}”\n*{escape(moment.who)}*{about} · <{escape(moment.url)}|Hear it>")


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
