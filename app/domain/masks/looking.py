"""Looks through a transcript's words for personal data, and ties people's decisions to them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import delete, or_, select

from app.domain import answers, masking, personal_data
from app.domain.masking import places, showing, times
from app.domain.masking.ground import Ground
from app.domain.masks import following, rows, untimed
from app.extensions import db
from app.models import PersonalData, PersonalLook, Segment, Transcript

BATCH = 50  # transcripts that the clock looks through at a time


def look(transcript: Transcript) -> int:
    """Finds the personal data in a transcript's words and writes it down; how many spans. The
    caller commits. People's decisions stay, and are tied to the passages as they are now; to those
    of the current transcript."""
    answers.hold(transcript.answer_id)
    segments = transcript.segments
    fresh = masking.looked_through(segments)
    if transcript.current:
        _tie(transcript, fresh)
    ids = [segment.id for segment in segments]
    db.session.execute(
        delete(PersonalData)
        .where(PersonalData.answer_id == transcript.answer_id, PersonalData.source == "machine")
        .where(or_(PersonalData.segment_id.in_(ids), PersonalData.segment_id.is_(None)))
    )
    by = masking.decided(transcript)
    found = masking.by_machine(transcript, by, frozenset(ids))
    spots = [
        (segment, *spot)
        for segment in segments
        for spot in showing.stretches(segment.text.split(), found[segment.id])
        if spot[-1]
    ]
    for segment, first, last, kind in spots:
        row = rows.stretch(segment, transcript, kind, first, last)
        row.engine, row.version = personal_data.ENGINE, personal_data.VERSION
        db.session.add(row)
    for segment in segments:
        rows.looked(segment, None)
    db.session.flush()
    following.settle(transcript)
    return len(spots)


def catch_up(most: int = BATCH) -> int:
    """Looks through transcripts that came before these rules did; how many. Commits each. What was
    exported or cut before is made anew. Also those that nobody reads now: what is masked in them
    is silent."""
    fresh = (
        select(PersonalLook.segment_id)
        .where(PersonalLook.segment_id == Segment.id, PersonalLook.version == personal_data.VERSION)
        .exists()
    )
    waiting = db.session.scalars(
        select(Segment.transcript_id)
        .join(Transcript)
        .where(~fresh)
        .group_by(Segment.transcript_id, Transcript.current)
        .order_by(Transcript.current.desc())
        .limit(most)
    ).all()
    for transcript_id in waiting:
        transcript = db.session.get(Transcript, transcript_id)
        if transcript is not None and look(transcript) and transcript.current:
            following.forget_exports(transcript)
        db.session.commit()
    return len(waiting)


def _decided(answer_id: str) -> Sequence[PersonalData]:
    return db.session.scalars(
        select(PersonalData)
        .where(PersonalData.answer_id == answer_id, PersonalData.source == "person")
        .order_by(PersonalData.created_at, PersonalData.id)
    ).all()


def _tie(transcript: Transcript, fresh: frozenset[int]) -> None:
    """Each to the passage that holds its words now. One whose words are gone is about no other
    words; its time finds them again, should they return."""
    segments = transcript.segments
    ground = Ground(segments, fresh, times.heard(transcript))
    by_number: list[tuple[PersonalData, list[untimed.Spot]]] = []
    for row in _decided(transcript.answer_id):
        spots = list(places.places(row, ground))
        if not spots:
            if row.segment_id in {segment.id for segment in segments}:
                row.segment_id = None
        elif row.timed or row.end <= row.start:
            rows.put_on(row, *spots[0])
            if len(spots) > 1 and row.timed and (not row.version or any(places.own(row, spots))):
                _share(row, transcript, spots)
        else:
            by_number.append((row, spots))
    untimed.tie(by_number)
    db.session.flush()
    _follow(transcript, ground)
    db.session.flush()


def _follow(transcript: Transcript, ground: Ground[Segment]) -> None:
    """A row for each place where somebody wrote hidden words anew, so that their mask can be lifted
    there. That of a place where they are gone again goes: one is enough to find them."""
    decided = _decided(transcript.answer_id)
    here = {segment.id: segment for segment in transcript.segments}
    held: set[tuple[int | None, int, int]] = set()
    waiting: set[tuple[object, ...]] = set()
    for row in decided:
        words = row.first_word, row.last_word
        held.add((row.segment_id, *words))
        segment = here.get(row.segment_id or 0)
        if segment is not None and places.tells(row.version, segment, *words):
            continue
        made = row.version, row.hidden, row.created_at, row.start, row.end
        if row.version and made in waiting:
            db.session.delete(row)
        waiting.add(made)
    for row, (segment, first, last) in places.moved(decided, ground):
        spot = segment.id, first, last
        if spot not in held and places.tells(row.version, segment, first, last):
            held.add(spot)
            untimed.again(row, (segment, first, last))


def _share(
    row: PersonalData, transcript: Transcript, spots: Sequence[tuple[Segment, int, int]]
) -> None:
    """A row for each of the passages that have its words by now, with its part of the time."""
    whole_start, whole_end = row.start, row.end
    parts = []
    for number, (segment, first, last) in enumerate(spots):
        spans = times.guessed(segment)
        part = row if number == 0 else rows.stretch(segment, transcript, row.kind, first, last)
        part.start, part.end, part.timed = spans[first].start, spans[last].end, True
        part.version = places.told(segment, first, last)
        if part is not row:
            part.source, part.hidden, part.member_id = row.source, row.hidden, row.member_id
            part.created_at = row.created_at  # a later decision stays the later one
            db.session.add(part)
        parts.append(part)
    if row.hidden:  # also the words between two parts, which somebody took away, stay silent
        row.start, parts[-1].end = min(row.start, whole_start), max(parts[-1].end, whole_end)
        for one, other in pairwise(parts):
            one.end = max(one.end, other.start)
