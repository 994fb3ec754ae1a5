"""Signing in: by a link that works once, or by a password; and how sessions end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.domain import audit, passwords
from app.domain.clerk import new_token, rows_written, session, token_hash
from app.domain.errors import Expired, Invalid
from app.models import Member, SignInLink, now

LINK_PATH = "/sign-in/link/"
INVITED_FOR = timedelta(days=7)
ASKED_FOR = timedelta(minutes=30)
WRONG = "That e-mail address and password don't belong together."
USED = "This sign-in link was used before or is too old. Ask for a new one."


def new_link(member: Member, lasts: timedelta = ASKED_FOR) -> str:
    """The path of a link that signs this member in once. Only its token's hash is kept."""
    token = new_token()
    session().add(
        SignInLink(member_id=member.id, token_hash=token_hash(token), expires_at=now() + lasts)
    )
    session().flush()
    noted(member, "sign_in_link.made", minutes=int(lasts.total_seconds() // 60))
    return LINK_PATH + token


def link_for(email: str) -> tuple[Member, str] | None:
    """A link for the active member with this address, or None. Never says which to a visitor."""
    member = by_email(email)
    return (member, new_link(member)) if member is not None else None


def check_link(token: str) -> Member:
    """Whom the link would sign in; it stays unused.

    Raises:
        Expired: unknown, used, too old, or its member is no longer active.
    """
    link = session().scalar(
        select(SignInLink).where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now(),
        )
    )
    if link is None or not link.member.active:
        raise Expired(USED)
    return link.member


def use_link(token: str) -> Member:
    """Uses the link up: of two that try at once, one conditional UPDATE lets one through.

    Raises:
        Expired: as `check_link`; that somebody tried is committed.
    """
    try:
        member = check_link(token)
    except Expired:
        _refused(None, "link")
        raise
    taken = rows_written(
        update(SignInLink)
        .where(
            SignInLink.token_hash == token_hash(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now(),
        )
        .values(used_at=now())
    )
    if taken != 1:
        _refused(member, "link")
        raise Expired(USED)
    noted(member, "sign_in.done", actor=f"member:{member.id}", by="link")
    return member


def sign_in(email: str, password: str) -> Member:
    """As `check_password`, by somebody who comes in."""
    member = check_password(email, password)
    noted(member, "sign_in.done", actor=f"member:{member.id}", by="password")
    return member


def sign_out(member: Member, session_id: str, until: datetime) -> None:
    """Ends this session also where its cookie was copied to. Kept as a sign-in link that was used
    from the start, `until` the session would be over anyway; older ones of the member go."""
    session().execute(
        delete(SignInLink).where(SignInLink.member_id == member.id, SignInLink.expires_at < now())
    )
    ended = SignInLink(
        member_id=member.id, token_hash=_ended(session_id), expires_at=until, used_at=now()
    )
    session().add(ended)
    try:
        session().flush()
    except IntegrityError:  # it was ended twice at the same moment
        session().rollback()
        return
    noted(member, "sign_in.ended")


def signed_out(session_id: str) -> bool:
    """Whether somebody signed out of this session."""
    ended = select(SignInLink.id).where(SignInLink.token_hash == _ended(session_id))
    return session().scalar(ended) is not None


def check_password(email: str, password: str) -> Member:
    """The active member with this address and password.

    Raises:
        Invalid: one sentence for every reason, after the same work, so that nobody can find
            out who has an account; that somebody tried is committed.
    """
    member = by_email(email)
    kept = member.password_hash if member is not None else None
    if not passwords.fits(kept, password) or member is None:
        _refused(member, "password")
        raise Invalid(WRONG)
    if passwords.is_dated(kept):
        member.password_hash = passwords.rehashed(password)
    return member


def set_password(member: Member, password: str) -> None:
    """Keeps its argon2id hash and ends the member's other sessions and open links.

    Raises:
        Invalid: too short, too long, or the address itself.
    """
    member.password_hash = passwords.hashed(password, member.email)
    noted(member, "password.changed")
    end_sessions(member)


def end_sessions(member: Member) -> None:
    """Signs the member out everywhere; links that would sign in again end too."""
    member.session_version += 1
    session().flush()
    end_links(member)
    noted(member, "sessions.ended")


def open_links(workspace_id: str) -> dict[str, datetime]:
    """Until when each member's newest unused link works, by member id."""
    rows = session().execute(
        select(SignInLink.member_id, func.max(SignInLink.expires_at))
        .join(Member)
        .where(
            Member.workspace_id == workspace_id,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now(),
        )
        .group_by(SignInLink.member_id)
    )
    return {row[0]: row[1] for row in rows}


def by_email(email: str) -> Member | None:
    """The active member with this address, in whatever case it was typed."""
    return session().scalar(
        select(Member).where(Member.email == email.strip().lower()[:300], Member.active)
    )


def end_links(member: Member) -> None:
    rows_written(
        update(SignInLink)
        .where(SignInLink.member_id == member.id, SignInLink.used_at.is_(None))
        .values(used_at=now())
    )


def noted(member: Member, action: str, actor: str = "", **details: str | int) -> None:
    subject = ("member", member.id)
    audit.record(member.workspace_id, action, actor=actor, subject=subject, details=details)


def _ended(session_id: str) -> str:
    return token_hash(f"session {session_id}")  # nothing that a link's token could be


def _refused(member: Member | None, by: str) -> None:
    """Commits: the answer to a refused sign-in rolls everything else back."""
    if member is None:  # of which workspace nobody can tell
        audit.record("", "sign_in.failed", details={"by": by})
    else:
        noted(member, "sign_in.failed", by=by)
    session().commit()
