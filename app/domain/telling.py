"""Which moments of an answer are worth hearing. Pure: passages in, moments out.

A moment is a run of whole passages. It is telling when something is felt strongly or a theme is
plainly named, the speech is clear, and it doesn't begin or end in the middle of a thought.
The weights and thresholds were set by hand on the sample program's recordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from app.domain import felt
from app.domain.felt import Passage as Passage
from app.domain.timeline import SENTENCE_END, Span

VERSION = "1"  # counted up when other moments are chosen, so that people's word on them is too
SHORTEST, LONGEST = 5.0, 30.0  # seconds of a highlight
SHORTEST_RECORDING = 3.0  # a recording of 3-5 s is one moment as a whole, or none
APART = 20.0  # one moment per 20 s of recording
MOST = 3
PADDING = 0.2  # seconds of air before and after
LONGEST_GAP = 4.0  # a longer silence inside a moment would feel like a fault
FEWEST_WORDS = 5
UNCLEAR = 0.3  # speech recognised with less confidence is not quoted
TELLING = 0.42  # below this, nothing was said that a leader needs to hear
MOST_SENTENCES = 3  # of a written answer
LONGEST_QUOTE = 220  # characters
BY_HAND = "Chosen by your team"

_HANGING = re.compile(
    r"^\W*(and|but|so|because|or|then|which|also|though|although|that's why|that is why"
    r"|anyway|plus)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Passages `first`..`last` (inclusive) are worth hearing. `span` is None where written."""

    first: int
    last: int
    span: Span | None
    score: float
    reasons: tuple[str, ...]
    themes: tuple[str, ...]
    quote: str


