"""Who hears of what, by which channel, and whether it arrived."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace, Leased
from app.models.highlight import Highlight
from app.models.program import InProgram, Program, Theme, Touchpoint
from app.models.workspace import Member, Workspace


class Channel(Identified, InWorkspace, Base):
    """Where alerts go. kind: a name in `app.domain.channels`; settings: its declared fields."""

    __tablename__ = "channels"

    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    disabled_at: Mapped[datetime | None]  # its receiver said that it is gone for good
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))

    workspace: Mapped[Workspace] = relationship()
    member: Mapped[Member | None] = relationship()


class Subscription(Identified, InWorkspace, InProgram, Base):
    """A member follows a theme or a touchpoint (or, with neither, the whole program)."""

    __tablename__ = "subscriptions"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id", ondelete="CASCADE"))
    theme_id: Mapped[str | None] = mapped_column(ForeignKey("themes.id", ondelete="CASCADE"))
    touchpoint_id: Mapped[str | None] = mapped_column(
        ForeignKey("touchpoints.id", ondelete="CASCADE")
    )
    cadence: Mapped[str] = mapped_column(String(5), default="now")
    digest_due_at: Mapped[datetime | None]

    program: Mapped[Program] = relationship()
    member: Mapped[Member] = relationship()
    channel: Mapped[Channel] = relationship()
    theme: Mapped[Theme | None] = relationship()
    touchpoint: Mapped[Touchpoint | None] = relationship()


class Notice(Identified, Base):
    """One highlight for one subscription, once. The digest gathers those without a delivery."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("subscription_id", "highlight_id"),)

    subscription_id: Mapped[str] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE"), index=True
    )
    highlight_id: Mapped[str] = mapped_column(ForeignKey("highlights.id", ondelete="CASCADE"))
    delivery_id: Mapped[str | None] = mapped_column(
        ForeignKey("deliveries.id", ondelete="SET NULL"), index=True
    )

    highlight: Mapped[Highlight] = relationship()


class Delivery(Identified, Leased, Base):
    """One message in the outbox. Its id is the message's stable id for the receiver."""

    __tablename__ = "deliveries"

    channel_id: Mapped[str] = mapped_column(
        ForeignKey("channels.id", ondelete="CASCADE"), index=True
    )
    subscription_id: Mapped[str | None] = mapped_column(
        ForeignKey("subscriptions.id", ondelete="CASCADE")
    )
    kind: Mapped[str] = mapped_column(String(12))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    answered: Mapped[int | None]  # the receiver's last status code, where it speaks HTTP

    channel: Mapped[Channel] = relationship()
    subscription: Mapped[Subscription | None] = relationship()
    notices: Mapped[list[Notice]] = relationship(order_by="Notice.id")


class GoneOut(Base):
    """A message that has told of a voice, or is just telling of it: nobody can call it back. Ids
    only. It outlives the message's own row, and goes with the voice."""

    __tablename__ = "gone_out"

    submission_id: Mapped[str] = mapped_column(
        ForeignKey("submissions.id", ondelete="CASCADE"), primary_key=True
    )
    delivery_id: Mapped[str] = mapped_column(String(26), primary_key=True)
