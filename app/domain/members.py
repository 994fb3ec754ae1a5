"""Who may work here: members, their passwords, and links that sign in once."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from app.domain import audit, checks, passwords
from app.domain.clerk import new_token, rows_written, session, token_hash
from app.domain.errors import Conflict, Expired, Invalid
from app.models import Member, SignInLink, Workspace, now
from app.models.workspace import ROLES

FIRST_OWNER = "owner@localhost"
LINK_PATH = "/sign-in/link/"
INVITED_FOR = timedelta(days=7)
ASKED_FOR = timedelta(minutes=30)
WRONG = "That e-mail address and password don't belong together."
USED = "This sign-in link was used before or is too old. Ask for a new one."


def ensure_first_owner() -> Member:
    """The oldest active owner; where there is none, a new workspace with one. Flushes."""
    owner = session().scalar(
        select(Member).where(Member.role == "owner", Member.active).order_by(Member.id).limit(1)
    )
    if owner is None:
        owner = Member(workspace=Workspace(name="Your workspace"), email=FIRST_OWNER, role="owner")
        session().add(owner)
        session().flush()
        audit.record(owner.workspace_id, "workspace.made", subject=("member", owner.id))
    return owner


def rename(workspace: Workspace, name: str) -> None:
    """What customers see above each page. Raises Invalid."""
    workspace.name = checks.line(name, "The name", most=80)
    session().flush()
    audit.record(workspace.id, "workspace.renamed")


def first_owner_link() -> str | None:
    """The path of a link that signs the first owner in once, made anew; the caller commits.

    None when an owner has chosen a password: a start then prints no key to the house.
    """
    chosen = select(Member.id).where(
        Member.role == "owner", Member.active, Member.password_hash.is_not(None)
    )
    if session().scalar(chosen.limit(1)) is not None:
        return None
    return new_link(ensure_first_owner(), INVITED_FOR)


def new_link(member: Member, lasts: timedelta = ASKED_FOR) -> str:
    """The path of a link that signs this member in once. Only its token's hash is kept."""
    token = new_token()
    session().add(
        SignInLink(member_id=member.id, token_hash=token_hash(token), expires_at=now() + lasts)
    )
    session().flush()
    _noted(member, "sign_in_link.made", minutes=int(lasts.total_seconds() // 60))
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
    _noted(member, "sign_in.done", actor=f"member:{member.id}", by="link")
    return member


def sign_in(email: str, password: str) -> Member:
    """As `check_password`, by somebody who comes in."""
    member = check_password(email, password)
    _noted(member, "sign_in.done", actor=f"member:{member.id}", by="password")
    return member


def sign_out(member: Member) -> None:
    """The caller ends the session that this one asked from."""
    _noted(member, "sign_in.ended")


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
    _noted(member, "password.changed")
    end_sessions(member)


def end_sessions(member: Member) -> None:
    """Signs the member out everywhere; links that would sign in again end too."""
    member.session_version += 1
    session().flush()
    _end_links(member)
    _noted(member, "sessions.ended")


def would_move(member: Member, email: str) -> bool:
    """Whether this is another address than the member's own."""
    return email.strip().lower() != member.email


def describe(member: Member, *, name: str, email: str | None = None) -> None:
    """A new address ends the links that were sent to the old one.

    Raises:
        Invalid: not a name, not an address. Conflict: another member has the address.
    """
    member.name = checks.line(name, "Your name", most=80)
    before = member.email
    if email is not None:
        address = checks.email(email, "Your e-mail address")
        if address != member.email:
            _refuse_taken(address)
            member.email = address
            _end_links(member)
    session().flush()
    _noted(member, "member.described", address_changed=int(member.email != before))


def invite(workspace: Workspace, *, email: str, role: str, name: str = "") -> tuple[Member, str]:
    """A new member and the path of the link that signs them in once.

    Raises:
        Invalid: no such role, or not an address.
        Conflict: somebody has this address already.
    """
    address = checks.email(email)
    checks.one_of(role, "The role", ROLES)
    _refuse_taken(address)
    member = Member(
        workspace_id=workspace.id,
        email=address,
        role=role,
        name=checks.line(name, "The name", most=80, needed=False),
    )
    session().add(member)
    session().flush()
    _noted(member, "member.invited", role=role)
    return member, new_link(member, INVITED_FOR)


def change_role(member: Member, role: str) -> None:
    """Raises Invalid, or Conflict where the workspace would be left without an owner."""
    checks.one_of(role, "The role", ROLES)
    if member.role == "owner" and role != "owner":
        _refuse_last_owner(member)
    if role != member.role:
        member.session_version += 1  # open pages of the old role end; an unused invitation stays
    _noted(member, "member.role_changed", before=member.role, role=role)
    member.role = role
    session().flush()


def deactivate(member: Member) -> None:
    """No more signing in, at once, by no link either. Raises Conflict for the last owner."""
    if member.role == "owner":
        _refuse_last_owner(member)
    member.active = False
    _noted(member, "member.deactivated")
    end_sessions(member)


def activate(member: Member) -> None:
    member.active = True
    session().flush()
    _noted(member, "member.activated")


def of(workspace_id: str) -> list[Member]:
    """Everyone of the workspace: the active first, by name."""
    rows = session().scalars(select(Member).where(Member.workspace_id == workspace_id))
    return sorted(rows, key=lambda m: (not m.active, (m.name or m.email).casefold()))


def by_email(email: str) -> Member | None:
    """The active member with this address, in whatever case it was typed."""
    return session().scalar(
        select(Member).where(Member.email == email.strip().lower()[:300], Member.active)
    )


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


def _end_links(member: Member) -> None:
    rows_written(
        update(SignInLink)
        .where(SignInLink.member_id == member.id, SignInLink.used_at.is_(None))
        .values(used_at=now())
    )


def _noted(member: Member, action: str, actor: str = "", **details: str | int) -> None:
    subject = ("member", member.id)
    audit.record(member.workspace_id, action, actor=actor, subject=subject, details=details)


def _refused(member: Member | None, by: str) -> None:
    """Commits: the answer to a refused sign-in rolls everything else back."""
    if member is None:  # of which workspace nobody can tell
        audit.record("", "sign_in.failed", details={"by": by})
    else:
        _noted(member, "sign_in.failed", by=by)
    session().commit()


def _refuse_taken(address: str) -> None:
    if session().scalar(select(Member.id).where(Member.email == address)) is not None:
        raise Conflict(f"Somebody with the address {address} is already a member.")


def _refuse_last_owner(member: Member) -> None:
    """Locks the workspace's owners first: two owners can't each remove the other."""
    owners = session().scalars(
        select(Member.id)
        .where(Member.workspace_id == member.workspace_id, Member.role == "owner", Member.active)
        .with_for_update()
    )
    if not [owner for owner in owners if owner != member.id]:
        raise Conflict("This is the last owner. Make somebody else an owner first.")
