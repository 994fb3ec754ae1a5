"""Whether the machine would say by now what it said when a person decided about a theme."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from app.domain.corrections import kinds
from app.extensions import db
from app.models import CodebookChange, Correction, Run, Step


def since(correction: Correction) -> bool:
    """Whether passages were tagged anew, by a change of the codebook or its undoing, after somebody
    first decided about this passage: it was left alone then. Only themes are."""
    if correction.kind != kinds.THEME:
        return False
    first = db.session.scalar(
        select(func.min(Correction.created_at)).where(
            Correction.answer_id == correction.answer_id,
            Correction.segment_id == correction.segment_id,
            Correction.kind == correction.kind,
        )
    )
    working = (
        select(Step.id)
        .join(Run)
        .where(Run.change_id == CodebookChange.id)
        .where(or_(Step.finished_at.is_(None), Step.finished_at > first))
    )
    return bool(
        db.session.scalar(
            select(CodebookChange.id)
            .where(
                CodebookChange.program_id == correction.program_id,
                CodebookChange.state != "planned",
                or_(CodebookChange.applied_at > first, working.exists()),
            )
            .limit(1)
        )
    )
