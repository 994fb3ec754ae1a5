"""Who may work here, and as what."""

from __future__ import annotations

from sqlalchemy import select

from app.domain import audit, checks, signing_in
from app.domain.clerk import session
from app.domain.errors import Conflict
from app.models import Member, Workspace
from app.models.workspace import ROLES

FIRST_OWNER = "owner@localhost"


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
    return signing_in.new_link(ensure_first_owner(), signing_in.INVITED_FOR)


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
            signing_in.end_links(member)
    session().flush()
    signing_in.noted(member, "member.described", address_changed=int(member.email != before))


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
    signing_in.noted(member, "member.invited", role=role)
    return member, signing_in.new_link(member, signing_in.INVITED_FOR)


def change_role(member: Member, role: str) -> None:
    """Raises Invalid, or Conflict where the workspace would be left without an owner."""
    checks.one_of(role, "The role", ROLES)
    if member.role == "owner" and role != "owner":
        _refuse_last_owner(member)
    if role != member.role:
        member.session_version += 1  # open pages of the old role end; an unused invitation stays
    signing_in.noted(member, "member.role_changed", before=member.role, role=role)
    member.role = role
    session().flush()


def deactivate(member: Member) -> None:
    """No more signing in, at once, by no link either. Raises Conflict for the last owner."""
    if member.role == "owner":
        _refuse_last_owner(member)
    member.active = False
    signing_in.noted(member, "member.deactivated")
    signing_in.end_sessions(member)


def activate(member: Member) -> None:
    member.active = True
    session().flush()
    signing_in.noted(member, "member.activated")


def of(workspace_id: str) -> list[Member]:
    """Everyone of the workspace: the active first, by name."""
    rows = session().scalars(select(Member).where(Member.workspace_id == workspace_id))
    return sorted(rows, key=lambda m: (not m.active, m.display_name.casefold()))


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
