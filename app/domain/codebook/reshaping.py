"""Two themes become one, or one is parted: planned here, looked at and carried out as changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.codebook import changes, entries, family
from app.domain.codebook.book import LEVELS
from app.domain.codebook.entries import Entry, replace
from app.domain.errors import Conflict, Invalid
from app.models import CodebookChange, Member, Program, Theme, new_id

MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Part:
    """What a theme is parted into, as typed."""

    name: str
    description: str
    examples: tuple[str, ...] = ()


def plan_merge(
    program: Program, theme: Theme, into: Theme | None, member: Member | None
) -> CodebookChange:
    """`theme` becomes part of `into`, which from then on listens with the words of both. Every
    passage that mentions it counts for `into`; its children stand under `into`. Flushes.

    Raises:
        Invalid: no theme to merge into, itself, or its children would be on a fourth level.
        Conflict: the other one is switched off, or nothing would be listened for any more.
    """
    if into is None:
        raise Invalid("Choose the theme to merge it into.")
    if into.id == theme.id:
        raise Invalid("A theme can't be merged into itself.")
    if not into.active:
        raise Conflict(f"“{into.name}” is switched off. Switch it on first.")
    known = entries.every(program.id)
    wanted: dict[str, Entry] = {}
    for each in known.values():
        if each.id == theme.id:
            wanted[each.id] = replace(each, merged_into_id=into.id, active=False, parent_id=None)
        elif each.merged_into_id == theme.id:
            wanted[each.id] = replace(each, merged_into_id=into.id)
        elif each.parent_id == theme.id:
            above = known[theme.id].parent_id if each.id == into.id else into.id
            wanted[each.id] = replace(each, parent_id=above)
    parents = {each.id: each.parent_id for each in {**known, **wanted}.values()}
    for each in wanted.values():
        if family.ring(each.id, parents):
            raise Invalid(f"“{into.name}” stands under “{theme.name}”. Move it up first.")
        if family.depth(each.id, parents) >= LEVELS:
            raise Invalid(f"“{each.name}” would be on a fourth level. {family.DEEPEST}.")
    moves = {theme.id: into.id}
    return changes.plan(program, changes.MERGE, wanted.values(), member, moves=moves)


def plan_split(
    program: Program, theme: Theme, parts: Sequence[Part], member: Member | None
) -> CodebookChange:
    """New themes under `theme`, among which the passages that mention it are shared out; what fits
    none of them stays with it. Flushes.

    Raises:
        Invalid: fewer than two parts, one that can't be used, or it is on the last level.
        Conflict: it is switched off.
    """
    given = [each for each in parts if each.name.strip() or each.description.strip()]
    if len(given) < 2:
        raise Invalid("Name two parts at least.")
    if len(given) > MOST_PARTS:
        raise Invalid(f"A theme can be split into {MOST_PARTS} parts at most.")
    if not theme.active:
        raise Conflict(f"“{theme.name}” is switched off. Switch it on first.")
    known = entries.every(program.id)
    parents = {each.id: each.parent_id for each in known.values()}
    if family.depth(theme.id, parents) + 1 >= LEVELS:
        raise Invalid(
            f"“{theme.name}” is on the third level, so it can have no parts. {family.DEEPEST}."
        )
    wanted: dict[str, Entry] = {}
    for position, each in enumerate(given, theme.position + 1):
        entry = entries.clean(
            Entry(
                new_id(), each.name, each.description, each.examples, position,
                parent_id=theme.id,
            )
        )  # fmt: skip
        entries.refuse_twins(entry, [*known.values(), *wanted.values()])
        wanted[entry.id] = entry
    return changes.plan(
        program,
        changes.SPLIT,
        wanted.values(),
        member,
        scope=list(wanted),
        moves={theme.id: ""},
    )
