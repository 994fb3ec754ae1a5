"""Which words of a transcript have a mask now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.domain import personal_data
from app.domain.masking.digests import digest
from app.domain.masking.ground import Ground
from app.domain.masking.places import decide, masked, put
from app.domain.masking.times import Said, heard
from app.extensions import db
from app.models import Answer, PersonalData, PersonalLook, Segment, Transcript


@dataclass(frozen=True, slots=True)
class Decided:
    """What masks in one answer's words depend on besides the words: what the rules found and people
    decided, in the order in which it came; what the customer is called, as they typed it; and which
    words the machine timed itself, as `times.heard` gives them."""

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


def hidden(transcript: Transcript, by: Decided | None = None) -> dict[int, dict[int, str]]:
    """The masked words of each passage that has some, by the segment's id: number of the word →
    kind."""
    by = by or decided(transcript)
    return _hidden(transcript.segments, by, looked_through(transcript.segments))


def hidden_in(transcripts: Sequence[Transcript]) -> dict[int, dict[int, str]]:
    """The same in many transcripts at once, in two queries; their segments are loaded already."""
    rows: dict[str, list[PersonalData]] = {each.answer_id: [] for each in transcripts}
    for row in db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id.in_(rows))
        .order_by(PersonalData.created_at, PersonalData.id)
    ):
        rows[row.answer_id].append(row)
    fresh = looked_through([segment for each in transcripts for segment in each.segments])
    found: dict[int, dict[int, str]] = {}
    for each in transcripts:
        by = Decided(rows[each.answer_id], known(each), heard(each))
        own = frozenset(segment.id for segment in each.segments)
        found |= _hidden(each.segments, by, fresh & own)
    return found


def _hidden(
    segments: Sequence[Segment], by: Decided, fresh: frozenset[int]
) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {segment.id: {} for segment in segments}
    if len(fresh) == len(segments):
        for row in by.rows:
            if row.source == "machine" and row.segment_id in found:
                put(found[row.segment_id], row.first_word, row.last_word, row.kind)
    else:
        for each in personal_data.find([s.text for s in segments], by.names):
            put(found[segments[each.segment].id], each.first, each.last, each.kind)
    decide(found, by.rows, Ground(segments, fresh, by.timed))
    return masked(found)


def known(transcript: Transcript) -> list[str]:
    """What the customer is called, as they typed it."""
    answer = db.session.get_one(Answer, transcript.answer_id)
    return [answer.submission.display_name] if answer.submission.display_name else []


def looked_through(segments: Sequence[Segment]) -> frozenset[int]:
    """The ids of those whose rows are of their text as it is now, by today's rules."""
    looks = db.session.scalars(
        select(PersonalLook).where(PersonalLook.segment_id.in_([each.id for each in segments]))
    )
    texts = {segment.id: digest(segment.text) for segment in segments}
    return frozenset(
        look.segment_id
        for look in looks
        if (look.version, look.digest) == (personal_data.VERSION, texts[look.segment_id])
    )
