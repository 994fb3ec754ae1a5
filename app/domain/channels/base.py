"""What every channel has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from app.domain.messages import Message


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form that sets a channel up. kind: text, email, url."""

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """What a receiver checks our messages with. `shown` is for the one page that shows it."""

    settings: dict[str, Any]
    shown: str


class Kind(Protocol):
    """A kind of channel. Settings are its declared fields and, where it has one, its secret."""

    name: str
    label: str
    fields: tuple[Field, ...]

    def check(self, settings: Mapping[str, str]) -> dict[str, Any]:
        """The settings to keep, tidied. Invalid with a sentence when they can't work."""
        ...

    def renew_secret(self, settings: Mapping[str, Any]) -> Secret | None:
        """Settings with a new secret in them; None for kinds without one."""
        ...

    def where(self, settings: Mapping[str, Any]) -> str:
        """Where it goes, for a list: an address, a host."""
        ...

    def send(self, settings: Mapping[str, Any], message: Message) -> int | None:
        """Returns when the receiver has taken the message, with the status that it answered where
        it speaks HTTP. ChannelError when it has not."""
        ...
