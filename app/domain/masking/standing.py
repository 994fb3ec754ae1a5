"""Words that stand where they stood before somebody edited what is around them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Generic

from app.domain.masking.ground import NEAR
from app.domain.masking.times import Said, words_of
from app.domain.masking.written import Place


class Standing(Generic[Place]):
    """The words of passages, found by what and when they are."""

    def __init__(self, segments: Sequence[Place]) -> None:
        self._now: dict[str, list[tuple[float, float, Place, int]]] = defaultdict(list)
        for segment in segments:
            for at, (word, start, end) in enumerate(words_of(segment)):
                self._now[word].append((start, end, segment, at))
        for there in self._now.values():
            there.sort(key=lambda each: each[:2])

    def spots(self, said: Said) -> list[tuple[Place, int]]:
        """Where the same word is still there at about the same time: passage, number of the word
        there."""
        word, start, end = said
        there = self._now.get(word, [])
        first = bisect_left(there, start - 2 * NEAR, key=lambda each: each[0])
        last = bisect_right(there, start + 2 * NEAR, key=lambda each: each[0])
        return [
            (segment, at)
            for begins, ends, segment, at in there[first:last]
            if abs(begins - start) <= NEAR and abs(ends - end) <= NEAR
        ]
