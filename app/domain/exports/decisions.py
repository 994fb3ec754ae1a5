"""People's decisions about labels, one row each: what a head can be trained on anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from app.domain import masking
from app.domain.corrections import agreement, keeping, kinds, reading
from app.domain.exports import rows
from app.domain.exports.rows import Row, Wanted
from app.extensions import db
from app.models import Answer, Correction, Segment, Submission


def corrections(wanted: Wanted) -> Iterator[Row]:
    """Every decision about a passage that is there, those that were taken back included. The text
    and what people wrote have their masks; several values are separated by `; `."""
    query = rows.permitted(
        select(Correction)
        .join(Answer, Answer.id == Correction.answer_id)
        .join(Submission, Submission.id == Answer.submission_id)
        .join(Segment, Segment.id == Correction.segment_id),
        wanted,
    )
    masked, noted = masking.Reader(), None
    for each in rows.paged(query, Correction.id):
        segment = db.session.get_one(Segment, each.segment_id)
        submission = db.session.get_one(Answer, each.answer_id).submission
        if noted is None or noted.submission is not submission:
            noted = masking.Evidence(submission)
        themes = reading.theme_names([each])
        machine = kinds.read(each.machine)
        yield {
            **rows.who(submission),
            "answer_id": each.answer_id,
            "segment_id": segment.id,
            "correction_id": each.id,
            "kind": each.kind,
            "text": masked(segment),
            "words_changed": keeping.words_changed(each, segment),
            "machine": "; ".join(themes.get(said.value, said.value) for said in machine),
            "machine_confidence": min((said.confidence for said in machine), default=None),
            "engine": each.engine,
            "version": each.version,
            "value": "; ".join(themes.get(value, value) for value in each.value),
            "agrees": agreement.agreed(each),
            "reason": each.reason,
            "evidence": each.evidence,
            "note": noted(each.note),
            "decided_at": each.created_at.isoformat(),
            "decided_by": each.member_id,
            "state": each.state,
        }
