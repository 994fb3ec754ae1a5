"""When a recording must be silent: where masked words are said, also those that nobody reads any
more since somebody edited them. Where a word's time is a guess, all is muted in which it may be."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence

from app.domain.masking import history
from app.domain.masking.ground import NEAR
from app.domain.masking.hiding import Decided, decided, hidden
from app.domain.masking.places import Kinds
from app.domain.masking.times import Past, Said, certain, has_times, words_of
from app.domain.timeline import Span, merge
from app.extensions import db
from app.models import Answer, PersonalData, Transcript

MARGIN = 0.12  # seconds muted before and after: engines' word times are right to about that
GAP = 0.15  # a shorter sound between two muted stretches is no word

Times = dict[str, list[tuple[float, float]]]  # of each word, folded: when it is said, in order


def muted(transcript: Transcript) -> list[Span]:
    """The stretches of its recording in which masked words are said, with a small margin. None of
    an answer that was written."""
    if db.session.get_one(Answer, transcript.answer_id).kind == "text":
        return []
    by = decided(transcript)
    spans = [*_decided(by.rows), *_unread(transcript, by)]
    every = hidden(transcript, by)
    for segment in transcript.segments:
        if masks := every.get(segment.id):
            when = certain(segment, by.timed)
            spans += [when[at] for at in masks]
    wider = (Span(max(0.0, each.start - MARGIN), each.end + MARGIN) for each in spans)
    return merge(wider, GAP)


def _decided(rows: Sequence[PersonalData]) -> list[Span]:
    """The time that people hid and nobody showed again, whatever words stand there now."""
    spans: list[Span] = []
    for row in rows:
        if row.source != "person":
            continue
        span = Span(row.start, row.end)
        if row.hidden:
            spans.append(span)
        elif row.timed:  # else the rest of its passage may be what somebody hid
            spans = [part for each in spans for part in _without(each, span)]
    return spans


def _unread(transcript: Transcript, by: Decided) -> Iterator[Span]:
    """When those words are said that were masked before an edit and stand there no more."""
    if transcript.heard is None:
        return
    now: Times = defaultdict(list)
    for word, start, end in sorted(each for s in transcript.segments for each in words_of(s)):
        now[word].append((start, end))
    for before in history.stood(transcript):
        every = history.masks(before, by)
        for passage in before:
            yield from _gone(passage, every.get(passage.id, {}), now, by.timed)


def _gone(passage: Past, hides: Kinds, now: Times, timed: frozenset[Said] | None) -> list[Span]:
    if not hides:
        return []
    if not has_times(passage):  # what was made of it since has its time by a guess
        return certain(passage, timed)[:1]
    said, when = list(words_of(passage)), certain(passage, timed)
    return [when[at] for at in hides if not _stands(said[at], now)]


def _stands(said: Said, now: Times) -> bool:
    """Whether the same word is still there at about the same time."""
    word, start, end = said
    there = now.get(word, [])
    first = bisect_left(there, start - 2 * NEAR, key=lambda each: each[0])
    last = bisect_right(there, start + 2 * NEAR, key=lambda each: each[0])
    return any(abs(s - start) <= NEAR and abs(e - end) <= NEAR for s, e in there[first:last])


def _without(span: Span, other: Span) -> list[Span]:
    if not span.overlap(other):
        return [span]
    rest = Span(span.start, other.start), Span(other.end, span.end)
    return [each for each in rest if each.length > GAP]
