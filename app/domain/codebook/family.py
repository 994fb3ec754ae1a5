"""Themes under themes: who stands above whom, and that nobody stands above themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import CompoundSelect, Select, func, select
from sqlalchemy.orm import aliased

from app.domain.codebook.book import LEVELS
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Theme

DEEPEST = "There are three levels at most: a theme, themes under it, and themes under those"


def ring(start: str, parents: Mapping[str, str | None]) -> list[str]:
    """The way up from a theme back to itself, or to one met before; empty if there is none."""
    way = [start]
    while above := parents.get(way[-1]):
        if above in way:
            return [*way, above]
        way.append(above)
    return []


def depth(start: str, parents: Mapping[str, str | None]) -> int:
    """How many themes stand above it. Only where there is no ring."""
    steps, above = 0, parents.get(start)
    while above:
        steps, above = steps + 1, parents.get(above)
    return steps


def check(theme_id: str, parent_id: str | None, themes: Sequence[Theme]) -> None:
    """Raises Invalid where a theme can't go under this parent: the sentence names who is in the
    way. `themes` are the program's."""
    names = {each.id: f"“{each.name}”" for each in themes}
    if parent_id and parent_id not in names:
        raise Invalid("Choose a parent from this codebook.")
    parents = {each.id: each.parent_id for each in themes} | {theme_id: parent_id}
    names.setdefault(theme_id, "This theme")
    if parent_id == theme_id:
        raise Invalid(f"{names[theme_id]} can't be its own parent.")
    if parent_id and ring(theme_id, parents):
        raise Invalid(
            f"{names[parent_id]} is under {names[theme_id]} already, so it can't be its parent."
        )
    for each in parents:
        if depth(each, parents) >= LEVELS:
            raise Invalid(f"{names[each]} would be on a fourth level. {DEEPEST}.")


def in_order(themes: Sequence[Theme]) -> list[tuple[Theme, int]]:
    """Each theme with its depth, children right after their parent."""
    children: dict[str | None, list[Theme]] = {}
    known = {each.id for each in themes}
    for theme in themes:
        above = theme.parent_id if theme.parent_id in known else None
        children.setdefault(above, []).append(theme)
    rows: list[tuple[Theme, int]] = []

    def walk(above: str | None, level: int) -> None:
        for theme in children.get(above, []):
            rows.append((theme, level))
            walk(theme.id, level + 1)

    walk(None, 0)
    return rows


def listened(themes: Sequence[Theme]) -> list[tuple[Theme, int]]:
    """Those of `in_order` that are active, or stand above one that is."""
    lines = {each for theme in themes if theme.active for each in theme.line}
    return [(theme, level) for theme, level in in_order(themes) if theme.id in lines]


def under(theme_id: str) -> Select[str]:
    """Ids of a theme, of all that stand under it, and of what was merged into any of these, whose
    mentions may still be on their way: whoever asks for the theme means them too."""
    child, grandchild, merged = aliased(Theme), aliased(Theme), aliased(Theme)
    family = (
        select(Theme.id)
        .where(Theme.id == theme_id)
        .union(
            select(child.id).where(child.parent_id == theme_id),
            select(grandchild.id)
            .join(child, grandchild.parent_id == child.id)
            .where(child.parent_id == theme_id),
        )
        .subquery()
    )
    ids = select(family.c.id)
    every = ids.union(select(merged.id).where(merged.merged_into_id.in_(ids))).subquery()
    return select(every.c.id)


def closure(program_id: str) -> CompoundSelect[str, str]:
    """Pairs (theme, above): each theme with itself and with everyone above it. One that was merged
    into another stands where that one stands."""
    theme, own, parent = aliased(Theme), aliased(Theme), aliased(Theme)
    pairs = (
        select(theme.id.label("theme"), own.id.label("above"))
        .join(own, own.id == func.coalesce(theme.merged_into_id, theme.id))
        .where(theme.program_id == program_id)
    )
    return pairs.union(
        pairs.with_only_columns(theme.id, own.parent_id).where(own.parent_id.is_not(None)),
        pairs.with_only_columns(theme.id, parent.parent_id)
        .join(parent, own.parent_id == parent.id)
        .where(parent.parent_id.is_not(None)),
    )


def now_called(theme_id: str) -> str:
    """Which theme an id from an older address means by now: the one it was merged into."""
    theme = db.session.get(Theme, theme_id)
    return theme.merged_into_id or theme.id if theme is not None else theme_id
