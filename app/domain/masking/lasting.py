"""The time that people's decisions are about, whatever words stand there by now."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.timeline import Span
from app.models import PersonalData

GAP = 0.15  # seconds: a shorter sound between two muted stretches is no word


def lasting(rows: Sequence[PersonalData], *, hidden: bool) -> list[Span]:
    """The time that people hid and nobody showed again, whatever words stand there now; or that
    they showed and nobody hid again."""
    spans: list[Span] = []
    for row in rows:
        # Beside words that were shown and that nobody timed may be said what somebody hid
        if row.source != "person" or not (row.hidden or row.timed):
            continue
        span = Span(row.start, row.end)
        if row.hidden is hidden:
            spans.append(span)
        else:
            spans = without(spans, [span])
    return spans


def without(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What of the spans is in none of the others; what is left of one is a word at least."""
    left = list(spans)
    for other in others:
        left = [part for each in left for part in _less(each, other)]
    return left


def _less(span: Span, other: Span) -> list[Span]:
    if not span.overlap(other):
        return [span]
    rest = Span(span.start, other.start), Span(other.end, span.end)
    return [each for each in rest if each.length > GAP]
