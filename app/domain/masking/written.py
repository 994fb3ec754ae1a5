"""Words that people wrote into a transcript, found again by their digest wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from app.domain.masking.digests import of_words
from app.domain.masking.times import Past, Said, guessed, has_times
from app.domain.personal_data import fold
from app.models import Segment

Place = TypeVar("Place", Segment, Past)
Spot = tuple[Place, int, int]  # a passage, and the numbers of the first and the last word there
Word = tuple[Place, int, str]  # a passage, the number of a word there, and the word, folded


class Written(Generic[Place]):
    """`timed`: as `times.heard` gives them. A word is written by a person where the machine heard
    none like it at its time; of a passage without times of its words, every one may be, unless it
    is as the machine heard it."""

    def __init__(self, segments: Sequence[Place], timed: frozenset[Said] | None) -> None:
        self._segments: Sequence[Place] = segments
        self._timed = timed
        self._known: dict[int, dict[str, list[Spot[Place]]]] = {}

    def spots(self, digest: str, size: int) -> Sequence[Spot[Place]]:
        """Where these words stand, of which a person wrote one at least."""
        if self._timed is None:
            return ()
        if size not in self._known:
            self._known[size] = self._of_size(size)
        return self._known[size].get(digest, ())

    def theirs(self) -> Iterator[Word[Place]]:
        """The words that a person wrote."""
        words, theirs = self._words
        for at in theirs:
            yield words[at]

    def _of_size(self, size: int) -> dict[str, list[Spot[Place]]]:
        words, theirs = self._words
        found: dict[str, list[Spot[Place]]] = {}
        last = len(words) - size
        starts = {at for own in theirs for at in range(max(0, own - size + 1), min(own, last) + 1)}
        for start in sorted(starts):
            run = words[start : start + size]
            found.setdefault(of_words([word for _, _, word in run]), []).extend(by_passage(run))
        return found

    @cached_property
    def _words(self) -> tuple[list[Word[Place]], list[int]]:
        """All of them, and the places in these of those that a person wrote."""
        words: list[Word[Place]] = []
        theirs: list[int] = []
        for segment in self._segments:
            said = segment.text.split()
            theirs += [len(words) + at for at in self._theirs(segment, said)]
            words += [(segment, at, fold(word)) for at, word in enumerate(said)]
        return words, theirs

    def _theirs(self, segment: Place, said: Sequence[str]) -> Sequence[int]:
        if self._timed is None:
            return ()
        if not has_times(segment):
            # Where nothing was spoken, no time tells where it stood
            spoken = segment.end > segment.start
            heard = spoken and (segment.text, segment.start, segment.end) in self._timed
            return () if heard else range(len(said))
        spans = zip(said, guessed(segment), strict=True)
        return [at for at, (w, s) in enumerate(spans) if (w, s.start, s.end) not in self._timed]


def by_passage(run: Sequence[Word[Place]]) -> Iterator[Spot[Place]]:
    """Words that follow each other, as a stretch in each of their passages."""
    for segment in dict.fromkeys(segment for segment, _, _ in run):
        inside = [at for each, at, _ in run if each is segment]
        yield segment, inside[0], inside[-1]
