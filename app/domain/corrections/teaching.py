"""Theme corrections become examples of their themes: looked at first, applied, taken back.

A version is a change of the codebook like any other: `app.domain.codebook.changes` tells what it
would move, has it moved in the background, and undoes it. What people decided about a passage is
left alone by all of that. Only what the words say is learned, for words are all that is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, insert, literal, select, true
from sqlalchemy.orm import aliased

from app.domain.codebook import changes, entries
from app.domain.corrections import in_sql, kinds, lessons
from app.domain.errors import Invalid
from app.extensions import db
from app.models import CodebookChange, Correction, Lesson, Member, Program, Segment, Theme

NOTHING = "There is nothing new to learn: no theme correction whose words say so waits."
SHOWN = 20  # passages of a theme


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many passages would become examples of a theme, and SHOWN of them."""

    count: int
    said: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """What was learned at a time. `examples`: without those whose voices are gone."""

    change: CodebookChange
    examples: int


def waiting(program: Program) -> dict[str, Waiting]:
    """Passages that people put under a theme and that teach it nothing yet, by the theme's id, in
    the order of the codebook."""
    pairs = _pairs(program).subquery()
    theirs = func.row_number().over(
        partition_by=pairs.c.theme_id, order_by=(Segment.transcript_id, Segment.position)
    )
    every = func.count().over(partition_by=pairs.c.theme_id)
    numbered = (
        select(pairs.c.theme_id, Segment.id, theirs.label("place"), every.label("every"))
        .join(Segment, Segment.id == pairs.c.segment_id)
        .subquery()
    )
    rows = db.session.execute(
        select(numbered.c.theme_id, numbered.c.every, Segment)
        .join(Segment, Segment.id == numbered.c.id)
        .where(numbered.c.place <= SHOWN)
        .order_by(numbered.c.place)
    )
    counts: dict[str, int] = {}
    said: dict[str, list[Segment]] = defaultdict(list)
    for theme_id, count, segment in rows:
        counts[theme_id] = count
        said[theme_id].append(segment)
    return {
        theme.id: Waiting(counts[theme.id], tuple(said[theme.id]))
        for theme in program.themes
        if theme.id in counts
    }


def plan(program: Program, member: Member) -> CodebookChange:
    """A new version with all that waits, to be looked at; nothing else changes yet. The caller
    commits.

    Every theme is heard anew where it is applied: a passage that one gains, another may lose.

    Raises:
        Invalid: nothing waits.
    """
    new = _pairs(program)
    if db.session.execute(new.limit(1)).first() is None:
        raise Invalid(NOTHING)
    active = [theme for theme in program.themes if theme.active]
    change = changes.plan(
        program,
        changes.TAUGHT,
        [entries.of(theme) for theme in active],
        member,
        scope=[theme.id for theme in active],
    )
    # Held as they are found: one whose voice is being erased is waited for, and left out.
    held = new.with_for_update(read=True, key_share=True, of=Correction).subquery()
    pairs = select(literal(change.id), held.c.correction_id, held.c.theme_id)
    into = insert(Lesson).from_select(["change_id", "correction_id", "theme_id"], pairs)
    db.session.execute(into)
    return change


def versions(program: Program) -> Sequence[Version]:
    """What was learned so far, the newest first, also what was taken back."""
    examples = (
        select(func.count())
        .select_from(Lesson)
        .where(Lesson.change_id == CodebookChange.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(CodebookChange, examples)
        .where(
            CodebookChange.program_id == program.id,
            CodebookChange.kind == changes.TAUGHT,
            CodebookChange.state != "planned",
        )
        .order_by(CodebookChange.number.desc())
        .limit(20)
    )
    return [Version(change, count) for change, count in rows]


def _pairs(program: Program) -> Select[str, int | None, str]:
    """(correction id, passage, theme id) of what would be learned."""
    given = in_sql.values(Correction.value, "given")
    known = lessons.learned(program.id).subquery()
    taught = aliased(Theme)  # one that was merged teaches the one that it is part of by now
    already = (
        select(known.c.correction_id)
        .join(taught, taught.id == known.c.theme_id)
        .where(
            known.c.correction_id == Correction.id,
            func.coalesce(taught.merged_into_id, taught.id) == Theme.id,
        )
    )
    return (
        select(
            Correction.id.label("correction_id"), Correction.segment_id, Theme.id.label("theme_id")
        )
        .select_from(Correction)
        .join(Segment, Segment.id == Correction.segment_id)
        .join(given, true())
        .join(Theme, Theme.id == given.c.value)
        .where(
            Correction.program_id == program.id,
            Correction.kind == kinds.THEME,
            Correction.state == "stands",
            Correction.reason != kinds.RIGHT,
            Correction.evidence == kinds.FROM_WORDS,
            Theme.program_id == program.id,
            Theme.active,
            in_sql.unchanged(),
            ~already.exists(),
        )
    )
