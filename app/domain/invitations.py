"""Ways in: links that anybody who has one may use, until they close or are full."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app.domain import audit, checks
from app.domain.clerk import session
from app.domain.errors import Conflict, Invalid
from app.domain.program_parts import part
from app.models import Invitation, Program, Touchpoint, now
from app.models.base import ALPHABET

MOST_QUOTA = 1_000_000  # voices
CODE_LENGTH = 9  # of 32 letters: 45 bits; a code is public, it must only not be met by chance


def open_invitation(
    program: Program,
    *,
    name: str = "",
    touchpoint_id: str | None = None,
    closes_at: datetime | None = None,
    quota: int | None = None,
) -> Invitation:
    """A link that anybody who has it may use, until it closes or its quota is full. Flushes.

    Raises:
        Invalid: closing in the past, or a quota below one.
        NotFound: another program's touchpoint.
    """
    if closes_at is not None and closes_at <= now():
        raise Invalid("The closing date must lie ahead.")
    if quota is not None:
        checks.within(quota, "The number of voices", 1, MOST_QUOTA)
    invitation = Invitation(
        program_id=program.id,
        code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)),
        name=checks.line(name, "The link's name", needed=False) or "Open link",
        touchpoint_id=part(Touchpoint, touchpoint_id, program).id if touchpoint_id else None,
        closes_at=closes_at,
        quota=quota,
    )
    session().add(invitation)
    session().flush()
    _noted(invitation, "opened")
    return invitation


def of(program: Program) -> Sequence[Invitation]:
    return (
        session()
        .scalars(
            select(Invitation).where(Invitation.program_id == program.id).order_by(Invitation.id)
        )
        .all()
    )


def close(invitation: Invitation) -> None:
    if invitation.closes_at is None or invitation.closes_at > now():
        invitation.closes_at = now()
    session().flush()
    _noted(invitation, "closed")


def reopen(invitation: Invitation) -> None:
    """Open again without a closing date. Raises Conflict where its quota is full."""
    if invitation.quota is not None and invitation.received >= invitation.quota:
        raise Conflict("This link has received as many voices as it may.")
    invitation.closes_at = None
    session().flush()
    _noted(invitation, "reopened")


def _noted(invitation: Invitation, verb: str) -> None:
    program = session().get_one(Program, invitation.program_id)
    audit.record(
        program.workspace_id,
        f"invitation.{verb}",
        subject=("invitation", invitation.id),
        details={"program": program.id},
    )


def state_of(invitation: Invitation) -> str:
    """`open`, `closed` or `full`, the program's own closing aside."""
    if invitation.closes_at is not None and invitation.closes_at <= now():
        return "closed"
    if invitation.quota is not None and invitation.received >= invitation.quota:
        return "full"
    return "open"
