"""Which words of a transcript have a mask now."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.domain import personal_data
from app.domain.masking.at_rest import at_rest
from app.domain.masking.carried import carried
from app.domain.masking.decided import Decided, Looks, decided, known, looks_at, todays
from app.domain.masking.ground import Ground
from app.domain.masking.places import Kinds, by_rules, decide, masked, put
from app.domain.masking.times import heard
from app.extensions import db
from app.models import PersonalData, Segment, Transcript


def hidden(transcript: Transcript, by: Decided | None = None) -> dict[int, dict[int, str]]:
    """The masked words of each passage that has some, by the segment's id: number of the word →
    kind."""
    by = by or decided(transcript)
    return _hidden(transcript, by)


def hidden_in(transcripts: Sequence[Transcript]) -> dict[int, dict[int, str]]:
    """The same in many transcripts at once, in three queries; their segments are loaded already."""
    return at_rest(transcripts, lambda: _hidden_in(transcripts))


def _hidden_in(transcripts: Sequence[Transcript]) -> dict[int, dict[int, str]]:
    looks = looks_at([segment.id for each in transcripts for segment in each.segments])
    rows: dict[str, list[PersonalData]] = {each.answer_id: [] for each in transcripts}
    for row in db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id.in_(rows))
        .order_by(PersonalData.created_at, PersonalData.id)
    ):
        rows[row.answer_id].append(row)
    found: dict[int, dict[int, str]] = {}
    for each in transcripts:
        by = Decided(looks, rows[each.answer_id], known(each), heard(each))
        found |= _hidden(each, by)
    return found


def by_machine(
    transcript: Transcript, by: Decided, fresh: frozenset[int] = frozenset()
) -> dict[int, Kinds]:
    """What the rules find in a transcript's words as they are now, and what of them is still masked
    for what stood there before, by the segments' ids. `fresh`: as `looked_through` gives them."""
    segments = transcript.segments
    texts = [segment.text for segment in segments]
    found = by_rules(segments, personal_data.find(texts, by.names))
    kept = carried(transcript, by, Ground(segments, fresh, by.timed))
    return {number: kept[number] | words for number, words in found.items()}


def _hidden(transcript: Transcript, by: Decided) -> dict[int, dict[int, str]]:
    segments = transcript.segments
    fresh = _fresh(segments, by.looks)
    if len(fresh) == len(segments):
        found: dict[int, Kinds] = {segment.id: {} for segment in segments}
        for row in by.rows:
            if row.source == "machine" and row.segment_id in found:
                put(found[row.segment_id], row.first_word, row.last_word, row.kind)
    else:
        found = by_machine(transcript, by, fresh)
    decide(found, by.rows, Ground(segments, fresh, by.timed))
    return masked(found)


def looked_through(segments: Sequence[Segment]) -> frozenset[int]:
    """The ids of those whose rows are of their text as it is now, by today's rules."""
    return _fresh(segments, looks_at([each.id for each in segments]))


def _fresh(segments: Sequence[Segment], looks: Looks) -> frozenset[int]:
    return frozenset(each.id for each in segments if looks.get(each.id) == todays(each.text))
