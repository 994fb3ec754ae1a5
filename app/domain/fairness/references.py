"""An operator's file of what was said: the truth to measure a speech engine by."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from app.domain.errors import Invalid
from app.extensions import db
from app.models import Answer, Program, Recording, Submission

LARGEST = 20_000_000  # bytes
NAMES = ("answer", "reference", "file")


@dataclass(slots=True)
class References:
    """`said`: by answer id. `paused`: (inserted words, words said) with pauses put in. `missed`:
    rows that name no recording of the program."""

    said: dict[str, str] = field(default_factory=dict)
    paused: dict[str, tuple[int, int]] = field(default_factory=dict)
    missed: list[int] = field(default_factory=list)


def read(path: Path, program: Program) -> References:
    """A CSV with `text` and one of `answer` (its id), `reference` (your number for the customer)
    or `file` (the name under which the recording came).

    Raises:
        Invalid: not such a file, with the row that is wrong.
    """
    if not path.is_file():
        raise Invalid(f"There is no file {path}.")
    if path.stat().st_size > LARGEST:
        raise Invalid(f"{path} is larger than {LARGEST // 1_000_000} MB.")
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
        columns = [name for name in rows.fieldnames or () if name in NAMES]
        if "text" not in (rows.fieldnames or ()) or not columns:
            raise Invalid(f"{path} needs a column text and one of {', '.join(NAMES)}.")
        known = {name: _known(program, name) for name in columns}
        found = References()
        for number, row in enumerate(rows, 2):
            _take(row, number, known, found)
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{path} is no CSV file in UTF-8: {error}.") from error
    if not found.said:
        raise Invalid(f"No row of {path} names a recording of “{program.name}”.")
    return found


def _take(
    row: dict[str, str], number: int, known: dict[str, dict[str, list[str]]], found: References
) -> None:
    text = (row.get("text") or "").strip()
    for name, answers in known.items():
        if value := (row.get(name) or "").strip():
            named = answers.get(value, [])
            if len(named) > 1:
                raise Invalid(f"Row {number}: {len(named)} recordings have the {name} {value}.")
            if named and named[0] in found.said:
                raise Invalid(f"Row {number}: this recording was named in a row before.")
            if named and text:
                found.said[named[0]] = text
            else:
                found.missed.append(number)
            return
    found.missed.append(number)


def _known(program: Program, name: str) -> dict[str, list[str]]:
    column = {
        "answer": Answer.id,
        "reference": Submission.reference,
        "file": Recording.filename,
    }[name]
    rows = db.session.execute(
        select(column, Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .outerjoin(Recording, Recording.answer_id == Answer.id)  # words outlive a recording
        .where(
            Submission.program_id == program.id,
            Submission.state == "received",
            Answer.kind != "text",
            column != "",
        )
    )
    known: dict[str, list[str]] = {}
    for value, answer in rows:
        known.setdefault(value, []).append(answer)
    return known
