"""Which words of a passage a decision about personal data is about, whatever became of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from app.domain import personal_data
from app.domain.masking.digests import of_words
from app.domain.masking.ground import Ground, Place, Spot
from app.domain.masking.times import Past
from app.domain.masking.written import by_passage
from app.domain.personal_data import fold
from app.models import PersonalData, Segment

SHIFT = 0.5  # seconds by which engines may differ about when a word is said
Kinds = dict[int, str]  # number of a word in its passage → kind, "" where a mask was lifted


def decide(
    found: Mapping[int, Kinds],
    rows: Iterable[PersonalData],
    ground: Ground[Place],
) -> None:
    """Adds to what the rules found, by the passages' ids, what people decided."""
    decided = [row for row in rows if row.source == "person"]
    for row, (segment, first, last) in moved(decided, ground):
        put(found[segment.id], first, last, row.kind)
    for row in decided:
        for segment, first, last in places(row, ground):
            put(found[segment.id], first, last, row.kind if row.hidden else "")


def by_rules(
    passages: Sequence[Segment] | Sequence[Past], found: Iterable[personal_data.Found]
) -> dict[int, Kinds]:
    """What the rules found in these passages, by their ids."""
    every: dict[int, Kinds] = {passage.id: {} for passage in passages}
    for each in found:
        put(every[passages[each.segment].id], each.first, each.last, each.kind)
    return every


def masked(found: Mapping[int, Kinds]) -> dict[int, Kinds]:
    """Only the words that have a mask, of the passages that have some."""
    return {
        segment_id: {at: kind for at, kind in words.items() if kind}
        for segment_id, words in found.items()
        if any(words.values())
    }


def moved(
    decided: Iterable[PersonalData], ground: Ground[Place]
) -> Iterator[tuple[PersonalData, Spot[Place]]]:
    """Where a person wrote words that are hidden, wherever in the transcript that is: whoever moves
    them, or deletes and types them anew, takes their mask along. `decided`: in the order in which
    it came."""
    last = {
        (row.version, row.start, row.end, row.segment_id, row.position, row.first_word): row
        for row in decided
    }
    hidden = {_words(row): row for row in last.values() if row.hidden and row.version}
    for words, row in hidden.items():
        for spot in ground.written.spots(*words):
            yield row, spot


def alone(rows: Iterable[PersonalData]) -> set[tuple[str, int]]:
    """What people hid, each decision for itself: the digest of its words, and how many they are."""
    return {_words(row) for row in rows if row.source == "person" and row.hidden and row.version}


def places(row: PersonalData, ground: Ground[Place]) -> Iterator[Spot[Place]]:
    """Where a person's decision lies in these passages: (segment, first word, last word).

    Where its words are still under their numbers, there. Else at its time, or near it, as another
    engine may time them: where its own words stand there, on these alone. Where they don't, a mask
    stays on all that may be said at that time, which is every word of a passage whose words nobody
    timed, and a lifted one uncovers nothing.
    """
    spots = list(ground.by_number(row))
    lost = row.end > row.start and not _same(row, spots)
    if lost:
        spots = list(ground.by_time(row))
    these = list(own(row, spots)) if row.version else []
    if lost and row.version and not these:
        these = list(own(row, list(ground.by_time(row, SHIFT))))
    if these or (row.version and not row.hidden):
        yield from these
    elif row.hidden:
        yield from spots
    else:  # lifted before the words were noted: only where nobody wrote since
        yield from (spot for spot in spots if not spot[0].edited_by)


def told(segment: Segment | Past, first: int, last: int) -> str:
    """What tells these words from others, however they are spelt, and how many they are."""
    words = [fold(word) for word in segment.text.split()[first : last + 1]]
    return f"{of_words(words)}-{len(words)}"


def tells(version: str, segment: Segment | Past, first: int, last: int) -> bool:
    """Whether these are the words of which `told` gave this, once without their number."""
    now = told(segment, first, last)
    return version in (now, now.partition("-")[0])


def put(words: dict[int, str], first: int, last: int, kind: str) -> None:
    words.update(dict.fromkeys(range(first, last + 1), kind))


def _same(row: PersonalData, spots: Sequence[Spot[Place]]) -> bool:
    """Whether these are the words that the decision was about."""
    if not row.version:
        return bool(spots)
    return any(
        of_words([fold(word) for word in segment.text.split()[first : last + 1]]) == _words(row)[0]
        for segment, first, last in spots
    )


def own(row: PersonalData, spots: Sequence[Spot[Place]]) -> Iterator[Spot[Place]]:
    """Where in these places the decision's own words stand: all such for a mask, for one that was
    lifted the nearest to where it was."""
    words = [
        (segment, at, fold(word))
        for segment, first, last in spots
        for at, word in enumerate(segment.text.split()[first : last + 1], first)
    ]
    wanted, size = _words(row)
    runs = [words[start : start + size] for start in range(len(words) - size + 1)]
    runs = [run for run in runs if of_words([word for _, _, word in run]) == wanted]
    if not row.hidden:
        runs = sorted(runs, key=lambda run: abs(run[0][1] - row.first_word))[:1]
    for run in runs:
        yield from by_passage(run)


def _words(row: PersonalData) -> tuple[str, int]:
    """The digest of the words that a decision is about, and how many they were."""
    known, _, size = row.version.partition("-")
    return known, int(size) if size else row.last_word - row.first_word + 1
