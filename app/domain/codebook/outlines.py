"""What a change does, in a few words and lists: for its page and for the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.codebook import changes, entries
from app.domain.codebook.entries import Entry
from app.models import CodebookChange

WHAT = (
    ("name", "name"),
    ("description", "description"),
    ("examples", "examples"),
    ("parent_id", "parent"),
    ("colour", "colour"),
    ("position", "place"),
)
PLACE = ("place",)


@dataclass(frozen=True, slots=True)
class Changed:
    """A theme that would be written anew; `what`: name, description, … `was`: as it was."""

    entry: Entry
    was: Entry
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Lists of themes: new, changed, switched on, switched off, merged into another, and those of
    which only the place is another."""

    added: tuple[Entry, ...]
    changed: tuple[Changed, ...]
    on: tuple[Entry, ...]
    off: tuple[Entry, ...]
    merged: tuple[Entry, ...]
    placed: tuple[Entry, ...]


def outline(change: CodebookChange) -> Outline:
    wanted = [entries.from_json(row) for row in change.wanted]
    was = {row["id"]: entries.from_json(row) for row in change.before}
    pairs = [(each, was[each.id]) for each in wanted if each.id in was]
    changed = [
        Changed(new, old, what)
        for new, old in pairs
        if (what := tuple(w for f, w in WHAT if getattr(new, f) != getattr(old, f)))
        and not new.merged_into_id
    ]
    return Outline(
        tuple(each for each in wanted if each.id not in was),
        tuple(each for each in changed if each.what != PLACE),
        tuple(new for new, old in pairs if new.active and not old.active),
        tuple(
            new for new, old in pairs if old.active and not new.active and not new.merged_into_id
        ),
        tuple(new for new, old in pairs if new.merged_into_id and not old.merged_into_id),
        tuple(each.entry for each in changed if each.what == PLACE),
    )


def title(change: CodebookChange, names: Mapping[str, str]) -> str:
    """`“Courier” merged into “Delivery”`. `names`: of all themes by id, also merged ones."""
    done = outline(change)
    if change.kind == changes.MERGE and done.merged:
        into = names.get(done.merged[0].merged_into_id or "", "a theme")
        return f"“{done.merged[0].name}” merged into “{into}”"
    if change.kind == changes.SPLIT:
        parts = ", ".join(f"“{each.name}”" for each in done.added)
        return f"“{names.get(next(iter(change.moves), ''), 'A theme')}” split into {parts}"
    if change.kind == changes.ADD:
        return f"“{done.added[0].name}” added" if done.added else "A theme added"
    if change.kind == changes.EDIT and done.changed:
        one = done.changed[0]
        if one.entry.name != one.was.name:
            return f"“{one.was.name}” renamed to “{one.entry.name}”"
        return f"“{one.entry.name}” described anew"
    if change.kind == changes.LEARN:
        return f"“{names.get(next(iter(change.scope), ''), 'A theme')}” learned more passages"
    if change.kind == changes.TAUGHT:
        return "Examples learned from corrections"
    if change.kind == changes.AGAIN:
        return "All passages heard anew"
    return "A file taken in"