def choose(passages: Sequence[Passage], length: float | None = None) -> list[Moment]:
    """The most telling moments in order of telling; none where nothing is telling.

    `passages` are in order of time and don't overlap; `length` is the recording's, in seconds
    (default: the end of the last passage). Spoken moments last 5-30 s; a recording of 3-5 s may
    be one moment as a whole. At most one per 20 s and three in all, never overlapping.
    """
    ends = [passage.span.end for passage in passages if passage.span]
    limit = max([length or 0.0, *ends])
    spoken = bool(ends)
    room = min(MOST, max(1, int(limit // APART))) if spoken else MOST
    chosen: list[Moment] = []
    candidates = sorted(
        _candidates(passages, limit), key=lambda m: (-m.score, m.first, m.last - m.first)
    )
    for moment in candidates:
        if len(chosen) == room:
            break
        if not any(_meet(moment, other) for other in chosen):
            chosen.append(moment)
    return chosen


def chosen_by_hand(passages: Sequence[Passage], at: int, length: float | None = None) -> Moment:
    """The passage at this place as a moment, however telling it is; `length` as for `choose`. Its
    score is at least that of a moment, so that it is shown among the others."""
    run = passages[at : at + 1]
    limit = max([length or 0.0, *(passage.span.end for passage in passages if passage.span)])
    strengths = [strength(passage) for passage in run]
    score = max(TELLING, _score(run, strengths))
    span = _span(passages, at, at, limit) or run[0].span
    made = _moment(run, strengths, at, at, span, score)
    return replace(made, reasons=(BY_HAND, *made.reasons))


def strength(passage: Passage) -> float:
    """How telling one passage is, 0..1: feeling first, then what it is about."""
    feeling = abs(passage.sentiment) * (0.5 + 0.5 * passage.sentiment_confidence)
    emotion = max((s for name, s in passage.emotions if name != "neutral"), default=0.0)
    theme = max((s for _, s in passage.themes), default=0.0)
    return 0.45 * feeling + 0.2 * emotion + 0.35 * theme


def hangs(text: str) -> bool:
    """Whether a passage leans on the one before it: "And then he…", "Because it…"."""
    return bool(_HANGING.match(text))


def finished(text: str) -> bool:
    return text.rstrip("\"'”’») ").endswith(SENTENCE_END)


def _candidates(passages: Sequence[Passage], limit: float) -> Iterator[Moment]:
    punctuated = any(finished(passage.text) for passage in passages)
    strengths = [strength(passage) for passage in passages]
    for first in range(len(passages)):
        for last in range(first, len(passages)):
            run = passages[first : last + 1]
            if not _holds_together(run):
                break
            if not _sayable(run):
                continue
            span = _span(passages, first, last, limit)
            if span is None and run[0].span is not None:
                continue
            score = _score(run, strengths[first : last + 1])
            if first and hangs(run[0].text) and _holds_together(passages[first - 1 : last + 1]):
                score -= 0.25  # the thought began a sentence earlier, and that would fit
            if punctuated and not finished(run[-1].text):
                score -= 0.1
            if score >= TELLING:
                yield _moment(run, strengths[first : last + 1], first, last, span, score)


def _holds_together(run: Sequence[Passage]) -> bool:
    """Whether these passages can be one moment: 30 s at most with no long silence, or three
    sentences of a written answer."""
    if any(passage.span is None for passage in run):
        return len(run) <= MOST_SENTENCES and all(passage.span is None for passage in run)
    spans = [passage.span for passage in run if passage.span]
    gaps = (after.start - before.end for before, after in pairwise(spans))
    return spans[-1].end - spans[0].start <= LONGEST and all(gap <= LONGEST_GAP for gap in gaps)


def _sayable(run: Sequence[Passage]) -> bool:
    words = sum(len(passage.text.split()) for passage in run)
    return words >= FEWEST_WORDS and min(p.confidence for p in run) >= UNCLEAR


def _span(passages: Sequence[Passage], first: int, last: int, limit: float) -> Span | None:
    """The moment's time with its air, widened into silence to 5 s; None where that can't be."""
    begin, finish = passages[first].span, passages[last].span
    if begin is None or finish is None:
        return None
    before = passages[first - 1].span if first else None
    after = passages[last + 1].span if last + 1 < len(passages) else None
    floor = min(before.end if before else 0.0, begin.start)
    ceiling = max(after.start if after else limit, finish.end)
    if limit < SHORTEST:
        whole = before is None and after is None and limit >= SHORTEST_RECORDING
        return Span(0.0, limit) if whole else None
    spoken = finish.end - begin.start
    air = min(PADDING, max(0.0, (LONGEST - spoken) / 2))
    start, end = max(floor, begin.start - air), min(ceiling, finish.end + air)
    if end - start < SHORTEST:  # listen a little longer first, then begin a little earlier
        end = min(ceiling, start + SHORTEST)
        start = max(floor, end - SHORTEST)
    start, end = round(start, 3), round(end, 3)
    return Span(start, end) if end - start >= SHORTEST - 0.002 else None


def _score(run: Sequence[Passage], strengths: Sequence[float]) -> float:
    """The strongest passage counts most, so that a moment isn't stretched without gain."""
    sizes = [max(1, len(passage.text)) for passage in run]
    mean = sum(s * n for s, n in zip(strengths, sizes, strict=True)) / sum(sizes)
    clarity = sum(passage.confidence * n for passage, n in zip(run, sizes, strict=True)) / sum(
        sizes
    )
    return (0.6 * max(strengths) + 0.4 * mean) * (0.7 + 0.3 * clarity)


def _moment(
    run: Sequence[Passage],
    strengths: Sequence[float],
    first: int,
    last: int,
    span: Span | None,
    score: float,
) -> Moment:
    themes: dict[str, float] = {}
    for passage in run:
        for name, value in passage.themes:
            themes[name] = max(value, themes.get(name, 0.0))
    names = tuple(sorted(themes, key=lambda name: -themes[name]))
    return Moment(
        first=first,
        last=last,
        span=span,
        score=round(min(1.0, max(0.0, score)), 4),
        reasons=felt.reasons(run, themes),
        themes=names,
        quote=_quote(run, strengths),
    )


def _quote(run: Sequence[Passage], strengths: Sequence[float]) -> str:
    """The strongest passage's own words, with its neighbour where it is only a few words."""
    peak = max(range(len(run)), key=lambda i: strengths[i])
    first = last = peak
    while len(" ".join(p.text for p in run[first : last + 1]).split()) < 8:
        if hangs(run[first].text) and first > 0:
            first -= 1
        elif last + 1 < len(run):
            last += 1
        elif first > 0:
            first -= 1
        else:
            break
    text = " ".join(passage.text.strip() for passage in run[first : last + 1])
    if len(text) <= LONGEST_QUOTE:
        return text
    return text[:LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def _meet(one: Moment, other: Moment) -> bool:
    if one.span and other.span:
        return one.span.overlap(other.span) > 0 or not (
            one.last < other.first or other.last < one.first
        )
    return not (one.last < other.first or other.last < one.first)
