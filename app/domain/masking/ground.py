"""Passages that stand together, as decisions are sought in them: by number, and by time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Generic

from app.domain.masking.times import Past, Said, certain, guessed, has_times
from app.domain.masking.written import Place as Place
from app.domain.masking.written import Spot as Spot
from app.domain.masking.written import Written
from app.domain.timeline import Span
from app.models import PersonalData, Segment

NEAR = 0.05  # seconds by which a word may stick out of what a person decided about


@dataclass(frozen=True, slots=True)
class _Timed:
    """The words of the passage at `index`: each one's own time, None where it has none, and when it
    is said for certain. None of them meets a time before `low` or after `high`."""

    index: int
    words: tuple[tuple[Span | None, Span], ...]
    low: float
    high: float


class Ground(Generic[Place]):
    """`fresh`: the ids of those that were looked through as they are now. `timed`: as `times.heard`
    gives them. What is worked out of the passages is so once, for all decisions."""

    def __init__(
        self, segments: Sequence[Place], fresh: frozenset[int], timed: frozenset[Said] | None
    ) -> None:
        self._segments: Sequence[Place] = segments
        self._fresh, self._timed = fresh, timed
        self._ids = {segment.id: index for index, segment in enumerate(segments)}
        self.written: Written[Place] = Written(segments, timed)
        self._positions = {segment.position: index for index, segment in enumerate(segments)}

    def by_number(self, row: PersonalData) -> Iterator[Spot[Place]]:
        """Where the row's numbers of words count."""
        here = self._ids.get(row.segment_id) if row.segment_id in self._fresh else None
        written = self._positions.get(row.position) if row.end <= row.start else None
        for index in sorted({each for each in (here, written) if each is not None}):
            size = len(self._segments[index].text.split())
            if row.first_word < size:
                yield self._segments[index], row.first_word, min(row.last_word, size - 1)

    def by_time(self, row: PersonalData, shift: float = 0.0) -> Iterator[Spot[Place]]:
        """Where words stand that may be said at the row's time, or `shift` seconds from it."""
        time = Span(row.start - shift, row.end + shift)
        passages, reach = self._in_order
        end = bisect_right(passages, time.end + NEAR, key=lambda each: each.low)
        near: list[_Timed] = []
        for at in range(end - 1, -1, -1):
            if reach[at] < time.start - NEAR:
                break
            near.append(passages[at])
        for passage in sorted(near, key=lambda each: each.index):
            inside = [at for at, times in enumerate(passage.words) if _meets(time, *times)]
            if inside:
                yield self._segments[passage.index], inside[0], inside[-1]

    @cached_property
    def _in_order(self) -> tuple[list[_Timed], list[float]]:
        """By `low`, and the highest `high` up to each."""
        every = [_words(index, each, self._timed) for index, each in enumerate(self._segments)]
        passages = sorted((each for each in every if each.words), key=lambda each: each.low)
        return passages, list(accumulate((each.high for each in passages), max))


def _words(index: int, segment: Segment | Past, timed: frozenset[Said] | None) -> _Timed:
    exact, when = has_times(segment), certain(segment, timed)
    own = guessed(segment)
    words = tuple(
        (span if exact and span == sure else None, sure)
        for span, sure in zip(own, when, strict=True)
    )
    ends = [end for span in (*own, *when) for end in (span.start, span.end)]
    return _Timed(index, words, min(ends, default=0.0), max(ends, default=0.0))


def _meets(time: Span, span: Span | None, when: Span) -> bool:
    """Whether a word may be one of those at this time. `span`: its own time, where it has one;
    else it is said somewhere in `when`."""
    if span is not None:
        return time.start - NEAR <= (span.start + span.end) / 2 <= time.end + NEAR
    return when.overlap(time) > min(NEAR, when.length / 2)
