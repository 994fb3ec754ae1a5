"""Passages by their ids, with their masks for those who see masks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain import masking
from app.extensions import db
from app.models import Answer, Segment, Submission, Transcript


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage's words, and whose voice it is of."""

    id: int
    text: str
    submission: Submission


def shown(program_id: str, ids: Collection[int], *, masked: bool) -> dict[int, Shown]:
    """Those of the program that are still there and count, by id."""
    rows = db.session.execute(
        select(Segment, Submission)
        .join(Transcript, Segment.transcript_id == Transcript.id)
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(
            Segment.id.in_(list(ids)),
            Submission.program_id == program_id,
            Submission.state == "received",
        )
        .options(joinedload(Segment.transcript))
        .order_by(Segment.transcript_id)
    ).all()
    read = masking.Reader()
    return {
        segment.id: Shown(segment.id, read(segment) if masked else segment.text, submission)
        for segment, submission in rows
    }
