"""Where alerts can go. A new kind is a file here and a line in KINDS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.domain import audit
from app.domain.channels.base import Field, Kind, Secret
from app.domain.channels.email import Email
from app.domain.channels.slack import Slack
from app.domain.channels.webhook import Webhook
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Channel, now

KINDS: dict[str, Kind] = {kind.name: kind for kind in (Email(), Slack(), Webhook())}

__all__ = [
    "KINDS",
    "Field",
    "Kind",
    "Secret",
    "add",
    "disable",
    "enable",
    "kind_of",
    "of_workspace",
    "remove",
    "renew_secret",
    "settings_of",
    "where",
]


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


def add(workspace_id: str, kind: Kind, name: str, typed: Mapping[str, str]) -> tuple[Channel, str]:
    """A channel of the workspace, and its secret to be shown once ("" for kinds without one).

    Raises:
        Invalid: without a name, or with settings that can't work.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid("Give the channel a name of 80 characters at most.")
    settings = kind.check(typed)
    secret = kind.renew_secret(settings)
    channel = Channel(
        workspace_id=workspace_id,
        kind=kind.name,
        name=name,
        settings=secret.settings if secret else settings,
    )
    db.session.add(channel)
    db.session.flush()
    _noted(channel, "added")
    return channel, secret.shown if secret else ""


def renew_secret(channel: Channel) -> str:
    """A new secret, to be shown once.

    Raises:
        Invalid: this kind of channel has none.
    """
    secret = kind_of(channel.kind).renew_secret(channel.settings)
    if secret is None:
        raise Invalid("This kind of channel has no secret.")
    channel.settings = secret.settings
    db.session.flush()
    _noted(channel, "secret_renewed")
    return secret.shown


def disable(channel_id: str) -> None:
    """Its receiver is gone: nothing more is sent there until somebody switches it on again."""
    channel = db.session.get(Channel, channel_id)
    if channel is not None and channel.disabled_at is None:
        channel.disabled_at = now()
        _noted(channel, "disabled")


def enable(channel: Channel) -> None:
    """Sends there again. What failed meanwhile goes when somebody asks for it."""
    channel.disabled_at = None
    db.session.flush()
    _noted(channel, "enabled")


def remove(channel: Channel) -> None:
    """Ends it, with what waits to be sent through it and every subscription that uses it."""
    _noted(channel, "removed")
    db.session.delete(channel)
    db.session.flush()


def _noted(channel: Channel, verb: str) -> None:
    audit.record(
        channel.workspace_id,
        f"channel.{verb}",
        subject=("channel", channel.id),
        details={"kind": channel.kind},
    )


def of_workspace(workspace_id: str) -> Sequence[Channel]:
    """Those that everyone may use, by name; members' own e-mail is not among them."""
    return db.session.scalars(
        select(Channel)
        .where(Channel.workspace_id == workspace_id, Channel.member_id.is_(None))
        .order_by(Channel.name, Channel.id)
    ).all()
