"""A program's themes, edited one by one. What changes the words that the machine goes by, or adds
a theme, is a version (`changes`); where something was said already it is planned first and looked
at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from app.domain import audit
from app.domain.clerk import session
from app.domain.codebook import book, changes, entries, family, holding, versions
from app.domain.codebook.entries import Entry
from app.domain.errors import Conflict, Invalid, NotFound
from app.models import (
    Answer,
    CodebookChange,
    Member,
    Mention,
    Program,
    Segment,
    Theme,
    new_id,
)


def add(
    program: Program,
    name: str,
    description: str,
    examples: Sequence[str] = (),
    *,
    parent_id: str | None = None,
    colour: str = "",
    member: Member | None = None,
) -> Theme:
    """A new theme at the end, at once, for those who looked already; what was said before is heard
    for it in the background. Flushes.

    Raises:
        Invalid: a theme has this name already, something is missing or too long, or there are as
            many as there may be.
        Conflict: another change is being carried out.
    """
    entry = _new(program, name, description, examples, parent_id, colour)
    _written(program, changes.ADD, entry, member, look=False)
    return session().get_one(Theme, entry.id)


def plan_add(
    program: Program,
    name: str,
    description: str,
    examples: Sequence[str] = (),
    *,
    parent_id: str | None = None,
    colour: str = "",
    member: Member | None = None,
) -> CodebookChange | None:
    """A new theme at the end; or, where something was said already that it would be heard in, the
    plan for it, to be looked at first. Flushes.

    Raises:
        Invalid, Conflict: as `add`.
    """
    entry = _new(program, name, description, examples, parent_id, colour)
    return _written(program, changes.ADD, entry, member, look=versions.has_passages(program.id))


def change(
    program: Program,
    theme: Theme,
    name: str,
    description: str,
    examples: Sequence[str] = (),
    *,
    parent_id: str | None = None,
    colour: str = "",
    member: Member | None = None,
) -> CodebookChange | None:
    """Writes it anew; or, where the machine would go by other words over what was said already, the
    plan for that, to be looked at first. Flushes.

    Raises:
        Invalid: something can't be used; the theme is as it was.
        Conflict: another change is being carried out.
        NotFound: as `deactivate`.
    """
    _hold(program, theme)
    entry = _entry(program, theme.id, name, description, examples, parent_id, colour)
    was = entries.of(theme)
    entry = replace(entry, position=was.position, active=was.active)
    if entry.words == was.words:
        if entry != was:
            entries.put(program, [entry])
            changes.touched(program)
            _noted(theme, "changed")
        return None
    look = versions.has_passages(program.id) and theme.active
    return _written(program, changes.EDIT, entry, member, look=look)


def _written(
    program: Program, kind: str, entry: entries.Entry, member: Member | None, *, look: bool
) -> CodebookChange | None:
    """One theme's plan where it is to be looked at first; else None, and it is so at once."""
    scope = [entry.id] if entry.active else []
    planned = changes.plan(program, kind, [entry], member, scope=scope, look=look)
    if look:
        return planned
    changes.apply(planned)
    return None


def deactivate(program: Program, theme: Theme) -> None:
    """No longer listened for; what was heard stays.

    Raises:
        Conflict: it is the last one.
        NotFound: somebody deleted it meanwhile, or merged it into another.
    """
    _hold(program, theme)
    _refuse_last(program, theme)
    theme.active = False
    session().flush()
    _noted(theme, "switched_off")


def activate(program: Program, theme: Theme) -> None:
    """Listened for again.

    Raises:
        Conflict: as many are as there may be.
        NotFound: as `deactivate`.
    """
    _hold(program, theme)
    changes.touched(program)
    others = {each.id for each in program.themes if each.active} - {theme.id}
    if len(others) >= book.MOST_THEMES:
        raise Conflict(f"A codebook may have {book.MOST_THEMES} active themes at most.")
    theme.active = True
    session().flush()
    _noted(theme, "switched_on")


def delete(program: Program, theme: Theme, typed: str = "") -> None:
    """Takes it out for good, with every mention of it. The caller commits.

    Raises:
        Conflict: it is the last active one, or a change is being carried out.
        Invalid: voices mention it, and its name was not typed.
        NotFound: as `deactivate`.
    """
    _hold(program, theme)
    _refuse_last(program, theme)
    voices = mentioned_by(program).get(theme.id, 0)
    if voices and book.key(typed) != book.key(theme.name):
        raise Invalid("Type the theme's name as it stands here, to be sure.")
    changes.idle(program)
    changes.close(program)
    _noted(theme, "deleted")
    session().delete(theme)
    session().flush()
    session().expire(program, ["themes"])


def mentioned_by(program: Program, *, with_children: bool = True) -> dict[str, int]:
    """How many of the program's voices mention each theme, by its id. A voice that mentions a theme
    and its parent counts once for the parent."""
    above = family.closure(program.id).subquery()
    pairs = versions.passages(program.id).with_only_columns(
        above.c.above if with_children else Mention.theme_id,
        func.count(Answer.submission_id.distinct()),
    )
    pairs = pairs.join(Mention, Mention.segment_id == Segment.id)
    if with_children:
        pairs = pairs.join(above, above.c.theme == Mention.theme_id)
        pairs = pairs.group_by(above.c.above)
    else:
        pairs = pairs.group_by(Mention.theme_id)
    return {row[0]: row[1] for row in session().execute(pairs)}


def _hold(program: Program, theme: Theme) -> None:
    """The codebook is ours, and what was read of it is read anew. Raises NotFound where the theme
    is no more."""
    theme_id = theme.id
    holding.book(program.id)
    session().expire_all()
    there = session().get(Theme, theme_id)
    if there is None or there.merged_into_id:
        raise NotFound


def _refuse_last(program: Program, theme: Theme) -> None:
    """For who holds the codebook: of two who switch the last two off one is told. Raises
    Conflict."""
    changes.touched(program)
    others = (Theme.program_id == program.id, Theme.active, Theme.id != theme.id)
    if session().scalar(select(Theme.id).where(*others).limit(1)) is None:
        raise Conflict("A codebook needs one active theme at least.")


def _new(
    program: Program,
    name: str,
    description: str,
    examples: Sequence[str],
    parent_id: str | None,
    colour: str,
) -> Entry:
    entry = _entry(program, new_id(), name, description, examples, parent_id, colour)
    return replace(entry, position=max((each.position for each in program.themes), default=-1) + 1)


def _entry(
    program: Program,
    theme_id: str,
    name: str,
    description: str,
    examples: Sequence[str],
    parent_id: str | None,
    colour: str,
) -> Entry:
    entry = entries.clean(
        Entry(
            theme_id, name, description, tuple(examples), parent_id=parent_id or None, colour=colour
        )
    )
    entries.refuse_twins(entry, entries.every(program.id).values())
    family.check(theme_id, entry.parent_id, program.themes)
    return entry


def _noted(theme: Theme, verb: str) -> None:
    program = session().get_one(Program, theme.program_id)
    audit.record(
        program.workspace_id,
        f"theme.{verb}",
        subject=("theme", theme.id),
        details={"program": program.id},
    )
