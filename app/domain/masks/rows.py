"""Masks as rows: one stretch of words in a passage each."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app.domain import masking, personal_data
from app.domain.masking import times
from app.domain.timeline import Span
from app.extensions import db
from app.models import PersonalData, PersonalLook, Segment, Transcript


def stretch(
    segment: Segment, transcript: Transcript, kind: str, first: int, last: int
) -> PersonalData:
    """Words `first`..`last` of the passage, and the time in which they are said for certain."""
    said = times.guessed(segment)
    when = times.certain(segment, times.heard(transcript))[first : last + 1]
    own = Span(said[first].start, said[last].end)
    span = Span(min(each.start for each in when), max(each.end for each in when))
    return PersonalData(
        answer_id=transcript.answer_id,
        segment_id=segment.id,
        position=segment.position,
        first_word=first,
        last_word=last,
        start=span.start,
        end=span.end,
        timed=times.has_times(segment) and span == own,
        kind=kind,
    )


def put_on(row: PersonalData, segment: Segment, first: int, last: int) -> None:
    row.segment_id, row.position = segment.id, segment.position
    row.first_word, row.last_word = first, last


def looked(segment: Segment, masked: str | None) -> None:
    """One row for each passage that was looked through, whoever else writes it at this moment."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {
        "digest": masking.digest(segment.text),
        "version": personal_data.VERSION,
        "masked": masked,
    }
    db.session.execute(
        insert(PersonalLook)
        .values(segment_id=segment.id, **values)
        .on_conflict_do_update(index_elements=["segment_id"], set_=values)
    )


def unlook(transcript: Transcript) -> None:
    """The other transcripts of its recording count as not looked through: until somebody does,
    their masks are worked out by whoever shows their words, and no search finds them."""
    others = (
        select(Segment.id)
        .join(Transcript)
        .where(Transcript.answer_id == transcript.answer_id, Transcript.id != transcript.id)
    )
    db.session.execute(delete(PersonalLook).where(PersonalLook.segment_id.in_(others)))
