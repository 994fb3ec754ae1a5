"""What a program's themes learned from corrections: passages that people put under a theme.

A lesson is a reference, so it goes with its voice; its words change with an edit (then they teach
no longer), and are read with their masks. The versions are changes of the codebook.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Select, func, or_, select

from app.domain import masking
from app.domain.corrections import in_sql
from app.extensions import db
from app.models import CodebookChange, Correction, Lesson, Segment

IN_FORCE = ("applying", "applied", "final")
MOST = 40  # examples of one theme, the newest, as many as people may write for it


def learned(program_id: str, planned_id: str = "") -> Select[str, str]:
    """(correction id, theme id) of all versions that are in force, and of one that is planned."""
    return (
        select(Lesson.correction_id, Lesson.theme_id)
        .join(CodebookChange, CodebookChange.id == Lesson.change_id)
        .where(
            CodebookChange.program_id == program_id,
            or_(CodebookChange.state.in_(IN_FORCE), CodebookChange.id == planned_id),
        )
        .distinct()
    )


def texts(program_id: str, planned_id: str = "") -> dict[str, tuple[str, ...]]:
    """The newest MOST examples of each theme, by its id; with those of a version that is being
    looked at. What was taken back, decided anew or reworded since teaches nothing."""
    pairs = learned(program_id, planned_id).subquery()
    place = func.row_number().over(
        partition_by=pairs.c.theme_id, order_by=pairs.c.correction_id.desc()
    )
    newest = (
        select(pairs.c.theme_id, pairs.c.correction_id, Segment.id, place.label("place"))
        .join(Correction, Correction.id == pairs.c.correction_id)
        .join(Segment, Segment.id == Correction.segment_id)
        .where(Correction.state == "stands", in_sql.unchanged())
        .subquery()
    )
    rows = db.session.execute(
        select(newest.c.theme_id, newest.c.correction_id, Segment)
        .join(Segment, Segment.id == newest.c.id)
        .where(newest.c.place <= MOST)
        .order_by(Segment.transcript_id, Segment.position)
    )
    read, found = masking.Reader(), defaultdict[str, list[tuple[str, str]]](list)
    for theme_id, correction_id, segment in rows:
        found[theme_id].append((correction_id, read(segment)))
    return {
        theme_id: tuple(text for _, text in sorted(said, reverse=True))
        for theme_id, said in found.items()
    }
