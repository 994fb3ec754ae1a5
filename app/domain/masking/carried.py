"""Masks that stay with their words though somebody edited the words around them, or their spelling.

The rules know some names only by what is said before them ("my name is …"), and people hide words
as they are spelt at that time. No edit of the one or the other takes a mask away: only a person
lifts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain import personal_data
from app.domain.masking import history
from app.domain.masking.decided import Decided
from app.domain.masking.digests import of_words
from app.domain.masking.ground import Ground
from app.domain.masking.places import Kinds, decide, put
from app.domain.masking.standing import Standing
from app.domain.masking.times import Past, Said, has_times, words_of
from app.domain.masking.written import Place
from app.domain.timeline import Span
from app.models import Segment, Transcript


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that follow each other under one kind of mask: those whose time is known, and when
    the others are said, each some time in there."""

    kind: str
    words: list[str] = field(default_factory=list)
    timed: list[Said] = field(default_factory=list)
    others: list[Span] = field(default_factory=list)

    @property
    def digest(self) -> str:
        return of_words(self.words)


def carried(
    transcript: Transcript, by: Decided, found: Mapping[int, Kinds], ground: Ground[Segment]
) -> dict[int, Kinds]:
    """What else of the words that stand now has a mask, by the passages' ids, beside what the rules
    `found` and people decided.

    What the rules found before an edit keeps its mask where it stands. Where it was taken away, it
    has one wherever a person wrote it anew; so has what stood or stands under a person's mask in
    another spelling. Ordinary words have none at another time: they may mean anything there.
    """
    segments = transcript.segments
    kept: dict[int, Kinds] = {segment.id: {} for segment in segments}
    if by.timed is None:  # nobody edited it
        return kept
    standing = Standing(segments)
    now = Counter(run.digest for run in _runs(segments, found))
    elsewhere = list(_runs(segments, _by_people(segments, by, ground)))
    for before, until in history.stood(transcript):
        then = replace(by, rows=[row for row in by.rows if row.created_at <= until])
        theirs = _by_people(before, then, Ground(before, frozenset(), by.timed))
        rules = list(_runs(before, _without(history.found(before, by.names), theirs)))
        were = Counter(run.digest for run in rules)
        for run in rules:
            if not _stays(run, standing, kept) and now[run.digest] < were[run.digest]:
                elsewhere.append(run)
        elsewhere += _runs(before, theirs)
    for run in elsewhere:
        ordinary = personal_data.ordinary(run.words)
        for segment, first, last in ground.written.spots(run.digest, len(run.words)):
            own = Span(segment.start, segment.end)
            if not ordinary or any(own.overlap(each) for each in run.others):
                put(kept[segment.id], first, last, run.kind)
    return kept


def _by_people(passages: Sequence[Place], by: Decided, ground: Ground[Place]) -> dict[int, Kinds]:
    """What people decided of these words, "" where they lifted a mask."""
    theirs: dict[int, Kinds] = {passage.id: {} for passage in passages}
    decide(theirs, by.rows, ground)
    return theirs


def _without(found: Mapping[int, Kinds], theirs: Mapping[int, Kinds]) -> dict[int, Kinds]:
    return {
        number: {at: kind for at, kind in words.items() if at not in theirs[number]}
        for number, words in found.items()
    }


def _runs(passages: Sequence[Segment | Past], masks: Mapping[int, Kinds]) -> Iterator[_Run]:
    run = _Run("")
    for passage in passages:
        timed, kinds = has_times(passage), masks.get(passage.id, {})
        for at, said in enumerate(words_of(passage)):
            kind = kinds.get(at, "")
            if kind != run.kind:
                if run.kind:
                    yield run
                run = _Run(kind)
            run.words.append(said[0])
            if timed:
                run.timed.append(said)
            else:
                run.others.append(Span(passage.start, passage.end))
    if run.kind:
        yield run


def _stays(run: _Run, standing: Standing[Segment], kept: Mapping[int, Kinds]) -> bool:
    """Masks those of its words that stand where they stood; whether any does."""
    spots = [spot for said in run.timed for spot in standing.spots(said)]
    for segment, at in spots:
        put(kept[segment.id], at, at, run.kind)
    return bool(spots)
