"""Moments that people added to the machine's, or took from them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.domain import telling
from app.domain.corrections import keeping, kinds
from app.extensions import db
from app.models import Highlight, Transcript


def decided(transcript: Transcript) -> dict[int, bool]:
    """Positions of the passages about which a person said whether they are worth hearing."""
    positions = {segment.id: segment.position for segment in transcript.segments}
    found = keeping.decided(positions, kinds.HIGHLIGHT)
    return {positions[at]: bool(each.value) for (at, _), each in found.items()}


def with_wanted(
    passages: Sequence[telling.Passage],
    moments: Sequence[telling.Moment],
    said: dict[int, bool],
    length: float | None,
) -> list[telling.Moment]:
    """The machine's moments, and one for each passage that a person wants heard and none covers."""
    every = list(moments)
    for position in sorted(at for at, worth in said.items() if worth):
        covered = any(each.first <= position <= each.last for each in every)
        if not covered and position < len(passages):
            every.append(telling.chosen_by_hand(passages, position, length))
    return sorted(every, key=lambda moment: moment.first)


def covering(transcript: Transcript, position: int) -> Highlight | None:
    """The moment that this passage is part of, hidden or not."""
    return db.session.scalars(
        select(Highlight)
        .where(
            Highlight.transcript_id == transcript.id,
            Highlight.first_position <= position,
            Highlight.last_position >= position,
        )
        .order_by(Highlight.hidden, Highlight.score.desc())
    ).first()
