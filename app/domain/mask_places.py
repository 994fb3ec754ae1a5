"""Which words of a passage a decision about personal data is about, whatever became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.personal_data import fold
from app.domain.timeline import Span, by_length
from app.models import PersonalData, Segment

NEAR = 0.05  # seconds by which a word may stick out of what a person decided about
GAP = 0.15  # a shorter sound between two muted stretches is no word

Kinds = dict[int, str]  # number of a word in its passage → kind, "" where a mask was lifted


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A passage as it stood before somebody edited it; `id` is below 0. `words` as a segment's."""

    id: int
    position: int
    start: float
    end: float
    text: str
    words: list[Any]
    edited_by: str


Place = TypeVar("Place", Segment, Past)


def decide(
    found: Mapping[int, Kinds],
    rows: Iterable[PersonalData],
    segments: Sequence[Place],
    fresh: frozenset[int],
) -> None:
    """Adds to what the rules found, by the passages' ids, what people decided."""
    for row in rows:
        if row.source == "person":
            for segment, first, last in places(row, segments, fresh):
                put(found[segment.id], first, last, row.kind if row.hidden else "")


def masked(found: Mapping[int, Kinds]) -> dict[int, Kinds]:
    """Only the words that have a mask, of the passages that have some."""
    return {
        segment_id: {at: kind for at, kind in words.items() if kind}
        for segment_id, words in found.items()
        if any(words.values())
    }


def places(
    row: PersonalData, segments: Sequence[Place], fresh: frozenset[int]
) -> Iterator[tuple[Place, int, int]]:
    """Where a person's decision lies in these passages: (segment, first word, last word). A mask
    stays on that time, whatever is written there; one is lifted from its own words only."""
    spots = _spots(row, segments, fresh)
    yield from spots if row.hidden else _standing(row, list(spots))


def told(segment: Segment | Past, first: int, last: int) -> str:
    """What tells these words from others, however they are spelt: 32 hex digits."""
    return _digest([fold(word) for word in segment.text.split()[first : last + 1]])


def _spots(
    row: PersonalData, segments: Sequence[Place], fresh: frozenset[int]
) -> Iterator[tuple[Place, int, int]]:
    """By the words' numbers where they hold, else by the time."""
    for segment in segments:
        size = len(segment.text.split())
        here = row.segment_id == segment.id
        spoken = row.end > row.start
        if (here and segment.id in fresh) or (not spoken and row.position == segment.position):
            if row.first_word < size:
                yield segment, row.first_word, min(row.last_word, size - 1)
        elif spoken:
            inside = [
                at
                for at, span in enumerate(times(segment))
                if row.start - NEAR <= (span.start + span.end) / 2 <= row.end + NEAR
            ]
            if inside:
                yield segment, inside[0], inside[-1]


def _standing(
    row: PersonalData, spots: Sequence[tuple[Place, int, int]]
) -> Iterator[tuple[Place, int, int]]:
    """The part of these places in which the lifted words stand; none where others do."""
    if not row.version:  # lifted before the words were noted: only where nobody wrote since
        yield from (spot for spot in spots if not spot[0].edited_by)
        return
    words = [
        (segment, at, fold(word))
        for segment, first, last in spots
        for at, word in enumerate(segment.text.split()[first : last + 1], first)
    ]
    size = row.last_word - row.first_word + 1
    for start in range(len(words) - size + 1):
        run = words[start : start + size]
        if _digest([word for _, _, word in run]) == row.version:
            for segment in dict.fromkeys(segment for segment, _, _ in run):
                inside = [at for each, at, _ in run if each is segment]
                yield segment, inside[0], inside[-1]
            return


def _digest(words: Sequence[str]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:32]


def has_times(segment: Segment | Past) -> bool:
    """Whether each word of the text has a time of its own."""
    return [str(word[0]).strip() for word in segment.words] == segment.text.split()


def times(segment: Segment | Past) -> list[Span]:
    """When each word of the text is said; by its length where the engine gave no times."""
    if has_times(segment):
        return [Span(word[1], word[2]) for word in segment.words]
    return by_length(segment.text.split(), segment.start, segment.end)


def put(words: dict[int, str], first: int, last: int, kind: str) -> None:
    words.update(dict.fromkeys(range(first, last + 1), kind))
