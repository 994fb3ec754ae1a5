"""Which words of a passage a decision about personal data is about, whatever became of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from app.domain.masking.times import Past, Said, certain, guessed, has_times
from app.domain.personal_data import fold
from app.domain.timeline import Span
from app.models import PersonalData, Segment

NEAR = 0.05  # seconds by which a word may stick out of what a person decided about

Kinds = dict[int, str]  # number of a word in its passage → kind, "" where a mask was lifted
Place = TypeVar("Place", Segment, Past)
Spot = tuple[Place, int, int]  # a passage, and the numbers of the first and the last word there


def decide(
    found: Mapping[int, Kinds],
    rows: Iterable[PersonalData],
    segments: Sequence[Place],
    fresh: frozenset[int],
    timed: frozenset[Said] | None,
) -> None:
    """Adds to what the rules found, by the passages' ids, what people decided. `fresh`: those that
    were looked through as they are now. `timed`: as `times.heard` gives them."""
    for row in rows:
        if row.source == "person":
            for segment, first, last in places(row, segments, fresh, timed):
                put(found[segment.id], first, last, row.kind if row.hidden else "")


def masked(found: Mapping[int, Kinds]) -> dict[int, Kinds]:
    """Only the words that have a mask, of the passages that have some."""
    return {
        segment_id: {at: kind for at, kind in words.items() if kind}
        for segment_id, words in found.items()
        if any(words.values())
    }


def places(
    row: PersonalData,
    segments: Sequence[Place],
    fresh: frozenset[int],
    timed: frozenset[Said] | None,
) -> Iterator[Spot[Place]]:
    """Where a person's decision lies in these passages: (segment, first word, last word).

    Where its words are still under their numbers, there. Else at its time: where its own words
    stand there, on these alone. Where they don't, a mask stays on all that may be said at that
    time, which is every word of a passage whose words nobody timed, and a lifted one uncovers
    nothing.
    """
    spots = list(_by_number(row, segments, fresh))
    if row.end > row.start and not _same(row, spots):
        spots = list(_by_time(row, segments, timed))
    own = list(_own(row, spots)) if row.version else []
    if own or (row.version and not row.hidden):
        yield from own
    elif row.hidden:
        yield from spots
    else:  # lifted before the words were noted: only where nobody wrote since
        yield from (spot for spot in spots if not spot[0].edited_by)


def told(segment: Segment | Past, first: int, last: int) -> str:
    """What tells these words from others, however they are spelt, and how many they are."""
    words = [fold(word) for word in segment.text.split()[first : last + 1]]
    return f"{_digest(words)}-{len(words)}"


def tells(version: str, segment: Segment | Past, first: int, last: int) -> bool:
    """Whether these are the words of which `told` gave this, once without their number."""
    now = told(segment, first, last)
    return version in (now, now.partition("-")[0])


def digest(text: str) -> str:
    """32 hex digits that tell a text from others."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def put(words: dict[int, str], first: int, last: int, kind: str) -> None:
    words.update(dict.fromkeys(range(first, last + 1), kind))


def _by_number(
    row: PersonalData, segments: Sequence[Place], fresh: frozenset[int]
) -> Iterator[Spot[Place]]:
    for segment in segments:
        size = len(segment.text.split())
        here = row.segment_id == segment.id and segment.id in fresh
        written = row.end <= row.start and row.position == segment.position
        if (here or written) and row.first_word < size:
            yield segment, row.first_word, min(row.last_word, size - 1)


def _by_time(
    row: PersonalData, segments: Sequence[Place], timed: frozenset[Said] | None
) -> Iterator[Spot[Place]]:
    for segment in segments:
        exact, when = has_times(segment), certain(segment, timed)
        inside = [
            at
            for at, span in enumerate(guessed(segment))
            if _meets(row, span if exact and span == when[at] else None, when[at])
        ]
        if inside:
            yield segment, inside[0], inside[-1]


def _meets(row: PersonalData, span: Span | None, when: Span) -> bool:
    """Whether a word may be one of those at the row's time. `span`: its own time, where it has one;
    else it is said somewhere in `when`."""
    if span is not None:
        return row.start - NEAR <= (span.start + span.end) / 2 <= row.end + NEAR
    return when.overlap(Span(row.start, row.end)) > min(NEAR, when.length / 2)


def _same(row: PersonalData, spots: Sequence[Spot[Place]]) -> bool:
    """Whether these are the words that the decision was about."""
    if not row.version:
        return bool(spots)
    return any(
        _digest([fold(word) for word in segment.text.split()[first : last + 1]]) == _words(row)[0]
        for segment, first, last in spots
    )


def _own(row: PersonalData, spots: Sequence[Spot[Place]]) -> Iterator[Spot[Place]]:
    """Where in these places the decision's own words stand: all such for a mask, for one that was
    lifted the nearest to where it was."""
    words = [
        (segment, at, fold(word))
        for segment, first, last in spots
        for at, word in enumerate(segment.text.split()[first : last + 1], first)
    ]
    wanted, size = _words(row)
    runs = [words[start : start + size] for start in range(len(words) - size + 1)]
    runs = [run for run in runs if _digest([word for _, _, word in run]) == wanted]
    if not row.hidden:
        runs = sorted(runs, key=lambda run: abs(run[0][1] - row.first_word))[:1]
    for run in runs:
        for segment in dict.fromkeys(segment for segment, _, _ in run):
            inside = [at for each, at, _ in run if each is segment]
            yield segment, inside[0], inside[-1]


def _words(row: PersonalData) -> tuple[str, int]:
    """The digest of the words that a decision is about, and how many they were."""
    known, _, size = row.version.partition("-")
    return known, int(size) if size else row.last_word - row.first_word + 1


def _digest(words: Sequence[str]) -> str:
    return digest(" ".join(words))
