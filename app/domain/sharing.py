"""Links that show one moment to whoever holds them, for a while."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.domain import audit, clips
from app.domain.clerk import new_token, token_hash
from app.domain.errors import Expired, Invalid, NotFound
from app.extensions import db
from app.models import Highlight, Member, ShareLink, Submission, now

DEFAULT_DAYS = 14
LONGEST_DAYS = 90
OUTSIDE = ("shared", "public")


def withdrawn(submission: Submission) -> bool:
    """Whether its customer took it back, or never finished giving it."""
    consent = submission.consent
    return submission.state != "received" or (
        consent is not None and consent.withdrawn_at is not None
    )


def may_leave(submission: Submission) -> bool:
    """Whether its customer agreed to being shown outside the company."""
    consent = submission.consent
    return (
        consent is not None
        and not withdrawn(submission)
        and any(purpose in consent.purposes for purpose in OUTSIDE)
    )


def create(highlight: Highlight, member: Member, days: int = DEFAULT_DAYS) -> tuple[ShareLink, str]:
    """A link that ends after `days`, and its token, which is not kept.

    The clip is ordered at once, so that it is there before the link is opened.

    Raises:
        Invalid: the customer did not agree to it, or the days are not 1..90.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise Invalid(f"A link can last from 1 to {LONGEST_DAYS} days.")
    if highlight.hidden:
        raise Invalid("This moment is hidden. Show it on the board first.")
    if not may_leave(highlight.submission):
        raise Invalid("This customer did not agree to being shown outside the company.")
    token = new_token()
    link = ShareLink(
        workspace_id=highlight.workspace_id,
        highlight_id=highlight.id,
        created_by=member.id,
        token_hash=token_hash(token),
        expires_at=now() + timedelta(days=days),
    )
    db.session.add(link)
    if clips.can_cut(highlight):
        clips.request(highlight)
    db.session.flush()
    _noted(link, "share.made", days=days)
    return link, token


def revoke(link: ShareLink) -> None:
    """Ends it now. Revoking twice changes nothing."""
    link.revoked_at = link.revoked_at or now()
    db.session.flush()
    _noted(link, "share.revoked")


def state(link: ShareLink, moment: datetime) -> str:
    """open, revoked, expired or withdrawn (by the customer, or hidden by staff)."""
    if link.revoked_at is not None:
        return "revoked"
    if link.expires_at <= moment:
        return "expired"
    if link.highlight.hidden or not may_leave(link.highlight.submission):
        return "withdrawn"
    return "open"


def find(token: str) -> ShareLink:
    """The open link with this token. Asked again for every part of the page.

    Raises:
        NotFound: there never was one.
        Expired: it was revoked, ran out, or the customer took the recording back.
    """
    link = db.session.scalar(select(ShareLink).where(ShareLink.token_hash == token_hash(token)))
    if link is None:
        raise NotFound(Expired.sentence)
    if state(link, now()) != "open":
        raise Expired
    return link


def count_view(link: ShareLink) -> None:
    db.session.execute(
        update(ShareLink).where(ShareLink.id == link.id).values(views=ShareLink.views + 1)
    )


def _noted(link: ShareLink, action: str, **details: int) -> None:
    audit.record(
        link.workspace_id,
        action,
        subject=("share", link.id),
        details={"highlight": link.highlight_id, **details},
    )


def links_of(highlight: Highlight) -> Sequence[ShareLink]:
    """Newest first."""
    return db.session.scalars(
        select(ShareLink)
        .where(ShareLink.highlight_id == highlight.id)
        .order_by(ShareLink.id.desc())
    ).all()


def links(workspace_id: str, most: int = 200) -> Sequence[ShareLink]:
    """The workspace's links, newest first."""
    return db.session.scalars(
        select(ShareLink)
        .where(ShareLink.workspace_id == workspace_id)
        .order_by(ShareLink.id.desc())
        .limit(most)
    ).all()
