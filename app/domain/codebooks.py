"""A codebook: the themes a program listens for, and how one is read from a CSV file."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.domain.cells import as_it_was
from app.domain.errors import Invalid

LONGEST_NAME = 80
MOST_THEMES = 500
DEFAULT = Path(__file__).with_name("codebooks_default.csv")


@dataclass(frozen=True, slots=True)
class Theme:
    """What a passage may be about. `examples` are sentences as customers would say them."""

    name: str
    description: str
    examples: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Codebook:
    """Themes in the order in which people wrote them; names differ, whatever their case."""

    themes: tuple[Theme, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(theme.name for theme in self.themes)


@cache
def default_codebook() -> Codebook:
    """The themes for customer experience that a new program starts with."""
    return read_codebook(DEFAULT.read_text(encoding="utf-8"))


def read_codebook(csv_text: str) -> Codebook:
    """Themes from CSV with the columns `name,description` and, if wanted, `examples`, `parent`.

    Examples are separated by `|`. Commas or semicolons may separate the columns, and a
    byte-order mark is passed over, as spreadsheets write both. Raises Invalid with a sentence
    that names the row (the header is row 1).
    """
    text = csv_text.removeprefix("\ufeff")
    if not text.strip():
        raise Invalid("The codebook is empty: it needs a row for each theme.")
    if "\x00" in text:
        raise Invalid("The codebook isn't a CSV file.")
    header = text.lstrip().splitlines()[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text.lstrip()), delimiter=delimiter)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise Invalid(f"Row {reader.line_num}: this isn't readable CSV ({error}).") from error
    columns = _columns(rows[0])
    themes = {
        number: _theme(number, dict(zip(columns, cells, strict=False)))
        for number, cells in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in cells)
    }
    if not themes:
        raise Invalid("The codebook has no themes: it needs a row for each one.")
    if len(themes) > MOST_THEMES:
        raise Invalid(f"The codebook has more than {MOST_THEMES} themes.")
    _refuse_twins(themes)
    _refuse_rings(themes)
    return Codebook(tuple(themes.values()))


def _columns(header: list[str]) -> list[str]:
    columns = [cell.strip().lower() for cell in header]
    for needed in ("name", "description"):
        if needed not in columns:
            raise Invalid(f"Row 1: the column “{needed}” is missing; it needs name,description.")
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
    return Theme(name, description, examples, cells.get("parent") or None)


def _refuse_twins(themes: dict[int, Theme]) -> None:
    seen: dict[str, int] = {}
    for number, theme in themes.items():
        first = seen.setdefault(theme.name.casefold(), number)
        if first != number:
            raise Invalid(f"Row {number}: the name “{theme.name}” is already in row {first}.")


def _refuse_rings(themes: dict[int, Theme]) -> None:
    parents = {each.name.casefold(): (each.parent or "").casefold() for each in themes.values()}
    for number, theme in themes.items():
        if theme.parent and theme.parent.casefold() not in parents:
            raise Invalid(f"Row {number}: the parent “{theme.parent}” is not a theme here.")
        seen = {theme.name.casefold()}
        above = parents[theme.name.casefold()]
        while above:
            if above in seen:
                raise Invalid(f"Row {number}: “{theme.name}” is its own parent in the end.")
            seen.add(above)
            above = parents.get(above, "")
