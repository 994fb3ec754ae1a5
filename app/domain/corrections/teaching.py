"""Theme corrections become examples of their themes: looked at first, applied, taken back.

A version is a change of the codebook like any other: `app.domain.codebook.changes` tells what it
would move, has it moved in the background, and undoes it. What people decided about a passage is
left alone by all of that. Only what the words say is learned, for words are all that is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from app.domain.codebook import changes, entries
from app.domain.corrections import kinds, lessons
from app.domain.errors import Invalid
from app.extensions import db
from app.models import CodebookChange, Correction, Member, Program, Segment

NOTHING = "There is nothing new to learn: no theme correction whose words say so waits."


def waiting(program: Program) -> dict[str, list[tuple[Correction, Segment]]]:
    """Passages that people put under a theme and that teach it nothing yet, by the theme's id, in
    the order of the codebook."""
    ids = db.session.scalars(
        select(Correction.id).where(
            Correction.program_id == program.id,
            Correction.kind == kinds.THEME,
            Correction.state == "stands",
            Correction.reason != kinds.RIGHT,
            Correction.evidence == kinds.FROM_WORDS,
        )
    ).all()
    known = set(lessons.learned(program.id))
    found: Mapping[str, list[tuple[Correction, Segment]]] = defaultdict(list)
    for correction, segment in lessons.standing(ids):
        for theme_id in correction.value:
            if (correction.id, theme_id) not in known:
                found[theme_id].append((correction, segment))
    return {
        theme.id: found[theme.id] for theme in program.themes if theme.active and theme.id in found
    }


def plan(program: Program, member: Member) -> CodebookChange:
    """A new version with all that waits, to be looked at; nothing else changes yet. The caller
    commits.

    Every theme is heard anew where it is applied: a passage that one gains, another may lose.

    Raises:
        Invalid: nothing waits.
    """
    pairs = [
        [correction.id, theme_id]
        for theme_id, said in waiting(program).items()
        for correction, _ in said
    ]
    if not pairs:
        raise Invalid(NOTHING)
    active = [theme for theme in program.themes if theme.active]
    change = changes.plan(
        program,
        changes.TAUGHT,
        [entries.of(theme) for theme in active],
        member,
        scope=[theme.id for theme in active],
    )
    change.followed = {lessons.KEPT: pairs}
    db.session.flush()
    return change


def versions(program: Program) -> Sequence[CodebookChange]:
    """What was learned so far, the newest first, also what was taken back."""
    return db.session.scalars(
        select(CodebookChange)
        .where(
            CodebookChange.program_id == program.id,
            CodebookChange.kind == changes.TAUGHT,
            CodebookChange.state != "planned",
        )
        .order_by(CodebookChange.number.desc())
        .limit(20)
    ).all()
