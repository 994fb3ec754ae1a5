"""What the team is told when a customer needs a person, and who of the team is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app import runtime
from app.domain.members import FIRST_OWNER
from app.domain.wording import sureness
from app.extensions import db
from app.models import Delivery, FollowUp, Member, Program, Submission

KIND = "person"
ROLES = ("owner", "frontline")
_HEARD = " (heard by the machine, which is "


@dataclass(frozen=True, slots=True)
class Call:
    """A follow-up as a message shows it. source: asked (by the customer), heard.

    `said` are the customer's words, `contact` what they typed, `reference` what the workspace
    knows them by; each may be empty.
    """

    follow_up_id: str
    source: str
    reason: str
    who: str
    said: str
    contact: str
    reference: str
    program: str
    touchpoint: str
    due_at: datetime
    url: str

    @property
    def subject(self) -> str:
        if self.source == "asked":
            return f"{self.who} asks to talk to a person"
        about = self.reason.partition(_HEARD)[0]
        return f"{self.who} may need a person: {about[:1].lower()}{about[1:]}"

    @property
    def where(self) -> str:
        """`After delivery · Support`"""
        return " · ".join(name for name in (self.program, self.touchpoint) if name)


def heard(reason: str, score: float) -> str:
    """A machine's reason with its confidence in words; the number stays with the label."""
    return f"{reason}{_HEARD}{sureness(score)})"


def concerns(member: Member) -> bool:
    """Whether this member calls customers back and has an address that letters reach."""
    return member.active and member.role in ROLES and member.email != FIRST_OWNER


def compose(delivery: Delivery) -> Call | None:
    """The call as it stands now; None when nobody need hear of it any more."""
    reader = delivery.channel.member
    follow_up = db.session.get(FollowUp, str(delivery.payload["follow_up_id"]))
    if follow_up is None or follow_up.state == "done":
        return None
    if (reader is not None and not concerns(reader)) or _taken_back(follow_up):
        return None
    submission = follow_up.submission
    touchpoint = submission.touchpoint if submission else None
    return Call(
        follow_up_id=follow_up.id,
        source=follow_up.source,
        reason=follow_up.reason,
        who=(submission.display_name if submission else "") or "A customer",
        said=follow_up.evidence,
        contact=follow_up.contact,
        reference=submission.reference if submission else "",
        program=db.session.get_one(Program, follow_up.program_id).name,
        touchpoint=touchpoint.name if touchpoint else "",
        due_at=follow_up.due_at,
        url=f"{runtime.settings().base_url}/follow-ups/{follow_up.id}",
    )


def _taken_back(follow_up: FollowUp) -> bool:
    """Withdrawn since. A draft is not: who can't even finish may ask for a person, and so may
    who has withdrawn before."""
    submission: Submission | None = follow_up.submission
    if submission is None or submission.state != "withdrawn":
        return False
    taken_at = submission.consent.withdrawn_at if submission.consent else None
    return taken_at is None or follow_up.created_at <= taken_at
