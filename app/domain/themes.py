"""A program's codebook: the themes its voices are heard for, edited, read and written as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain import audit, checks, codebooks
from app.domain.cells import harmless
from app.domain.clerk import session
from app.domain.errors import Conflict, Invalid
from app.models import Program, Theme

LONGEST_DESCRIPTION, LONGEST_EXAMPLE, MOST_EXAMPLES = 300, 300, 40
LARGEST_FILE = 512 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """How many themes a file brought, wrote anew (or switched on again), and switched off."""

    new: int = 0
    changed: int = 0
    off: int = 0


def add(program: Program, name: str, description: str, examples: Sequence[str] = ()) -> Theme:
    """A new theme at the end. Flushes.

    Raises:
        Invalid: a theme has this name already, or something is missing or too long.
    """
    if len(program.themes) >= codebooks.MOST_THEMES:
        raise Invalid(f"A codebook may have {codebooks.MOST_THEMES} themes at most.")
    theme = Theme(position=max((each.position for each in program.themes), default=-1) + 1)
    _write(program, theme, name, description, examples)
    program.themes.append(theme)
    session().flush()
    _noted(theme, "added")
    return theme


def change(
    program: Program, theme: Theme, name: str, description: str, examples: Sequence[str] = ()
) -> None:
    """Writes it anew, or raises Invalid and leaves it as it was."""
    _write(program, theme, name, description, examples)
    session().flush()
    _noted(theme, "changed")


def deactivate(program: Program, theme: Theme) -> None:
    """No longer listened for; what was heard stays. Raises Conflict for the last one."""
    if not [each for each in program.themes if each.active and each is not theme]:
        raise Conflict("A codebook needs one active theme at least.")
    theme.active = False
    session().flush()
    _noted(theme, "switched_off")


def activate(theme: Theme) -> None:
    theme.active = True
    session().flush()
    _noted(theme, "switched_on")


def read_csv(program: Program, content: bytes) -> Taken:
    """Takes the themes of a CSV file in. Flushes.

    A theme of the same name, in whatever case, is changed; one that the file doesn't name is
    switched off, since what was heard under it stays.

    Raises:
        Invalid: the sentence names the row; nothing was taken.
    """
    if len(content) > LARGEST_FILE:
        raise Invalid(f"A codebook file may have {LARGEST_FILE // 1024} KB at most.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The codebook must be a CSV file in UTF-8.") from error
    book = codebooks.read_codebook(text)
    known = {theme.name.casefold(): theme for theme in program.themes}
    named = {theme.name.casefold() for theme in book.themes}
    new = changed = off = 0
    for position, each in enumerate(book.themes):
        row = known.get(each.name.casefold())
        if row is None:
            row = Theme(name=each.name, position=position)
            program.themes.append(row)
            new += 1
        elif (row.name, row.description, row.examples, row.active) != (
            each.name,
            each.description,
            list(each.examples),
            True,
        ):
            changed += 1
        row.position, row.active = position, True
        row.name, row.description, row.examples = each.name, each.description, list(each.examples)
    for place, row in enumerate(row for name, row in known.items() if name not in named):
        off += row.active
        row.active, row.position = False, len(book.themes) + place
    session().flush()
    audit.record(
        program.workspace_id,
        "codebook.read",
        subject=("program", program.id),
        details={"new": new, "changed": changed, "off": off},
    )
    return Taken(new, changed, off)


def _noted(theme: Theme, verb: str) -> None:
    program = session().get_one(Program, theme.program_id)
    audit.record(
        program.workspace_id,
        f"theme.{verb}",
        subject=("theme", theme.id),
        details={"program": program.id},
    )


def write_csv(program: Program) -> str:
    """The active themes as a file that `read_csv` takes.

    Cells that a spreadsheet would run as a formula get a leading apostrophe, which
    reading takes off.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("name", "description", "examples"))
    for theme in program.themes:
        if theme.active:
            cells = (theme.name, theme.description, "|".join(theme.examples))
            writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue()


def _write(
    program: Program, theme: Theme, name: str, description: str, examples: Sequence[str]
) -> None:
    clean = checks.line(name, "The theme's name", most=codebooks.LONGEST_NAME)
    for other in program.themes:
        if other is not theme and other.name.casefold() == clean.casefold():
            raise Invalid(f"There is a theme “{other.name}” already.")
    said = [
        checks.line(each.replace("|", " "), "An example", most=LONGEST_EXAMPLE)
        for each in examples
        if each.strip()
    ]
    if len(said) > MOST_EXAMPLES:
        raise Invalid(f"A theme may have {MOST_EXAMPLES} examples at most.")
    text = checks.line(description, "The theme's description", most=LONGEST_DESCRIPTION)
    theme.name, theme.description, theme.examples = clean, text, said
