"""Which passages a search is about, before any word of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select

from app.domain.board import PERIODS
from app.domain.codebook import family
from app.domain.felt import FELT
from app.models import Answer, Label, Mention, Segment, Submission, Transcript, now

Row = TypeVarTuple("Row")


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty value filters nothing. `period` is one of the board's; `language` a code such as
    "en"; sentiment and emotion are labels' values."""

    program_id: str = ""
    touchpoint_id: str = ""
    theme_id: str = ""
    sentiment: str = ""
    emotion: str = ""
    period: str = ""
    language: str = ""

    @property
    def narrowed(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def of_voices(workspace_id: str, filters: Filters) -> list[ColumnElement[bool]]:
    """Received submissions of this workspace that fit."""
    rules = [Submission.workspace_id == workspace_id, Submission.state == "received"]
    if filters.program_id:
        rules.append(Submission.program_id == filters.program_id)
    if filters.touchpoint_id:
        rules.append(Submission.touchpoint_id == filters.touchpoint_id)
    days = PERIODS.get(filters.period)
    if days is not None:
        rules.append(Submission.received_at >= now() - timedelta(days=days))
    return rules


def of_passages(filters: Filters) -> list[ColumnElement[bool]]:
    """Passages that fit."""
    rules: list[ColumnElement[bool]] = []
    label = select(Label.id).where(Label.segment_id == Segment.id)
    if filters.sentiment:
        rules.append(
            label.where(Label.kind == "sentiment", Label.value == filters.sentiment).exists()
        )
    if filters.emotion:
        felt = (Label.kind == "emotion", Label.value == filters.emotion, Label.score >= FELT)
        rules.append(label.where(*felt).exists())
    if filters.theme_id:
        heard = select(Mention.id).where(Mention.segment_id == Segment.id)
        rules.append(heard.where(Mention.theme_id.in_(family.under(filters.theme_id))).exists())
    if filters.language:
        own = Segment.language == filters.language
        rules.append(
            or_(own, and_(Segment.language == "", Transcript.language == filters.language))
        )
    return rules


def current(asked: Select[*Row]) -> Select[*Row]:
    """A query of passages with their current transcript, answer and submission."""
    return (
        asked.join(Transcript, and_(Segment.transcript_id == Transcript.id, Transcript.current))
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
    )
