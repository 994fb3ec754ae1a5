"""Which words of a passage a decision about personal data is about, whatever became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.domain.timeline import Span
from app.models import PersonalData, Segment

NEAR = 0.05  # seconds by which a word may stick out of what a person decided about
GAP = 0.15  # a shorter sound between two muted stretches is no word

Kinds = dict[int, str]  # number of a word in its passage → kind, "" where a mask was lifted


@dataclass(frozen=True, slots=True)
class Past:
    """A passage as it stood before somebody edited it; `id` is below 0. `words` as a segment's."""

    id: int
    position: int
    start: float
    end: float
    text: str
    words: list[Any]


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
    """Where a person's decision lies in these passages: (segment, first word, last word)."""
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


def has_times(segment: Segment | Past) -> bool:
    """Whether each word of the text has a time of its own."""
    return [str(word[0]).strip() for word in segment.words] == segment.text.split()


def times(segment: Segment | Past) -> list[Span]:
    """When each word of the text is said; by its length where the engine gave no times."""
    if has_times(segment):
        return [Span(word[1], word[2]) for word in segment.words]
    said = segment.text.split()
    total = sum(len(word) + 1 for word in said)
    spans, done = [], 0
    for word in said:
        first, done = done, done + len(word) + 1
        length = segment.end - segment.start
        spans.append(
            Span(segment.start + length * first / total, segment.start + length * done / total)
        )
    return spans


def put(words: dict[int, str], first: int, last: int, kind: str) -> None:
    words.update(dict.fromkeys(range(first, last + 1), kind))
