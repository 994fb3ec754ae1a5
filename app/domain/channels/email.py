"""Alerts by e-mail."""

from __future__ import annotations

from collections.abc import Mapping
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Any

from app.domain import mail
from app.domain.channels.base import Field, Secret
from app.domain.errors import Invalid
from app.domain.messages import Message

TEMPLATES = {"found": "moments", "digest": "moments", "person": "person", "test": "test"}


class Email:
    name = "email"
    label = "E-mail"
    fields: tuple[Field, ...] = (Field("address", "E-mail address", "email"),)

    def check(self, settings: Mapping[str, str]) -> dict[str, Any]:
        return {"address": address(settings.get("address", ""))}

    def renew_secret(self, settings: Mapping[str, Any]) -> Secret | None:
        return None

    def where(self, settings: Mapping[str, Any]) -> str:
        return str(settings["address"])

    def send(self, settings: Mapping[str, Any], message: Message) -> int | None:
        pictures = {moment.highlight_id: moment.poster for moment in message.shown if moment.poster}
        mail.send(
            mail.Letter(
                id=message.id,
                to=str(settings["address"]),
                subject=message.subject,
                text=mail.render(f"{TEMPLATES[message.kind]}.txt", message=message),
                html=mail.render(f"{TEMPLATES[message.kind]}.html", message=message),
                unsubscribe_url=message.following_url,
                pictures=pictures,
            )
        )
        return None


def address(text: str) -> str:
    """One plain address.

    Raises:
        Invalid: it is not `name@host`.
    """
    text = text.strip()
    try:
        parsed = Address(addr_spec=text)
    except (ValueError, HeaderParseError, IndexError):
        raise Invalid("This is not an e-mail address.") from None
    if not parsed.username or "." not in parsed.domain.strip(".") or len(text) > 254:
        raise Invalid("This is not an e-mail address.")
    return text
