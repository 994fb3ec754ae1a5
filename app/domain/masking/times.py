"""When the words of a passage are said: by their own times, by a guess, and for certain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.domain import editing_changes
from app.domain.masking.around import Said as Said
from app.domain.masking.around import around
from app.domain.personal_data import fold
from app.domain.timeline import Span, by_length
from app.models import Segment, Transcript


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """A passage as it stood before somebody edited it; `id` is below 0. `words` as a segment's.
    `ahead` and `behind`: what is said around a stretch of such, where it begins and ends."""

    id: int
    position: int
    start: float
    end: float
    text: str
    words: list[Any]
    edited_by: str
    ahead: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()


def has_times(segment: Segment | Past) -> bool:
    """Whether each word of the text has a time of its own."""
    return [str(word[0]).strip() for word in segment.words] == segment.text.split()


def guessed(segment: Segment | Past) -> list[Span]:
    """When each word of the text is said; by its length where the engine gave no times."""
    if has_times(segment):
        return [Span(word[1], word[2]) for word in segment.words]
    return by_length(segment.text.split(), segment.start, segment.end)


def heard(transcript: Transcript) -> frozenset[Said] | None:
    """What the machine timed itself, words or passages as a whole; None where nobody edited any."""
    if transcript.heard is None:
        return None
    return frozenset(editing_changes.timed(transcript.heard))


def certain(segment: Segment | Past, timed: frozenset[Said] | None) -> list[Span]:
    """For each word of the text a stretch in which it is said for certain.

    A word that nobody timed is said somewhere in its passage, also once others were merged with it
    or it was split. One that a person wrote has a share of the time of what it replaced, so it is
    said somewhere in all of that, and beside it, too, where that is too short for what was written,
    whatever passage that is in by now. `timed`: as `heard` gives them.
    """
    spans, said = guessed(segment), segment.text.split()
    if not has_times(segment):
        whole = Span(segment.start, segment.end)
        return [whole if timed is None else around(whole, said, timed)] * len(spans)
    if timed is None:
        return spans
    own = [(said[at], span.start, span.end) in timed for at, span in enumerate(spans)]
    found: list[Span] = []
    for by_machine, run in groupby(range(len(spans)), key=lambda at: own[at]):
        places = list(run)
        if by_machine:
            found += [spans[at] for at in places]
        else:
            theirs = Span(spans[places[0]].start, spans[places[-1]].end)
            found += [around(theirs, [said[at] for at in places], timed)] * len(places)
    return found


def words_of(segment: Segment | Past) -> Iterator[Said]:
    """Each word of the text, folded, and when it is said or guessed to be."""
    for word, span in zip(segment.text.split(), guessed(segment), strict=True):
        yield fold(word), span.start, span.end
