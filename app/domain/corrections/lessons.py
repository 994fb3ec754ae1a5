"""What a program's themes learned from corrections: passages that people put under a theme.

A lesson is a reference, so its words go with their voice, change with an edit (then they teach no
longer), and are read with their masks. The versions are changes of the codebook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select

from app.domain import masking
from app.domain.corrections import keeping
from app.extensions import db
from app.models import CodebookChange, Correction, Segment

KEPT = "lessons"  # in `CodebookChange.followed`: [[correction id, theme id], …]
IN_FORCE = ("applying", "applied", "final")
MOST = 40  # examples of one theme, the newest, as many as people may write for it

Pairs = Sequence[Sequence[str]]


def learned(program_id: str) -> list[tuple[str, str]]:
    """(correction id, theme id) of all versions that are in force."""
    found = db.session.scalars(
        select(CodebookChange.followed).where(
            CodebookChange.program_id == program_id,
            CodebookChange.kind == "taught",
            CodebookChange.state.in_(IN_FORCE),
        )
    )
    return [(pair[0], pair[1]) for followed in found for pair in followed.get(KEPT, ())]


def texts(program_id: str, also: Pairs = ()) -> dict[str, tuple[str, ...]]:
    """The examples of each theme, by its id; `also`: those of a version that is being looked at.
    What was taken back, decided anew or reworded since teaches nothing."""
    themes: dict[str, list[str]] = defaultdict(list)
    for correction_id, theme_id in (*learned(program_id), *also):
        if theme_id not in themes[correction_id]:
            themes[correction_id].append(theme_id)
    read, found = masking.Reader(), defaultdict[str, list[tuple[str, str]]](list)
    for correction, segment in standing(list(themes)):
        for theme_id in themes[correction.id]:
            found[theme_id].append((correction.id, read(segment)))
    return {
        theme_id: tuple(text for _, text in sorted(said, reverse=True)[:MOST])
        for theme_id, said in found.items()
    }


def standing(ids: Sequence[str]) -> list[tuple[Correction, Segment]]:
    """Those of these decisions that still stand about the same words, passage by passage."""
    found: list[tuple[Correction, Segment]] = []
    for at in range(0, len(ids), keeping.MANY):
        rows = db.session.execute(
            select(Correction, Segment)
            .join(Segment, Correction.segment_id == Segment.id)
            .where(Correction.id.in_(ids[at : at + keeping.MANY]), Correction.state == "stands")
            .order_by(Segment.transcript_id, Segment.position)
        )
        found += [
            (correction, segment)
            for correction, segment in rows
            if not keeping.words_changed(correction, segment)
        ]
    return found
