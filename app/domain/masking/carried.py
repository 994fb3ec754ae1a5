"""Masks that stay with their words though somebody edited the words around them, or their spelling.

The rules know some names only by what is said before them ("my name is …"), and people hide words
as they are spelt at that time. No edit of the one or the other takes a mask away: only a person
lifts it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain import personal_data
from app.domain.masking import history
from app.domain.masking.decided import Decided
from app.domain.masking.digests import of_words
from app.domain.masking.ground import NEAR, Ground
from app.domain.masking.lasting import lasting
from app.domain.masking.places import Kinds, decide, put
from app.domain.masking.standing import Standing
from app.domain.masking.times import Past, Said, has_times, words_of
from app.domain.masking.written import Place
from app.domain.personal_data import pieces
from app.domain.timeline import Span, merge
from app.models import PersonalData, Segment, Transcript

SHORTEST = 3  # letters or digits of a word that tells what was masked wherever it stands
MOST_ORDINARY = 4  # digits of what may be a year or a price elsewhere


@dataclass(frozen=True, slots=True)
class _Run:
    """Words that follow each other under one kind of mask; of those that nobody timed, when they
    are said, each some time in there."""

    kind: str
    words: list[Said] = field(default_factory=list)
    untimed: list[Span] = field(default_factory=list)


@dataclass(slots=True)
class _Followed:
    """What is sought in the words that people wrote: single words that tell by themselves, and runs
    as a whole, by digest and size, each with the times at which it may be ordinary words, too."""

    words: dict[str, str] = field(default_factory=dict)
    runs: dict[tuple[str, int], tuple[str, set[Span], bool]] = field(default_factory=dict)

    def add(self, run: _Run, gone: Sequence[Said]) -> None:
        for word, _, _ in gone:
            for piece in pieces(word):
                if len(piece) >= SHORTEST and not _ordinary([piece]):
                    self.words[piece] = run.kind
        if len(gone) == len(run.words):
            said = [word for word, _, _ in run.words]
            new = run.kind, set[Span](), _ordinary(said)
            self.runs.setdefault((of_words(said), len(said)), new)[1].update(run.untimed)


def carried(transcript: Transcript, by: Decided, ground: Ground[Segment]) -> dict[int, Kinds]:
    """What else of the words that stand now has a mask, by the passages' ids, beside what the rules
    find and people decided.

    What the rules found before an edit keeps its mask where it stands. Where it was taken away, it
    has one wherever a person wrote it anew; so has what stood or stands under a person's mask in
    another spelling. Ordinary words have none at another time: they may mean anything there.
    """
    segments = transcript.segments
    kept: dict[int, Kinds] = {segment.id: {} for segment in segments}
    if by.timed is None:  # nobody edited it
        return kept
    standing, followed = Standing(segments), _Followed()
    for run in _runs(segments, _by_people(segments, by, ground)):
        followed.add(run, run.words)
    for before, until in history.stood(transcript):
        # A mask that was put later was on other words, and one that was lifted since is lifted
        then = [row for row in by.rows if row.created_at <= until or not row.hidden]
        past = Ground(before, frozenset(), by.timed)
        theirs = _by_people(before, replace(by, rows=then), past)
        for run in _runs(before, _without(history.found(before, by.names), theirs)):
            followed.add(run, _gone(run, standing, kept))
        for run in _runs(before, theirs):
            followed.add(run, run.words)
    _follow(followed, ground, kept)
    return kept


def _ordinary(words: Sequence[str]) -> bool:
    """Whether they may mean anything elsewhere: words that anybody uses, short numbers."""
    digits = "".join(word for word in words if word.isdigit())
    others = [word for word in words if not word.isdigit()]
    return len(digits) <= MOST_ORDINARY and personal_data.ordinary(others)


def _follow(followed: _Followed, ground: Ground[Segment], kept: Mapping[int, Kinds]) -> None:
    for segment, at, word in ground.written.theirs() if followed.words else ():
        for piece in pieces(word):
            if kind := followed.words.get(piece):
                put(kept[segment.id], at, at, kind)
    for (digest, size), (kind, times, ordinary) in followed.runs.items():
        for segment, first, last in ground.written.spots(digest, size):
            own = Span(segment.start, segment.end)
            if not ordinary or any(own.overlap(each) for each in times):
                put(kept[segment.id], first, last, kind)


def _by_people(passages: Sequence[Place], by: Decided, ground: Ground[Place]) -> dict[int, Kinds]:
    """What people decided of these words, "" where they lifted a mask. Of words that somebody timed
    by their time alone: there may be thousands of decisions, and as many versions."""
    theirs: dict[int, Kinds] = {passage.id: {} for passage in passages}
    timed: list[PersonalData] = []
    others: list[PersonalData] = []
    for row in by.rows:
        (timed if row.timed and row.end > row.start else others).append(row)
    kinds = {row.kind for row in timed if row.source == "person"}
    _by_time(passages, lasting(timed, hidden=False), "", theirs)
    kind = kinds.pop() if len(kinds) == 1 else "other"
    _by_time(passages, lasting(timed, hidden=True), kind, theirs)
    decide(theirs, others, ground)
    return theirs


def _by_time(
    passages: Sequence[Place], spans: Sequence[Span], kind: str, theirs: Mapping[int, Kinds]
) -> None:
    merged = merge(spans, 0.0)
    starts = [each.start - NEAR for each in merged]
    for passage in passages if merged else ():
        for at, (_, start, end) in enumerate(words_of(passage) if has_times(passage) else ()):
            middle = (start + end) / 2
            before = bisect_right(starts, middle) - 1
            if before >= 0 and middle <= merged[before].end + NEAR:
                put(theirs[passage.id], at, at, kind)


def _without(found: Mapping[int, Kinds], theirs: Mapping[int, Kinds]) -> dict[int, Kinds]:
    return {
        number: {at: kind for at, kind in words.items() if at not in theirs[number]}
        for number, words in found.items()
    }


def _runs(passages: Sequence[Segment | Past], masks: Mapping[int, Kinds]) -> Iterator[_Run]:
    run, following = _Run(""), 0
    for passage in passages:
        timed, kinds = has_times(passage), masks.get(passage.id, {})
        apart, following = passage.position != following, passage.position + 1
        for at, said in enumerate(words_of(passage)):
            kind = kinds.get(at, "")
            if kind != run.kind or (apart and at == 0):
                if run.kind:
                    yield run
                run = _Run(kind)
            run.words.append(said)
            if not timed:
                run.untimed.append(Span(passage.start, passage.end))
    if run.kind:
        yield run


def _gone(run: _Run, standing: Standing[Segment], kept: Mapping[int, Kinds]) -> list[Said]:
    """Masks those of its words that stand where they stood; the others. Of words that nobody timed
    that is a guess, so they are among the others all the same."""
    if not all(span.length for span in run.untimed):  # written: nothing tells where it stood
        return run.words
    gone = []
    for said in run.words:
        spots = standing.spots(said)
        for segment, at in spots:
            put(kept[segment.id], at, at, run.kind)
        if run.untimed or not spots:
            gone.append(said)
    return gone
