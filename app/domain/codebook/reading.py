"""A codebook from a CSV file, read whole or refused with the row that is wrong."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.cells import as_it_was
from app.domain.codebook import family
from app.domain.codebook.book import (
    LEVELS,
    LONGEST_NAME,
    MOST_KEPT,
    MOST_THEMES,
    Codebook,
    Theme,
    key,
)
from app.domain.codebook.colours import colour
from app.domain.errors import Invalid

DEFAULT = Path(__file__).with_name("default.csv")
COLUMNS = ("name", "description", "examples", "parent", "colour", "active")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
BLANK = re.compile(r"\A(?:[^\S\r\n]*[\r\n])+")  # lines before the header
YES, NO = ("yes", "y", "true", "1", "on", ""), ("no", "n", "false", "0", "off")


@dataclass(frozen=True, slots=True)
class File:
    """Themes by the number of their row, the header's being 1, and the columns that were there;
    `passed_over`: those that mean nothing here."""

    rows: dict[int, Theme]
    columns: frozenset[str]
    passed_over: tuple[str, ...] = ()

    @property
    def book(self) -> Codebook:
        return Codebook(tuple(self.rows.values()))


@cache
def default_codebook() -> Codebook:
    """The themes for customer experience that a new program starts with."""
    return read_codebook(DEFAULT.read_text(encoding="utf-8"))


def read_codebook(csv_text: str) -> Codebook:
    """The themes of `read_file`."""
    return read_file(csv_text).book


def read_file(csv_text: str) -> File:
    """Themes from CSV with the columns `name,description` and, if wanted, `examples`, `parent`,
    `colour` and `active`; others are passed over.

    Examples are separated by `|`. Commas, semicolons or tabs may separate the columns, and a
    byte-order mark is passed over, as spreadsheets write all of these; so is a first line `sep=;`,
    which says what separates them. Raises Invalid with a sentence that names the row (the header is
    row 1).
    """
    text = csv_text.removeprefix("\ufeff")
    if not text.strip():
        raise Invalid("The codebook is empty: it needs a row for each theme.")
    if "\x00" in text:
        raise Invalid("The codebook isn't a CSV file.")
    columns, cells = _cells(BLANK.sub("", text))
    rows = {
        number: _theme(number, dict(zip(columns, row, strict=False)))
        for number, row in cells.items()
    }
    if not rows:
        raise Invalid("The codebook has no themes: it needs a row for each one.")
    active = [number for number, theme in rows.items() if theme.active]
    if len(active) > MOST_THEMES:
        raise Invalid(_too_many(active[MOST_THEMES], f"{MOST_THEMES} themes that are active"))
    _refuse_twins(rows)
    _refuse_rings(rows)
    passed_over = tuple(each for each in columns if each and each not in COLUMNS)
    return File(rows, frozenset(columns) & frozenset(COLUMNS), passed_over)


def _cells(text: str) -> tuple[list[str], dict[int, list[str]]]:
    lines = io.StringIO(text, newline=None)  # lines may end with CR alone
    delimiter = _delimiter(lines)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    found: dict[int, list[str]] = {}
    number = 0
    try:
        columns = _columns(next(reader, []))
        number = 1
        for number, row in enumerate(reader, start=2):
            if any(cell.strip() for cell in row):
                found[number] = _fitting(number, row, columns, SEPARATORS[delimiter])
            if len(found) > MOST_KEPT:
                raise Invalid(_too_many(number, f"{MOST_KEPT:,} themes"))
    except csv.Error as error:
        raise Invalid(
            f"Row {number + 1}: this isn't readable CSV ({error}). Is a quote not closed?"
        ) from error
    return columns, found


def _delimiter(lines: io.StringIO) -> str:
    """What separates the cells; the lines are left where the header begins. Spreadsheets may say it
    in a line before that, `sep=;`, which they hide when they count rows."""
    first = lines.readline()
    said = re.fullmatch(r'"?sep=(.?)"?[,;\t]*', first.rstrip("\n"), re.IGNORECASE)
    if said is None:
        lines.seek(0)
        return max(SEPARATORS, key=first.count)
    if said[1] not in SEPARATORS:
        raise Invalid("Row 1: “sep=” names a comma, a semicolon or a tab, nothing else.")
    return said[1]


def _fitting(number: int, row: list[str], columns: list[str], separators: str) -> list[str]:
    """The row, whose text all stands in a column: a comma in a text without quotes parts it."""
    many = max(at for at, cell in enumerate(row, start=1) if cell.strip())
    if many > len(columns):
        raise Invalid(
            f"Row {number} has {many} cells and the header {len(columns)}: put quotes round a text "
            f"with {separators}."
        )
    return row


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    while columns and not columns[-1]:
        columns.pop()
    for needed in ("name", "description"):
        if needed not in columns:
            raise Invalid(f"Row 1: the column “{needed}” is missing; it needs name,description.")
    for each in COLUMNS:
        if columns.count(each) > 1:
            raise Invalid(f"Row 1: the column “{each}” stands there twice.")
    return columns


def _theme(number: int, row: dict[str, str]) -> Theme:
    cells = {column: as_it_was(" ".join(cell.split())) for column, cell in row.items()}
    name = cells.get("name", "")
    description = cells.get("description", "")
    if not name:
        raise Invalid(f"Row {number}: the theme has no name.")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"Row {number}: the name is longer than {LONGEST_NAME} characters.")
    if not description:
        raise Invalid(f"Row {number}: “{name}” needs a description of one line.")
    examples = tuple(part.strip() for part in cells.get("examples", "").split("|") if part.strip())
    active = cells.get("active", "").lower()
    if active not in (*YES, *NO):
        raise Invalid(f"Row {number}: active is yes or no, not “{active:.40}”.")
    return Theme(
        name,
        description,
        examples,
        cells.get("parent") or None,
        colour(cells.get("colour", ""), f"Row {number}: "),
        active in YES,
    )


def _too_many(number: int, most: str) -> str:
    return (
        f"Row {number}: the codebook has more than {most}; merge some, or part them among programs."
    )


def _refuse_twins(themes: dict[int, Theme]) -> None:
    seen: dict[str, int] = {}
    for number, theme in themes.items():
        first = seen.setdefault(key(theme.name), number)
        if first != number:
            raise Invalid(f"Row {number}: the name “{theme.name}” is already in row {first}.")


def _refuse_rings(themes: dict[int, Theme]) -> None:
    names = {key(each.name): each.name for each in themes.values()}
    parents = {key(each.name): key(each.parent or "") or None for each in themes.values()}
    for number, theme in themes.items():
        if theme.parent and key(theme.parent) not in parents:
            raise Invalid(f"Row {number}: the parent “{theme.parent}” is not a theme here.")
    for number, theme in themes.items():
        if way := family.ring(key(theme.name), parents):
            said = " under ".join(f"“{names[each]}”" for each in way)
            raise Invalid(
                f"Row {number}: “{theme.name}” is its own parent in the end: {said}."
                if way[0] == way[-1]
                else f"Row {number}: “{theme.name}” stands in a ring: {said}."
            )
    for number, theme in themes.items():
        if family.depth(key(theme.name), parents) >= LEVELS:
            raise Invalid(
                f"Row {number}: “{theme.name}” would be on a fourth level. {family.DEEPEST}."
            )
