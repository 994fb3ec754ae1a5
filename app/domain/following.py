"""Who follows what, by which channel, how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from app.domain import audit
from app.domain.clerk import owned
from app.domain.codebook import family
from app.domain.errors import Invalid, NotFound
from app.extensions import db
from app.models import Channel, Delivery, Member, Program, Subscription, Theme, Touchpoint, now

NOUNS = ("theme", "touchpoint", "program")
CADENCES = {"now": "At once", "daily": "Once a day"}
# What a list of deliveries shows, read at once and not row by row
SHOWN = (
    selectinload(Delivery.notices),
    joinedload(Delivery.channel).joinedload(Channel.member),
    joinedload(Delivery.subscription).options(
        joinedload(Subscription.theme),
        joinedload(Subscription.touchpoint),
        joinedload(Subscription.program),
    ),
)
DIGEST_HOUR = 7  # UTC, for every workspace: the start of a working day in Europe


@dataclass(frozen=True, slots=True)
class Followed:
    """What can be followed: a program, or a theme or a touchpoint of it."""

    program: Program
    theme: Theme | None = None
    touchpoint: Touchpoint | None = None

    @property
    def name(self) -> str:
        return (self.theme or self.touchpoint or self.program).name


def followed(workspace_id: str, name: str) -> Followed:
    """What a form's `theme:ID`, `touchpoint:ID` or `program:ID` means.

    Raises:
        NotFound: nothing of this workspace.
    """
    noun, _, row_id = name.partition(":")
    if noun == "program":
        return Followed(owned(Program, row_id, workspace_id))
    if noun == "theme":
        theme = db.session.get(Theme, family.now_called(row_id))
        if theme is not None:
            return Followed(owned(Program, theme.program_id, workspace_id), theme=theme)
    if noun == "touchpoint":
        touchpoint = db.session.get(Touchpoint, row_id)
        if touchpoint is not None:
            program = owned(Program, touchpoint.program_id, workspace_id)
            return Followed(program, touchpoint=touchpoint)
    raise NotFound


def follow(member: Member, what: Followed, channel: Channel, cadence: str) -> Subscription:
    """The member's subscription to this by this channel; a second one changes the cadence.

    Raises:
        Invalid: an unknown cadence, or someone else's own channel.
    """
    if cadence not in CADENCES:
        raise Invalid("Choose at once or once a day.")
    if channel.workspace_id != member.workspace_id or channel.member_id not in (None, member.id):
        raise Invalid("This channel is not yours to use.")
    theme_id = what.theme.id if what.theme else None
    touchpoint_id = what.touchpoint.id if what.touchpoint else None
    existing = db.session.scalar(
        select(Subscription).where(
            Subscription.member_id == member.id,
            Subscription.channel_id == channel.id,
            Subscription.program_id == what.program.id,
            Subscription.theme_id == theme_id,
            Subscription.touchpoint_id == touchpoint_id,
        )
    )
    subscription = existing or Subscription(
        workspace_id=member.workspace_id,
        program_id=what.program.id,
        member_id=member.id,
        channel_id=channel.id,
        theme_id=theme_id,
        touchpoint_id=touchpoint_id,
    )
    subscription.cadence = cadence
    subscription.digest_due_at = next_digest(now()) if cadence == "daily" else None
    db.session.add(subscription)
    db.session.flush()
    _noted(subscription, "subscription.changed" if existing else "subscription.made")
    return subscription


def unfollow(subscription: Subscription) -> None:
    """Ends it, with what waits for its digest."""
    _noted(subscription, "subscription.ended")
    db.session.delete(subscription)
    db.session.flush()


def _noted(subscription: Subscription, action: str) -> None:
    audit.record(
        subscription.workspace_id,
        action,
        subject=("subscription", subscription.id),
        details={"program": subscription.program_id, "channel": subscription.channel_id},
    )


def own_channel(member: Member) -> Channel:
    """The member's own e-mail; made when first needed."""
    channel = db.session.scalar(
        select(Channel).where(Channel.member_id == member.id, Channel.kind == "email")
    )
    if channel is None:
        channel = Channel(
            workspace_id=member.workspace_id, kind="email", name="My e-mail", member_id=member.id
        )
        db.session.add(channel)
        db.session.flush()
    return channel


def subscriptions_of(member: Member) -> Sequence[Subscription]:
    return db.session.scalars(
        select(Subscription).where(Subscription.member_id == member.id).order_by(Subscription.id)
    ).all()


def deliveries_of(member: Member, most: int = 50) -> Sequence[Delivery]:
    """What was sent for what the member follows, and to their own address, newest first."""
    return db.session.scalars(
        select(Delivery)
        .join(Channel)
        .outerjoin(Subscription)
        .where(or_(Subscription.member_id == member.id, Channel.member_id == member.id))
        .options(*SHOWN)
        .order_by(Delivery.id.desc())
        .limit(most)
    ).all()


def deliveries_through(workspace_id: str, most: int = 50) -> Sequence[Delivery]:
    """What went through the workspace's own channels, newest first."""
    return db.session.scalars(
        select(Delivery)
        .join(Channel)
        .where(Channel.workspace_id == workspace_id, Channel.member_id.is_(None))
        .options(*SHOWN)
        .order_by(Delivery.id.desc())
        .limit(most)
    ).all()


def next_digest(moment: datetime) -> datetime:
    """The next 07:00 UTC after `moment`."""
    today = moment.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > moment else today + timedelta(days=1)
