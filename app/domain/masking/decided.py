"""What the masks of one answer's words depend on besides the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.masking.times import Said, heard
from app.extensions import db
from app.models import Answer, PersonalData, Transcript


@dataclass(frozen=True, slots=True)
class Decided:
    """What the rules found and people decided, in the order in which it came; what the customer is
    called, as they typed it; and which words the machine timed itself, as `times.heard` gives
    them."""

    rows: Sequence[PersonalData]
    names: Sequence[str]
    timed: frozenset[Said] | None


def decided(transcript: Transcript) -> Decided:
    """Read once, for all that is asked of a transcript at a time."""
    rows = db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id == transcript.answer_id)
        .order_by(PersonalData.created_at, PersonalData.id)
    )
    return Decided(rows.all(), known(transcript), heard(transcript))


def known(transcript: Transcript) -> list[str]:
    """What the customer is called, as they typed it."""
    answer = db.session.get_one(Answer, transcript.answer_id)
    return [answer.submission.display_name] if answer.submission.display_name else []
