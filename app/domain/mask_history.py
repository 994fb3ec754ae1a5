"""Masked words that an edit took away or replaced: nobody reads them, and yet they can be heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.domain import editing_changes, personal_data
from app.domain.editing_words import Passage
from app.domain.mask_places import GAP, NEAR, Kinds, Past, decide, has_times, masked, put, times
from app.domain.personal_data import fold
from app.domain.timeline import Span
from app.models import PersonalData, Segment, Transcript

Said = tuple[str, float, float]  # a word, folded, and when it is said


def unread(
    transcript: Transcript, known: Sequence[str], rows: Sequence[PersonalData]
) -> list[Span]:
    """When those words are said that were masked before an edit and no longer stand where they
    were. `known`, `rows`: what the customer is called, and what was decided, the oldest first."""
    if transcript.heard is None:
        return []
    now = [each for segment in transcript.segments for each in _said(segment)]
    spans: list[Span] = []
    for before in _before(transcript):
        every = masks(before, known, rows)
        for passage in before:
            spans += _gone(passage, every.get(passage.id, {}), now)
    return spans


def hidden_time(rows: Sequence[PersonalData]) -> list[Span]:
    """The time that people hid and nobody showed again, whatever words stand there now."""
    spans: list[Span] = []
    for row in rows:
        if row.source != "person" or row.end <= row.start:
            continue
        span = Span(row.start, row.end)
        spans = [*spans, span] if row.hidden else [p for s in spans for p in _without(s, span)]
    return spans


def masks(
    passages: Sequence[Past], known: Sequence[str], rows: Sequence[PersonalData]
) -> dict[int, Kinds]:
    """The masked words of passages that stood together once, by the passages' ids."""
    found: dict[int, Kinds] = {passage.id: {} for passage in passages}
    for each in personal_data.find([passage.text for passage in passages], known):
        put(found[passages[each.segment].id], each.first, each.last, each.kind)
    decide(found, rows, passages, frozenset())
    return masked(found)


def versions(transcript: Transcript) -> Iterator[list[Past]]:
    """The machine's own passages, and what each edit found and left, also one that was undone."""
    yield _past(editing_changes.from_rows(transcript.heard or ()))
    for edit in transcript.edits:
        changes = editing_changes.read(edit.changes)[::-1]  # in the order of the passages
        yield _past([passage for change in changes for passage in change.before])
        yield _past([passage for change in changes for passage in change.after])


def _before(transcript: Transcript) -> Iterator[list[Past]]:
    """The machine's own passages, and those that each edit that stands took away."""
    yield _past(editing_changes.from_rows(transcript.heard or ()))
    for edit in transcript.edits:
        if edit.state == "done":
            changes = reversed(editing_changes.read(edit.changes))  # in the order of the passages
            yield _past([passage for change in changes for passage in change.before])


def _past(passages: Sequence[Passage]) -> list[Past]:
    return [
        Past(
            id=-1 - at,
            position=at,
            start=passage.start,
            end=passage.end,
            text=passage.text,
            words=[[w.text, w.start, w.end, w.confidence] for w in passage.words],
            edited_by=passage.edited_by,
        )
        for at, passage in enumerate(passages)
    ]


def _gone(passage: Past, hides: Kinds, now: Sequence[Said]) -> list[Span]:
    """When its masked words are said that stand there no more."""
    said = list(_said(passage))
    if has_times(passage):
        return [Span(*said[at][1:]) for at in hides if not any(_same(said[at], w) for w in now)]
    there = {word for word, start, end in now if start < passage.end and end > passage.start}
    left = all(said[at][0] in there for at in hides)
    return [] if left else [Span(passage.start, passage.end)]


def _same(one: Said, other: Said) -> bool:
    near = abs(one[1] - other[1]) <= NEAR and abs(one[2] - other[2]) <= NEAR
    return near and one[0] == other[0]


def _said(segment: Segment | Past) -> Iterator[Said]:
    for word, span in zip(segment.text.split(), times(segment), strict=True):
        yield fold(word), span.start, span.end


def _without(span: Span, other: Span) -> list[Span]:
    if not span.overlap(other):
        return [span]
    rest = Span(span.start, other.start), Span(other.end, span.end)
    return [each for each in rest if each.length > GAP]
