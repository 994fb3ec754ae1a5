"""A program's codebook as a CSV file: taken in all or not at all, after a look at what changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from app.domain.cells import harmless
from app.domain.codebook import book, changes, entries, family
from app.domain.codebook.entries import Entry, replace
from app.domain.codebook.reading import COLUMNS, File, read_file
from app.domain.errors import Invalid
from app.models import CodebookChange, Member, Program, new_id

LARGEST_FILE = 960 * 1024  # bytes


def opened(content: bytes) -> File:
    """A file that somebody chose, read whole. Raises Invalid; the sentence names the row."""
    if len(content) > LARGEST_FILE:
        raise Invalid(f"A codebook file may have {LARGEST_FILE // 1024} KB at most.")
    try:
        return read_file(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        lines = content[: error.start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        row = lines.count(b"\n") + 1
        raise Invalid(
            f"Row {row}: this isn't UTF-8 text. Save the codebook as “CSV UTF-8”."
        ) from error


def plan(program: Program, file: File, member: Member | None) -> CodebookChange | None:
    """What taking this file in would change, to be looked at first; None if nothing.

    A theme of the same name, in whatever case, is changed, in the columns that the file has; one
    that the file doesn't name is switched off, since what was heard under it stays. Flushes.

    Raises:
        Invalid: the sentence names the row; nothing was taken.
    """
    known = {each.id: each for each in entries.every(program.id).values()}
    wanted = _wanted(file, known)
    different = [each for each in wanted if known.get(each.id) != each]
    if not different:
        return None
    scope = [
        each.id
        for each in different
        if each.active and (each.id not in known or _heard(known[each.id]) != _heard(each))
    ]
    return changes.plan(program, changes.FILE, different, member, scope=scope)


def passed_over(file: File) -> str:
    """A sentence that names the columns that mean nothing here, "" where all do."""
    if not file.passed_over:
        return ""
    named = ", ".join(f"“{each:.40}”" for each in file.passed_over[:5])
    known = ", ".join(COLUMNS)
    return f"Left out, since there is no such column here: {named}. A codebook has {known}."


def write_csv(program: Program) -> str:
    """All themes as a file that `opened` reads, parents before their children.

    Cells that a spreadsheet would run as a formula get a leading apostrophe, which
    reading takes off.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    names = {theme.id: theme.name for theme in program.themes}
    for theme in program.themes:
        cells = (
            theme.name,
            theme.description,
            "|".join(theme.examples),
            names.get(theme.parent_id or "", ""),
            theme.colour,
            "yes" if theme.active else "no",
        )
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def _heard(entry: Entry) -> object:
    return entry.words, entry.active


def _wanted(file: File, known: Mapping[str, Entry]) -> list[Entry]:
    """Every theme of the file in its order, then those that it doesn't name."""
    ids = {book.key(each.name): each.id for each in known.values() if not each.merged_into_id}
    for theme in file.rows.values():
        ids.setdefault(book.key(theme.name), new_id())
    wanted: dict[str, Entry] = {}
    for position, (row, theme) in enumerate(file.rows.items()):
        there = known.get(ids[book.key(theme.name)])
        entry = there or Entry(ids[book.key(theme.name)], theme.name, theme.description)
        given: dict[str, Any] = {}
        if "active" in file.columns:
            given["active"] = theme.active
        if "examples" in file.columns:
            given["examples"] = theme.examples
        if "colour" in file.columns:
            given["colour"] = theme.colour
        if "parent" in file.columns:
            given["parent_id"] = ids[book.key(theme.parent)] if theme.parent else None
        entry = replace(
            entry, name=theme.name, description=theme.description, position=position, **given
        )
        wanted[entry.id] = entries.clean(entry, f"Row {row}: ")
        entries.refuse_twins(wanted[entry.id], known.values(), f"Row {row}: ")
    rest = [each for each in known.values() if each.id not in wanted and not each.merged_into_id]
    for place, each in enumerate(rest):
        wanted[each.id] = replace(each, active=False, position=len(file.rows) + place)
    if not any(each.active for each in wanted.values()):
        raise Invalid("A codebook needs one active theme at least.")
    return _not_too_deep(_in_place(wanted, known))


def _in_place(wanted: dict[str, Entry], known: Mapping[str, Entry]) -> dict[str, Entry]:
    """The same, each at the number that it has where all stand in the order that they stood in:
    what was deleted or merged left gaps between these."""
    there = [each.id for each in known.values() if not each.merged_into_id]
    if list(wanted) != there:
        return wanted
    return {each.id: replace(each, position=known[each.id].position) for each in wanted.values()}


def _not_too_deep(wanted: Mapping[str, Entry]) -> list[Entry]:
    """A theme that is switched off, and would be on a fourth level or in a ring, stands alone."""
    parents = {each.id: each.parent_id for each in wanted.values()}
    fixed = dict(wanted)
    for each in wanted.values():
        if family.ring(each.id, parents) or family.depth(each.id, parents) >= book.LEVELS:
            parents[each.id] = None
            fixed[each.id] = replace(each, parent_id=None)
    return list(fixed.values())
