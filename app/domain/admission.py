"""Who may still come in by a link: closing dates and quotas."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.clerk import rows_written
from app.domain.errors import Expired, NotFound
from app.domain.wording import mark
from app.extensions import db
from app.models import Invitation, now


def find(code: str) -> Invitation:
    """Raises NotFound."""
    query = select(Invitation).where(Invitation.code == code)
    invitation = db.session.scalar(query) if code.isprintable() else None
    if invitation is None:
        raise NotFound(mark("There is no page for this link. Check it for a typing mistake."))
    return invitation


def require_open(invitation: Invitation) -> None:
    """Raises Expired when the program or the invitation is closed, or enough have answered."""
    program, moment = invitation.program, now()
    if program.closed_at and program.closed_at <= moment:
        raise Expired(mark("This is closed now. Thank you for coming all the same."))
    if invitation.closes_at and invitation.closes_at <= moment:
        raise Expired(mark("This link has closed. Thank you for coming all the same."))
    if invitation.quota is not None and invitation.received >= invitation.quota:
        raise Expired(_FULL)


_FULL = mark("Enough people have answered here already. Thank you for coming all the same.")


def count(invitation: Invitation) -> None:
    """One more has arrived. One conditional UPDATE: of fifty at a quota of ten, exactly ten
    get through.

    Raises:
        Expired: closed or full.
    """
    require_open(invitation)
    counted = rows_written(
        update(Invitation)
        .where(
            Invitation.id == invitation.id,
            Invitation.quota.is_(None) | (Invitation.received < Invitation.quota),
        )
        .values(received=Invitation.received + 1)
    )
    if not counted:
        raise Expired(_FULL)
    db.session.expire(invitation)
