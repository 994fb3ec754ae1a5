"""What was said, as the engines heard it. Every pass is kept; the newest is current."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import select, update

from app.domain import timeline
from app.extensions import db
from app.models import Answer, Segment, Transcript

WRITTEN = "written"
SENTENCES = re.compile(r"(?<=[.!?…。！？؟।])[\"'”’»)]*\s+|\n+")


def current(answer: Answer) -> Transcript | None:
    """The newest transcript, None before there is one."""
    return db.session.scalar(
        select(Transcript)
        .where(Transcript.answer_id == answer.id, Transcript.current)
        .order_by(Transcript.id.desc())
    )


def publish(
    answer: Answer,
    *,
    engine: str,
    model: str,
    version: str,
    language: str,
    duration_s: float,
    segments: Sequence[timeline.Segment],
) -> Transcript:
    """Adds a transcript and makes it the current one. The caller commits."""
    db.session.execute(
        update(Transcript).where(Transcript.answer_id == answer.id).values(current=False)
    )
    transcript = Transcript(
        answer_id=answer.id,
        engine=engine,
        model=model,
        version=version,
        language=language,
        duration_s=duration_s,
    )
    transcript.segments = [
        Segment(
            position=position,
            start=segment.start,
            end=segment.end,
            text=segment.text,
            confidence=segment.confidence,
            words=[[w.text, w.start, w.end, w.confidence] for w in segment.words],
        )
        for position, segment in enumerate(segments)
    ]
    db.session.add(transcript)
    db.session.flush()
    return transcript


def timed(segment: Segment) -> timeline.Segment:
    """The same passage as plain data."""
    return timeline.Segment(
        segment.start,
        segment.end,
        segment.text,
        segment.confidence,
        tuple(timeline.Word(*word) for word in segment.words),
    )


def sentences(text: str) -> list[timeline.Segment]:
    """A written answer as passages without times, one a sentence or line."""
    parts = (part.strip() for part in SENTENCES.split(text))
    return [timeline.Segment(0.0, 0.0, part, 1.0) for part in parts if part]
