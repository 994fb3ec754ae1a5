"""In which stretch of a recording words are said that nobody timed. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.domain.timeline import Span

QUICKEST_S = 0.04  # for one letter: nobody says more than 25 in a second

Said = tuple[str, float, float]  # a word, or a passage that has no times of its words, and when


@dataclass(frozen=True, slots=True)
class _Order:
    """What was heard, in order: when each begins, when the latest so far ends; all ends, sorted."""

    spans: tuple[Span, ...]
    starts: tuple[float, ...]
    reach: tuple[float, ...]
    ends: tuple[float, ...]


_LATEST: list[tuple[frozenset[Said], _Order]] = []


def around(span: Span, said: Sequence[str], timed: frozenset[Said]) -> Span:
    """The stretch in which `said` is said that has this time by a guess: all that the machine heard
    in it and, while that is too short to say it in, what it heard before and after."""
    order = _ordered(timed)
    start, end = span.start, span.end
    for at in range(bisect_left(order.starts, span.end) - 1, -1, -1):
        if order.reach[at] <= span.start:
            break
        if order.spans[at].overlap(span) > 0:
            start, end = min(start, order.spans[at].start), max(end, order.spans[at].end)
    needed = QUICKEST_S * sum(map(len, said))
    while end - start < needed:
        before = bisect_left(order.starts, start)
        after = bisect_right(order.ends, end)
        if before == 0 and after == len(order.ends):
            break
        start = order.starts[before - 1] if before else start
        end = order.ends[after] if after < len(order.ends) else end
    return Span(start, end)


def _ordered(timed: frozenset[Said]) -> _Order:
    """Kept for one transcript, whose passages are asked for one after the other. It is told by
    identity: to find it equal takes as long as its words are many."""
    for known, order in _LATEST:
        if known is timed:
            return order
    spans = tuple(sorted((Span(*each[1:]) for each in timed), key=lambda s: (s.start, s.end)))
    order = _Order(
        spans,
        tuple(each.start for each in spans),
        tuple(accumulate((each.end for each in spans), max)),
        tuple(sorted(each.end for each in spans)),
    )
    _LATEST[:] = [(timed, order)]
    return order
