"""When the words of a passage are said: by their own times, by a guess, and for certain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.domain import editing_changes
from app.domain.personal_data import fold
from app.domain.timeline import Span, by_length
from app.models import Segment, Transcript

QUICKEST_S = 0.04  # for one letter: nobody says more than 25 in a second

Said = tuple[str, float, float]  # a word and when it is said


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


def has_times(segment: Segment | Past) -> bool:
    """Whether each word of the text has a time of its own."""
    return [str(word[0]).strip() for word in segment.words] == segment.text.split()


def guessed(segment: Segment | Past) -> list[Span]:
    """When each word of the text is said; by its length where the engine gave no times."""
    if has_times(segment):
        return [Span(word[1], word[2]) for word in segment.words]
    return by_length(segment.text.split(), segment.start, segment.end)


def heard(transcript: Transcript) -> frozenset[Said] | None:
    """The words that the machine timed itself; None where nobody edited any."""
    if transcript.heard is None:
        return None
    return frozenset(editing_changes.timed_words(transcript.heard))


def certain(segment: Segment | Past, timed: frozenset[Said] | None) -> list[Span]:
    """For each word of the text a stretch in which it is said for certain.

    A word that nobody timed is said somewhere in its passage, also once others were merged with it.
    One that a person wrote has a share of the time of what it replaced, so it is said somewhere in
    all of that, and beside it, too, where that is too short for what was written. `timed`: as
    `heard` gives them.
    """
    spans = guessed(segment)
    if not has_times(segment):
        return [Span(segment.start, segment.end)] * len(spans)
    if timed is None:
        return spans
    said = segment.text.split()
    own = [(said[at], span.start, span.end) in timed for at, span in enumerate(spans)]
    found: list[Span] = []
    for by_machine, run in groupby(range(len(spans)), key=lambda at: own[at]):
        places = list(run)
        if by_machine:
            found += [spans[at] for at in places]
        else:
            found += [_around(segment, spans, said, places)] * len(places)
    return found


def _around(
    segment: Segment | Past, spans: Sequence[Span], said: Sequence[str], places: Sequence[int]
) -> Span:
    """The stretch that these written words have together, wide enough for them."""
    first, last = places[0], places[-1]
    whole = Span(spans[first].start, spans[last].end)
    if whole.length >= QUICKEST_S * sum(len(said[at]) for at in places):
        return whole
    before = spans[first - 1].start if first else segment.start
    after = spans[last + 1].end if last + 1 < len(spans) else segment.end
    return Span(min(before, whole.start), max(after, whole.end))


def words_of(segment: Segment | Past) -> Iterator[Said]:
    """Each word of the text, folded, and when it is said or guessed to be."""
    for word, span in zip(segment.text.split(), guessed(segment), strict=True):
        yield fold(word), span.start, span.end
