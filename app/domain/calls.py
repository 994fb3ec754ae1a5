"""What the team is told when a customer needs a person, and who of the team is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app import runtime
from app.domain import masking, wording
from app.domain.members import FIRST_OWNER
from app.extensions import db
from app.models import Delivery, FollowUp, Member, Program, Submission

KIND = "person"
ROLES = ("owner", "frontline")
NO_WAY = "They left no way to reach them"
_HEARD = " (heard by the machine, which is "


@dataclass(frozen=True, slots=True)
class Call:
    """A follow-up as a message shows it. source: asked (by the customer), heard.

    `said` are the customer's words, `contact` what they typed, `reference` what the workspace
    knows them by; each may be empty. `others`: how many more asked in the same hour and wait.
    `voices`: the submissions of all of these. `unreached`: what stands for `contact` without one.
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
    others: int = 0
    voices: tuple[str, ...] = ()
    unreached: str = NO_WAY

    @property
    def subject(self) -> str:
        if self.others:
            more = f"{self.others} other customer{'' if self.others == 1 else 's'}"
            return f"{self.who} and {more} ask to talk to a person"
        if self.source == "asked":
            return f"{self.who} asks to talk to a person"
        about = self.reason.partition(_HEARD)[0]
        return f"{self.who} may need a person: {about[:1].lower()}{about[1:]}"

    @property
    def where(self) -> str:
        """`After delivery · Support`"""
        return " · ".join(name for name in (self.program, self.touchpoint) if name)


def heard(reason: str, score: float, language: str = "") -> str:
    """A machine's reason with its confidence in words; the number stays with the label.
    `language`: of what was said."""
    return f"{reason}{_HEARD}{wording.sureness(score, language)})"


def unreached(submission: Submission | None) -> str:
    """What is said of a customer who left no contact: that, or that their words hold one."""
    return masking.said_how(submission) or NO_WAY


def concerns(member: Member) -> bool:
    """Whether this member calls customers back and has an address that letters reach."""
    return member.active and member.role in ROLES and member.email != FIRST_OWNER


def together(follow_up: FollowUp, hour: datetime) -> dict[str, str]:
    """The payload of one letter about all who asked in the hour that begins then, as this one."""
    return {
        "follow_up_id": follow_up.id,
        "program_id": follow_up.program_id,
        "hour": hour.isoformat(),
    }


def is_of(delivery: Delivery, program_id: str) -> bool:
    """Whether it tells of all who asked for a person in one hour of this program."""
    return delivery.payload.get("program_id") == program_id


def compose(delivery: Delivery) -> Call | None:
    """The call as it stands now; None when nobody need hear of it any more."""
    reader, waiting = delivery.channel.member, _waiting(delivery)
    if not waiting or (reader is not None and not concerns(reader)):
        return None
    follow_up = waiting[0]
    submission = follow_up.submission
    touchpoint = submission.touchpoint if submission else None
    return Call(
        follow_up_id=follow_up.id,
        source=follow_up.source,
        reason=follow_up.reason,
        who=(submission.display_name if submission else "") or "A customer",
        said=masking.evidence(follow_up.evidence, submission),
        contact=follow_up.contact,
        reference=submission.reference if submission else "",
        program=db.session.get_one(Program, follow_up.program_id).name,
        touchpoint=touchpoint.name if touchpoint else "",
        due_at=follow_up.due_at,
        url=f"{runtime.settings().base_url}/follow-ups/{follow_up.id}",
        others=len(waiting) - 1,
        voices=tuple(voice for each in waiting if (voice := _voice(each))),
        unreached=unreached(submission),
    )


def _waiting(delivery: Delivery) -> list[FollowUp]:
    """The cases that it tells of and that somebody need still hear of, the oldest first."""
    told = select(FollowUp).order_by(FollowUp.id)
    if "hour" in delivery.payload:
        hour = datetime.fromisoformat(delivery.payload["hour"])
        told = told.where(
            FollowUp.program_id == delivery.payload["program_id"],
            FollowUp.source == "asked",
            FollowUp.created_at >= hour,
            FollowUp.created_at < hour + timedelta(hours=1),
        )
    else:
        told = told.where(FollowUp.id == delivery.payload["follow_up_id"])
    cases = db.session.scalars(told)
    return [each for each in cases if each.state != "done" and not _taken_back(each)]


def _voice(follow_up: FollowUp) -> str | None:
    """None where it is about no voice, or where nothing but the call was left of it before."""
    submission: Submission | None = follow_up.submission
    return submission.id if submission is not None and submission.state != "withdrawn" else None


def _taken_back(follow_up: FollowUp) -> bool:
    """Withdrawn since. A draft is not: who can't even finish may ask for a person, and so may
    who has withdrawn before."""
    submission: Submission | None = follow_up.submission
    if submission is None or submission.state != "withdrawn":
        return False
    taken_at = submission.consent.withdrawn_at if submission.consent else None
    return taken_at is None or follow_up.created_at <= taken_at
