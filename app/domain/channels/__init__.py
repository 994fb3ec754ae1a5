"""Where alerts can go. A new kind is a file here and a line in KINDS."""

from __future__ import annotations

from typing import Any

from app.domain.channels.base import Field, Kind, Secret
from app.domain.channels.email import Email
from app.domain.channels.webhook import Webhook
from app.domain.errors import Invalid
from app.models import Channel

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Email(), Webhook())}

__all__ = ["KINDS", "Field", "Kind", "Secret", "kind_of", "settings_of", "where"]


def kind_of(name: str) -> Kind:
    """Raises Invalid when there is no such kind."""
    if name not in KINDS:
        raise Invalid("There is no such kind of channel.")
    return KINDS[name]


def settings_of(channel: Channel) -> dict[str, Any]:
    """Plain data that outlives the session. A member's own e-mail goes where they sign in."""
    settings = dict(channel.settings)
    if channel.member is not None:
        settings["address"] = channel.member.email
    return settings


def where(channel: Channel) -> str:
    return kind_of(channel.kind).where(settings_of(channel))
