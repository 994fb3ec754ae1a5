"""What the machine makes of each passage. It proposes: engine, version, confidence with each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from app.extensions import db
from app.models import Label, Mention, Segment, Theme, Transcript


@dataclass(frozen=True, slots=True)
class Tag:
    """A label to be. kind: sentiment (score −1..1), emotion or hand_off (score 0..1)."""

    kind: str
    value: str
    score: float
    confidence: float
    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A theme heard in a passage, by the theme's name."""

    theme: str
    confidence: float
    engine: str
    version: str


@dataclass(frozen=True, slots=True)
class Finding:
    """All that was found in one passage."""

    tags: tuple[Tag, ...]
    themes: tuple[Heard, ...]


def publish(
    transcript: Transcript,
    findings: Sequence[Finding],
    segments: Sequence[Segment] | None = None,
) -> None:
    """Replaces the machine's labels and mentions; one finding a segment, in order.

    `segments`: those of the transcript that were understood, all of them by default. A theme that
    has been renamed or removed meanwhile is left out. The caller commits.
    """
    every = transcript.segments  # read at once, also what `segments` holds
    segments = every if segments is None else segments
    ids = [segment.id for segment in segments]
    db.session.execute(delete(Label).where(Label.segment_id.in_(ids)))
    db.session.execute(delete(Mention).where(Mention.segment_id.in_(ids)))
    program_id = _program_id(transcript)
    themes = {t.name: t.id for t in db.session.scalars(_active(program_id))}
    for segment, finding in zip(segments, findings, strict=True):
        segment.understood = True
        for tag in finding.tags:
            db.session.add(
                Label(
                    segment_id=segment.id,
                    kind=tag.kind,
                    value=tag.value,
                    score=tag.score,
                    confidence=tag.confidence,
                    engine=tag.engine,
                    version=tag.version,
                )
            )
        for heard in finding.themes:
            if heard.theme in themes:
                db.session.add(
                    Mention(
                        segment_id=segment.id,
                        theme_id=themes[heard.theme],
                        confidence=heard.confidence,
                        engine=heard.engine,
                        version=heard.version,
                    )
                )
    db.session.flush()
    db.session.expire(transcript)


def _active(program_id: str):  # type: ignore[no-untyped-def]
    return select(Theme).where(Theme.program_id == program_id, Theme.active)


def _program_id(transcript: Transcript) -> str:
    from app.models import Answer, Submission

    found = db.session.scalar(
        select(Submission.program_id)
        .join(Answer, Answer.submission_id == Submission.id)
        .where(Answer.id == transcript.answer_id)
    )
    assert found is not None
    return found
