"""A back-catalogue: a CSV manifest that names media files, captions, texts and fields.

Columns: `file` or `text`; optional `captions`, `touchpoint`, `reference`, `name`, `language`,
`said_at` (ISO 8601), `score`, `consent` (purposes, separated by spaces; default internal).
Any other column must be one of the program's self-declared fields.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from app import runtime
from app.domain import processing
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Answer, Consent, Program, Recording, Submission, new_id, now
from app.models.program import PURPOSES, SCORES
from storage import keys

KNOWN = (
    "file", "text", "captions", "touchpoint", "reference", "name",
    "language", "said_at", "score", "consent",
)  # fmt: skip
CAPTION_FILES = (".vtt", ".srt")


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
    said_at: datetime
    score: int | None
    purposes: tuple[str, ...]
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    added: int
    known: int


def read_manifest(path: Path, program: Program) -> list[Entry]:
    """Every row, checked against the program and the disk.

    Raises:
        Invalid: with one line for each row that can't be taken. Nothing has been written.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Invalid(f"The manifest {path} is not there.") from None
    except UnicodeDecodeError:
        raise Invalid(f"The manifest {path} is not UTF-8 text.") from None
    reader = csv.DictReader(text.splitlines())
    columns = reader.fieldnames or []
    if "file" not in columns and "text" not in columns:
        raise Invalid("The manifest needs a column 'file' or 'text'.")
    fields = {each.key for each in program.fields}
    unknown = [name for name in columns if name not in KNOWN and name not in fields]
    if unknown:
        raise Invalid(f"The program has no field for the column '{unknown[0]}'.")
    entries, wrong = [], []
    for number, row in enumerate(reader, start=2):
        try:
            entries.append(_entry(row, path.parent, program))
        except Invalid as error:
            wrong.append(f"Row {number}: {error.sentence}")
    if wrong:
        raise Invalid("\n".join(["Nothing was imported.", *wrong]))
    if not entries:
        raise Invalid("The manifest has no rows.")
    return entries


def run(entries: list[Entry], program: Program) -> Iterator[bool]:
    """Brings in one entry at each turn and commits it: True if added, False if it was known.

    A recording whose bytes the program already has is left alone, so an import that was
    interrupted can be run again.
    """
    for entry in entries:
        added = _add(entry, program)
        db.session.commit()
        yield added


def _add(entry: Entry, program: Program) -> bool:
    digest = _sha256(entry.file) if entry.file else ""
    if _known(entry, program, digest):
        return False
    submission = Submission(
        workspace_id=program.workspace_id,
        program_id=program.id,
        source="import",
        state="received",
        touchpoint_id=entry.touchpoint_id,
        reference=entry.reference,
        display_name=entry.name,
        language=entry.language or program.language,
        score_kind=program.score_kind if entry.score is not None else None,
        score=entry.score,
        fields=entry.fields,
        received_at=entry.said_at,
    )
    submission.consent = Consent(
        consent_text_id=program.consent_texts[-1].id, purposes=list(entry.purposes)
    )
    answer = Answer(
        kind="video" if entry.file else "text", written_text=entry.text, captions=entry.captions
    )
    submission.answers.append(answer)
    if entry.file:
        recording = Recording(id=new_id(), declared_type="", filename=entry.file.name[:200])
        key = keys.original(recording.id, new_id())
        stored = runtime.storage().put_file(key, entry.file)
        recording.original_key, recording.size = stored.key, stored.size
        recording.sha256 = stored.sha256
        answer.recording = recording
    db.session.add(submission)
    db.session.flush()
    processing.begin(answer)
    return True


def _known(entry: Entry, program: Program, digest: str) -> bool:
    query = (
        select(Answer.id)
        .join(Submission, Submission.id == Answer.submission_id)
        .where(Submission.program_id == program.id, Submission.source == "import")
    )
    if entry.file:
        query = query.join(Recording, Recording.answer_id == Answer.id).where(
            Recording.sha256 == digest
        )
    else:
        query = query.where(
            Answer.written_text == entry.text, Submission.reference == entry.reference
        )
    return db.session.scalar(query.limit(1)) is not None


def _entry(row: dict[str, str | None], folder: Path, program: Program) -> Entry:
    values = {key: (value or "").strip() for key, value in row.items() if key}
    file = _file(values.get("file", ""), folder)
    text = values.get("text", "")
    if file is None and not text:
        raise Invalid("There is neither a file nor a text.")
    return Entry(
        file=file,
        text=text if file is None else "",
        captions=_captions(values.get("captions", ""), folder),
        touchpoint_id=_touchpoint(values.get("touchpoint", ""), program),
        reference=values.get("reference", ""),
        name=values.get("name", ""),
        language=values.get("language", ""),
        said_at=_moment(values.get("said_at", "")),
        score=_score(values.get("score", ""), program),
        purposes=_purposes(values.get("consent", "")),
        fields={key: value for key, value in values.items() if key not in KNOWN and value},
    )


def _file(name: str, folder: Path) -> Path | None:
    if not name:
        return None
    path = (folder / name).resolve()
    if not path.is_file():
        raise Invalid(f"The file {name} is not there.")
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


def _moment(text: str) -> datetime:
    if not text:
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"'{text}' is not a date such as 2026-03-31 or 2026-03-31T14:05.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _score(text: str, program: Program) -> int | None:
    if not text:
        return None
    if program.score_kind is None:
        raise Invalid("The program asks for no score.")
    least, most = SCORES[program.score_kind]
    if not text.isdigit() or not least <= int(text) <= most:
        raise Invalid(f"The score must be a whole number from {least} to {most}.")
    return int(text)


def _purposes(text: str) -> tuple[str, ...]:
    purposes = tuple(text.split()) or ("internal",)
    for purpose in purposes:
        if purpose not in PURPOSES:
            raise Invalid(f"'{purpose}' is not a purpose; use {', '.join(PURPOSES)}.")
    return purposes


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
