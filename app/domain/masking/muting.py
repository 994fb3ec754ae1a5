"""When a recording must be silent: where masked words are said, by whichever transcript, also those
that nobody reads any more since somebody edited them or another transcript took their place. Where
a word's time is a guess, all is muted in which it may be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from app.domain.masking import history
from app.domain.masking.decided import Decided, decided
from app.domain.masking.hiding import hidden
from app.domain.masking.lasting import GAP, lasting, without
from app.domain.masking.places import Kinds
from app.domain.masking.standing import Standing
from app.domain.masking.times import Past, Said, certain, has_times, heard, words_of
from app.domain.timeline import Span, merge
from app.extensions import db
from app.models import Answer, Segment, Transcript

MARGIN = 0.12  # seconds muted before and after: engines' word times are right to about that


def muted(transcript: Transcript) -> list[Span]:
    """The stretches of its recording in which masked words are said, with a small margin. None of
    an answer that was written.

    What any other transcript of the recording masks is silent, too: the words may be misheard in
    this one, and are still said. What a person lifted since is heard, however it is spelt there.
    """
    if db.session.get_one(Answer, transcript.answer_id).kind == "text":
        return []
    by = decided(transcript)
    spans = [*lasting(by.rows, hidden=True), *_masked(transcript, by)]
    for other in _others(transcript):
        theirs = merge(_masked(other, replace(by, timed=heard(other))), GAP)
        known = _known_at(other)
        lifted = lasting([row for row in by.rows if row.created_at > known], hidden=False)
        spans += without(theirs, lifted)
    wider = (Span(max(0.0, each.start - MARGIN), each.end + MARGIN) for each in spans)
    return merge(wider, GAP)


def _others(transcript: Transcript) -> Sequence[Transcript]:
    return db.session.scalars(
        select(Transcript)
        .where(Transcript.answer_id == transcript.answer_id, Transcript.id != transcript.id)
        .order_by(Transcript.id)
    ).all()


def _known_at(transcript: Transcript) -> datetime:
    """When its words came to be what they are: what people lifted before is not about them."""
    return max([transcript.created_at, *(each.created_at for each in transcript.edits)])


def _masked(transcript: Transcript, by: Decided) -> Iterator[Span]:
    """When those words are said that are masked in this transcript, or were before an edit."""
    yield from _unread(transcript, by)
    every = hidden(transcript, by)
    for segment in transcript.segments:
        if masks := every.get(segment.id):
            when = certain(segment, by.timed)
            yield from (when[at] for at in masks)


def _unread(transcript: Transcript, by: Decided) -> Iterator[Span]:
    """When those words are said that were masked before an edit and stand there no more."""
    if transcript.heard is None:
        return
    standing = Standing(transcript.segments)
    for before, _ in history.stood(transcript):
        every = history.masks(before, by)
        for passage in before:
            yield from _gone(passage, every.get(passage.id, {}), standing, by.timed)


def _gone(
    passage: Past, hides: Kinds, standing: Standing[Segment], timed: frozenset[Said] | None
) -> list[Span]:
    if not hides:
        return []
    if not has_times(passage):  # what was made of it since has its time by a guess
        return certain(passage, timed)[:1]
    said, when = list(words_of(passage)), certain(passage, timed)
    return [when[at] for at in hides if not standing.spots(said[at])]
