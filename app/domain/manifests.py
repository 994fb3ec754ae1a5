"""A manifest: a CSV that names the media files, captions, texts and fields of a back-catalogue.

Columns: `file` or `text`; optional `captions`, `touchpoint`, `reference`, `name`, `language`,
`said_at` (ISO 8601), `score`, `consent` (purposes, separated by spaces; default internal,
without which nothing may be kept).
Any other column must be one of the program's self-declared fields.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from app import runtime
from app.domain import checks, consent, details
from app.domain.errors import Invalid
from app.models import Program
from app.models.program import PURPOSES, SCORES

KNOWN = (
    "file", "text", "captions", "touchpoint", "reference", "name",
    "language", "said_at", "score", "consent",
)  # fmt: skip
CAPTION_FILES = (".vtt", ".srt")
# All of a manifest is checked before anything is written, so all of it is held in memory.
LARGEST_MANIFEST, LARGEST_CAPTIONS = 64 * 1024 * 1024, 4 * 1024 * 1024  # bytes
MOST_ROWS = 50_000
FEW_CHOICES = 12  # as many are named to whoever wrote another
# As many characters as the column has; the shape is that of BCP 47, its first parts.
LONGEST_LANGUAGE = 12
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A checked row of the manifest."""

    file: Path | None
    text: str
    captions: str | None
    touchpoint_id: str | None
    reference: str
    name: str
    language: str
    said_at: datetime | None
    score: int | None
    purposes: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)


def read_manifest(path: Path, program: Program) -> list[Entry]:
    """Every row, checked against the program and the disk.

    Raises:
        Invalid: with one line for each row that can't be taken. Nothing has been written.
        Conflict: the program has no consent text yet.
    """
    consent.latest(program)
    columns, rows = _table(path)
    if "file" not in columns and "text" not in columns:
        raise Invalid("The manifest needs a column 'file' or 'text'.")
    fields = {each.key for each in program.fields}
    unknown = [name for name in columns if name not in KNOWN and name not in fields]
    if unknown:
        raise Invalid(f"The program has no field for the column '{unknown[0]}'.")
    entries, wrong = [], []
    for number, row in enumerate(rows, start=2):
        try:
            entries.append(_entry(row, path.parent, program))
        except Invalid as error:
            wrong.append(f"Row {number}: {error.sentence}")
    if wrong:
        raise Invalid("\n".join(["Nothing was imported.", *wrong]))
    if not entries:
        raise Invalid("The manifest has no rows.")
    return entries


def _table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The columns, and a row for each that isn't empty; cells may hold line breaks."""
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise Invalid(f"The manifest {path} is larger than what is taken here; cut it up.")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Invalid(f"The manifest {path} is not there.") from None
    except UnicodeDecodeError:
        raise Invalid(f"The manifest {path} is not UTF-8 text.") from None
    except OSError as error:
        raise Invalid(f"The manifest {path} can't be read: {error.strerror}.") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    try:
        columns, rows = list(reader.fieldnames or ()), list(islice(reader, MOST_ROWS + 1))
    except csv.Error as error:
        raise Invalid(f"The manifest is not readable CSV: {error}.") from None
    if len(rows) > MOST_ROWS:
        raise Invalid(f"The manifest has more than {MOST_ROWS:,} rows; cut it up.")
    return columns, rows


def _entry(row: dict[str, str], folder: Path, program: Program) -> Entry:
    if None in row:
        raise Invalid("There are more cells than columns; a text with commas needs quotes.")
    values = {key: value.strip() for key, value in row.items()}
    file = _file(values.get("file", ""), folder)
    text = checks.paragraph(
        values.get("text"), "The text", most=details.LONGEST_ANSWER, needed=False
    )
    if file is None and not text:
        raise Invalid("There is neither a file nor a text.")
    if file and text:
        raise Invalid("There are both a file and a text; a row has one of the two.")
    return Entry(
        file=file,
        text=text,
        captions=_captions(values.get("captions", ""), folder),
        touchpoint_id=_touchpoint(values.get("touchpoint", ""), program),
        reference=_line(values, "reference"),
        name=_line(values, "name"),
        language=_language(values.get("language", "")),
        said_at=_moment(values.get("said_at", "")),
        score=_score(values.get("score", ""), program),
        purposes=_purposes(values.get("consent", "")),
        fields=_fields(values, program),
    )


def _fields(values: dict[str, str], program: Program) -> dict[str, str]:
    given = {key: _line(values, key) for key in values if key not in KNOWN}
    for each in program.fields:
        text = given.get(each.key)
        if text and each.choices and text not in each.choices:
            named = len(each.choices) <= FEW_CHOICES
            such = f": {', '.join(each.choices)}" if named else ""
            raise Invalid(f"'{text}' is not one of the choices of the column '{each.key}'{such}.")
    return details.fields_of(program, given)


def _line(values: dict[str, str], column: str) -> str:
    what = f"The cell '{column}'"
    return checks.line(values.get(column), what, most=details.LONGEST_FIELD, needed=False)


def _file(name: str, folder: Path) -> Path | None:
    if not name:
        return None
    try:
        path = (folder / name).resolve()
        there, inside = path.is_file(), path.is_relative_to(folder.resolve())
    except (OSError, ValueError):  # longer than a name may be, or with a NUL in it
        there, inside = False, True
    if not inside:  # `../`, an absolute path, or a link that leads out
        raise Invalid(f"The file {name[: details.LONGEST_FIELD]} is not in the manifest's folder.")
    if not there:
        raise Invalid(f"The file {name[: details.LONGEST_FIELD]} is not there.")
    if path.stat().st_size == 0:
        raise Invalid(f"The file {name} is empty.")
    if path.stat().st_size > runtime.settings().max_upload:
        raise Invalid(f"The file {name} is larger than what is taken here.")
    return path


def _captions(name: str, folder: Path) -> str | None:
    if not name:
        return None
    path = _file(name, folder)
    if path is None or path.suffix.lower() not in CAPTION_FILES:
        raise Invalid(f"The captions {name} must be a .vtt or .srt file.")
    if path.stat().st_size > LARGEST_CAPTIONS:
        raise Invalid(f"The captions {name} are larger than what is taken here.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(f"The captions {name} are not UTF-8 text.") from None


def _touchpoint(name: str, program: Program) -> str | None:
    if not name:
        return None
    for touchpoint in program.touchpoints:
        if touchpoint.name.casefold() == name.casefold():
            return touchpoint.id
    raise Invalid(f"The program has no touchpoint '{name}'.")


def _language(text: str) -> str:
    if text and (len(text) > LONGEST_LANGUAGE or not LANGUAGE.fullmatch(text)):
        raise Invalid("The language must look like en or pt-BR.")
    return text


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(f"'{text}' is not a date such as 2026-03-31 or 2026-03-31T14:05.") from None


def _score(text: str, program: Program) -> int | None:
    if not text:
        return None
    if program.score_kind is None:
        raise Invalid("The program asks for no score.")
    least, most = SCORES[program.score_kind]
    if not re.fullmatch(r"[0-9]{1,3}", text) or not least <= int(text) <= most:
        raise Invalid(f"The score must be a whole number from {least} to {most}.")
    return int(text)


def _purposes(text: str) -> tuple[str, ...]:
    given = text.split() or ["internal"]
    for purpose in given:
        if purpose not in PURPOSES:
            raise Invalid(f"'{purpose}' is not a purpose; use {', '.join(PURPOSES)}.")
    if PURPOSES[0] not in given:
        raise Invalid(f"Consent must name '{PURPOSES[0]}': nothing may be kept without it.")
    return tuple(each for each in PURPOSES if each in given)
