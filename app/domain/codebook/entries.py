"""Themes as plain data: what a change wants to write, what was there before, and how it is put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sqlalchemy import select

from app.domain import checks
from app.domain.codebook import book, family
from app.domain.codebook.colours import colour
from app.domain.corrections import in_sql
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Correction, Program, Theme

__all__ = [
    "Entry",
    "before",
    "clean",
    "every",
    "from_json",
    "of",
    "put",
    "refuse_crowd",
    "refuse_twins",
    "remove",
    "replace",
    "undone",
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A theme as it is, was, or shall be. `parent_id`, `merged_into_id`: other entries' ids."""

    id: str
    name: str
    description: str
    examples: tuple[str, ...] = ()
    position: int = 0
    active: bool = True
    parent_id: str | None = None
    colour: str = ""
    merged_into_id: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "examples": list(self.examples)}

    @property
    def words(self) -> tuple[str, str, tuple[str, ...]]:
        """What the machine goes by."""
        return self.name, self.description, self.examples


def from_json(row: Mapping[str, Any]) -> Entry:
    return Entry(**{**row, "examples": tuple(row["examples"])})


def of(theme: Theme) -> Entry:
    return Entry(
        theme.id,
        theme.name,
        theme.description,
        tuple(theme.examples),
        theme.position,
        theme.active,
        theme.parent_id,
        theme.colour,
        theme.merged_into_id,
    )


def every(program_id: str) -> dict[str, Entry]:
    """All of a program's by id, in order, also those that were merged into others."""
    rows = db.session.scalars(
        select(Theme).where(Theme.program_id == program_id).order_by(Theme.position, Theme.id)
    )
    return {row.id: of(row) for row in rows}


def before(program_id: str, ids: Iterable[str]) -> list[Entry]:
    """Those of these that are there."""
    known = every(program_id)
    return [known[each] for each in ids if each in known]


def undone(now: Entry, was: Entry, became: Entry) -> Entry:
    """The theme as it is `now`, with what a change made of it (`was` → `became`) taken back, except
    where somebody has written over that since."""
    back = {
        each.name: getattr(was, each.name)
        for each in fields(Entry)
        if getattr(was, each.name) != getattr(became, each.name) == getattr(now, each.name)
    }
    return replace(now, **back)


def clean(entry: Entry, where: str = "") -> Entry:
    """The entry with its texts made clean. `where` begins each sentence: `Row 3: `.

    Raises:
        Invalid: something is missing or too long.
    """
    said = [
        checks.line(each.replace("|", " "), f"{where}An example", most=book.LONGEST_EXAMPLE)
        for each in entry.examples
        if each.strip()
    ]
    if len(said) > book.MOST_EXAMPLES:
        raise Invalid(f"{where}A theme may have {book.MOST_EXAMPLES} examples at most.")
    return replace(
        entry,
        name=checks.line(entry.name, f"{where}The theme's name", most=book.LONGEST_NAME),
        description=checks.line(
            entry.description, f"{where}The theme's description", most=book.LONGEST_DESCRIPTION
        ),
        examples=tuple(said),
        colour=colour(entry.colour, where),
    )


def refuse_twins(entry: Entry, others: Iterable[Entry], where: str = "") -> None:
    """Raises Invalid where another has this name already, whatever its case. `where` begins the
    sentence: `Row 3: `."""
    known = {each.id: each for each in others}
    for other in known.values():
        if other.id == entry.id or book.key(other.name) != book.key(entry.name):
            continue
        if other.merged_into_id is None:
            off = "" if other.active else ", switched off"
            raise Invalid(f"{where}There is a theme “{other.name}” already{off}.")
        into = known[other.merged_into_id].name
        raise Invalid(
            f"{where}“{other.name}” was merged into “{into}”, which listens for it. "
            "Undo that first."
        )


def refuse_crowd(entries: Iterable[Entry]) -> None:
    """Raises Invalid where these are more than a codebook may have; merged ones don't count."""
    active = [each.active for each in entries if each.merged_into_id is None]
    if sum(active) > book.MOST_THEMES:
        raise Invalid(f"A codebook may have {book.MOST_THEMES} active themes at most.")
    if len(active) > book.MOST_KEPT:
        raise Invalid(
            f"A codebook may keep {book.MOST_KEPT:,} themes at most, with those that are switched "
            "off. Delete some of these first."
        )


def put(program: Program, entries: Sequence[Entry]) -> None:
    """Writes entries into the program's themes, new ones too. Flushes.

    Raises:
        Invalid: the themes would not hang together, or nothing would be listened for any more.
    """
    rows = {
        row.id: row
        for row in db.session.scalars(select(Theme).where(Theme.program_id == program.id))
    }
    renamed = [each for each in entries if each.id in rows and rows[each.id].name != each.name]
    for entry in renamed:  # two may change places, and no two have one name meanwhile
        rows[entry.id].name = f"~{entry.id}"
    db.session.flush()
    for entry in entries:
        row = rows.get(entry.id)
        if row is None:
            row = rows[entry.id] = Theme(id=entry.id, program_id=program.id, name=entry.name)
            db.session.add(row)
        row.name, row.description = entry.name, entry.description
        row.examples, row.position = list(entry.examples), entry.position
        row.active, row.colour = entry.active, entry.colour
    db.session.flush()  # each is there before another points at it
    for entry in entries:
        rows[entry.id].parent_id = entry.parent_id
        rows[entry.id].merged_into_id = entry.merged_into_id
    db.session.flush()
    db.session.expire(program, ["themes"])
    for row in program.themes:
        db.session.expire(row, ["parent"])
    _refuse(program)


def _refuse(program: Program) -> None:
    refuse_crowd(of(each) for each in program.themes)
    if not any(each.active for each in program.themes):
        raise Invalid("A codebook needs one active theme at least.")
    for theme in program.themes:
        family.check(theme.id, theme.parent_id, program.themes)


def remove(program: Program, ids: Sequence[str]) -> None:
    """Takes themes out that a change had made. Where a person gave a passage one of them, it stays,
    switched off, also where a later decision lies above theirs and may yet be taken back: it is
    shown as such, and they decide whether it goes. Flushes."""
    for row in db.session.scalars(select(Theme).where(Theme.id.in_(ids))).all():
        given = (Correction.program_id == program.id, in_sql.names(row.id))
        if db.session.scalar(select(Correction.id).where(*given).limit(1)):
            row.active = False
        else:
            db.session.delete(row)
    db.session.flush()
    db.session.expire(program, ["themes"])
