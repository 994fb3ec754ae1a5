"""What the machine makes of each passage. It proposes: engine, version, confidence with each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.domain.codebook import renewed
from app.domain.corrections import keeping, kinds, rows
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
    """All that was found in one passage. `engines`: engine and version by kind, also of kinds that
    nothing was found of; none where nobody listened, as to who asks the questions."""

    tags: tuple[Tag, ...]
    themes: tuple[Heard, ...]
    engines: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def publish(
    transcript: Transcript,
    findings: Sequence[Finding],
    segments: Sequence[Segment] | None = None,
) -> None:
    """Replaces the machine's labels and mentions; one finding a segment, in order.

    `segments`: those of the transcript that were understood, all of them by default. A theme that
    has been renamed or removed meanwhile is left out. Where a person decided, their word stays and
    the machine's is kept beside it. The caller commits.
    """
    every = transcript.segments  # read at once, also what `segments` holds
    segments = every if segments is None else segments
    ids = [segment.id for segment in segments]
    keeping.settle(transcript)
    decided = keeping.decided(ids)
    rows.forget_machine(ids)
    program_id = _program_id(transcript)
    renewed.note(program_id, ids)
    themes = {t.name: t.id for t in db.session.scalars(_active(program_id))}
    for segment, finding in zip(segments, findings, strict=True):
        segment.understood, segment.heard_by = True, dict(finding.engines)
        tags = [*finding.tags, *_mentions(finding, themes)]
        for kind in kinds.ON_PASSAGES:
            heard = [tag for tag in tags if tag.kind == kind]
            decision = decided.get((segment.id, kind))
            if decision is not None:
                said = [kinds.Said(tag.value, tag.score, tag.confidence) for tag in heard]
                rows.heard_since(decision, said, *finding.engines.get(kind, (kinds.UNHEARD, "")))
                rows.laid(segment, kind, kinds.PERSON, decision.id)
            else:
                db.session.add_all(_row(segment, tag) for tag in heard)
    db.session.flush()
    db.session.expire(transcript)


def _mentions(finding: Finding, themes: Mapping[str, str]) -> Iterator[Tag]:
    """The themes as tags with their ids."""
    for each in finding.themes:
        if each.theme in themes:
            yield Tag(
                kinds.THEME, themes[each.theme], each.confidence, each.confidence, each.engine,
                each.version,
            )  # fmt: skip


def _row(segment: Segment, tag: Tag) -> Label | Mention:
    made_by = {"engine": tag.engine, "version": tag.version}
    if tag.kind == kinds.THEME:
        return Mention(
            segment_id=segment.id, theme_id=tag.value, confidence=tag.confidence, **made_by
        )
    return Label(
        segment_id=segment.id, kind=tag.kind, value=tag.value, score=tag.score,
        confidence=tag.confidence, **made_by,
    )  # fmt: skip


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
