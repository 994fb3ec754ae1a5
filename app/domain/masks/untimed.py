"""Decisions about words that nobody timed: each has its whole passage's time, so that only its
number tells which of several same words there it is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app.domain.masking import places
from app.domain.masking.ground import Ground
from app.domain.masks import rows
from app.extensions import db
from app.models import PersonalData, Segment

Spot = tuple[Segment, int, int]  # a passage, and the numbers of the first and the last word there
Held = dict[tuple[int, int, int, str], list[PersonalData]]  # who is tied to a spot, by its words


def tie(decided: Sequence[tuple[PersonalData, Sequence[Spot]]]) -> None:
    """Each decision to the nearest of its spots that no other one is about. Once looked through, a
    row counts for its own number only, so a mask gets a row for each spot that is left over."""
    held: Held = {}
    free: list[tuple[PersonalData, Spot]] = []
    for row, spots in sorted(decided, key=lambda each: each[0].hidden):
        parts = [spot for spot in spots if not _whole(row, spot)]
        if parts:  # its words are spelt otherwise or taken apart: its time stands for all of them
            rows.put_on(row, *parts[0])
            continue
        own = _own(row, spots, held)
        rows.put_on(row, *own)
        held.setdefault(_key(row, own), []).append(row)
        free += [(row, spot) for spot in spots if row.hidden]
    for row, spot in free:
        if not held.get(_key(row, spot)):
            held[_key(row, spot)] = [again(row, spot)]


def same(row: PersonalData, ground: Ground[Segment]) -> Sequence[PersonalData]:
    """All that people decided about the very words of this one, while nobody had timed them; not
    what is about words that these stand in for."""
    tied = db.session.scalars(
        select(PersonalData).where(
            PersonalData.segment_id == row.segment_id,
            PersonalData.first_word == row.first_word,
            PersonalData.last_word == row.last_word,
            PersonalData.source == "person",
            PersonalData.timed.is_(False),
            PersonalData.end > PersonalData.start,
        )
    )
    return [each for each in tied if not each.version or any(_of_its_own(each, ground))]


def _of_its_own(row: PersonalData, ground: Ground[Segment]) -> Iterator[Spot]:
    return places.own(row, list(places.places(row, ground)))


def _own(row: PersonalData, spots: Sequence[Spot], held: Held) -> Spot:
    near = sorted(spots, key=lambda spot: _distance(row, spot))
    free = [spot for spot in near if not held.get(_key(row, spot))]
    there = held.get(_key(row, near[0]), [])
    # A mask stays where one was lifted before it was put: nothing else masks these words.
    given = any(each.hidden or each.created_at > row.created_at for each in there)
    return free[0] if free and given else near[0]


def _whole(row: PersonalData, spot: Spot) -> bool:
    return not row.version or places.tells(row.version, *spot)


def _key(row: PersonalData, spot: Spot) -> tuple[int, int, int, str]:
    segment, first, last = spot
    return segment.id, first, last, row.version


def _distance(row: PersonalData, spot: Spot) -> tuple[int, int]:
    segment, first, _ = spot
    return abs(segment.position - row.position), abs(first - row.first_word)


def again(row: PersonalData, spot: Spot) -> PersonalData:
    """The same decision once more, on these words."""
    made = PersonalData(
        answer_id=row.answer_id,
        start=row.start,
        end=row.end,
        timed=row.timed,
        kind=row.kind,
        source=row.source,
        hidden=row.hidden,
        member_id=row.member_id,
        version=row.version,
        created_at=row.created_at,  # a later decision stays the later one
    )
    rows.put_on(made, *spot)
    db.session.add(made)
    return made
