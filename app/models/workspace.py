"""Who works here: workspace, members, one-time sign-in links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, Identified, InWorkspace

ROLES = ("owner", "analyst", "leader", "frontline")


class Workspace(Identified, Base):
    __tablename__ = "workspaces"

    name: Mapped[str]


class Member(Identified, InWorkspace, Base):
    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("email"),)

    email: Mapped[str]
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(String(10), default="leader")
    password_hash: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    session_version: Mapped[int] = mapped_column(default=0)

    workspace: Mapped[Workspace] = relationship()

    @property
    def display_name(self) -> str:
        """What colleagues read: the name, or the address of who hasn't given one yet."""
        return self.name or self.email


class SignInLink(Identified, Base):
    """Works once, until `expires_at`. Only the token's hash is kept. One that was used from the
    start is a session that its member has signed out of."""

    __tablename__ = "sign_in_links"

    member_id: Mapped[str] = mapped_column(ForeignKey("members.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship()
