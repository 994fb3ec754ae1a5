"""What the masks of one answer's words depend on besides the words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from app.domain import personal_data
from app.domain.masking.at_rest import at_rest
from app.domain.masking.digests import digest
from app.domain.masking.times import Said, heard
from app.extensions import db
from app.models import Answer, PersonalData, PersonalLook, Segment, Transcript

Looks = Mapping[int, tuple[str, str]]  # a passage's id → the rules' version, its words' digest


@dataclass(frozen=True, slots=True)
class Decided:
    """Which passages were looked through; what the rules found there and people decided, in the
    order in which it came; what the customer is called, as they typed it; and which words the
    machine timed itself, as `times.heard` gives them."""

    looks: Looks
    rows: Sequence[PersonalData]
    names: Sequence[str]
    timed: frozenset[Said] | None


def decided(transcript: Transcript) -> Decided:
    """Read once, for all that is asked of a transcript at a time, while nobody edits it; the looks
    of all its answer's, and these first: of a passage that is looked through meanwhile nobody takes
    the rows from before for what was found."""
    return at_rest([transcript], lambda: _decided(transcript))


def _decided(transcript: Transcript) -> Decided:
    every = select(Segment.id).join(Transcript).where(Transcript.answer_id == transcript.answer_id)
    looks = looks_at(every)
    rows = db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id == transcript.answer_id)
        .order_by(PersonalData.created_at, PersonalData.id)
    )
    return Decided(looks, rows.all(), known(transcript), heard(transcript))


def looks_at(segment_ids: Iterable[int] | Select[int]) -> Looks:
    """How these passages were looked through."""
    look = PersonalLook
    asked = select(look.segment_id, look.version, look.digest)
    found = db.session.execute(asked.where(look.segment_id.in_(segment_ids)))
    return {segment_id: (version, digest) for segment_id, version, digest in found}


def todays(text: str) -> tuple[str, str]:
    """As a look through this text by today's rules is noted: their version, its digest."""
    return personal_data.VERSION, digest(text)


def known(transcript: Transcript) -> list[str]:
    """What the customer is called, as they typed it."""
    answer = db.session.get_one(Answer, transcript.answer_id)
    return [answer.submission.display_name] if answer.submission.display_name else []
