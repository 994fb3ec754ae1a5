"""How a member's session begins, and when it is over although nobody signed out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import session
from flask_login import UserMixin, login_user

from app.domain import signing_in
from app.domain.clerk import new_token
from app.models import Member

HOUR, DAY = 3600, 86_400
NOTED_EVERY = 300  # seconds; a cookie isn't written anew with each page


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Seconds without a request, and in all."""

    idle: int
    longest: int


# A working day and a working week; for who chose to stay signed in, two weeks and a month
# (OWASP ASVS 7.3 asks for both kinds of end, and that they are written down).
PLAIN = Lifetime(12 * HOUR, 7 * DAY)
STAYING = Lifetime(14 * DAY, 30 * DAY)


class SignedIn(UserMixin):
    """A member in a session. A password change or sign-out everywhere ends older sessions."""

    def __init__(self, member: Member) -> None:
        self.member = member

    def get_id(self) -> str:
        return f"{self.member.id}.{self.member.session_version}"


def begin(member: Member, *, stay: bool = False) -> None:
    """A session of its own: nothing that stood in the visitor's session before is kept."""
    session.clear()
    session.permanent = stay
    session["began"] = session["seen"] = int(time.time())
    session["id"] = new_token()
    login_user(SignedIn(member))


def end(member: Member) -> None:
    """Signs out. The caller commits."""
    over = session["began"] + _lifetime().longest
    signing_in.sign_out(member, session["id"], datetime.fromtimestamp(over, UTC))


def alive() -> bool:
    """Whether this session may go on; notes that it was seen. A copied cookie ages as well, and
    ends when its owner signs out."""
    lifetime, moment = _lifetime(), int(time.time())
    began, seen, name = session.get("began"), session.get("seen"), session.get("id")
    if not isinstance(began, int) or not isinstance(seen, int) or not isinstance(name, str):
        return False
    if moment - began > lifetime.longest or moment - seen > lifetime.idle:
        return False
    if signing_in.signed_out(name):
        return False
    if moment - seen > NOTED_EVERY:
        session["seen"] = moment
    return True


def _lifetime() -> Lifetime:
    return STAYING if session.permanent else PLAIN
