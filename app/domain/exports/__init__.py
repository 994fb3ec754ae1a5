"""Files for other tools, with masks over personal data. A new format is one line in FORMATS.

An export is a row and a run; the worker writes it in the background. The command line writes
the same bytes at once.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from app.domain import audit, forgetting, masking, pipeline, runs, transcripts
from app.domain.errors import Invalid
from app.domain.exports import decisions, rows, tables
from app.domain.exports.rows import Wanted
from app.extensions import db
from app.models import Answer, Export, Member, Program, Run, now
from app.models.program import PURPOSES

TABLES: dict[str, Callable[..., Iterator[None]]] = {
    "csv": tables.write_csv,
    "jsonl": tables.write_jsonl,
}
CAPTIONS = ("srt", "vtt")
FORMATS = (*TABLES, *CAPTIONS)
WRITTEN = {**rows.LEVELS, "corrections": decisions.corrections}
LEVELS = tuple(WRITTEN)
REPORT_EVERY = 200


def request(
    program: Program, member: Member | None, format: str, level: str, purpose: str = "internal"
) -> Export:
    """Orders an export; a worker writes it. The caller commits.

    Raises:
        Invalid: an unknown format, level or purpose.
    """
    check(format, level, purpose)
    extension = format if format in TABLES else "zip"
    name = re.sub(r"[^a-z0-9]+", "-", program.name.lower()).strip("-") or "program"
    what = level if format in TABLES else format
    export = Export(
        workspace_id=program.workspace_id,
        program_id=program.id,
        format=format,
        level=level,
        purpose=purpose,
        created_by=member.id if member else None,
        filename=f"{name}-{what}-{now():%Y-%m-%d}.{extension}",
    )
    db.session.add(export)
    db.session.flush()
    runs.start(Run(export_id=export.id), pipeline.EXPORT)
    _noted(export, "export.ordered")
    return export


def downloaded(export: Export) -> None:
    """A member takes the file away. The caller commits."""
    _noted(export, "export.downloaded")


def captions_downloaded(answer: Answer) -> None:
    """A member takes one recording's words away. The caller commits."""
    workspace_id = answer.submission.workspace_id
    audit.record(workspace_id, "captions.downloaded", subject=("answer", answer.id))


def written(wanted: Wanted, format: str, level: str, rows: int) -> None:
    """Somebody wrote an export on the command line. The caller commits."""
    audit.record(
        wanted.program.workspace_id,
        "export.written",
        subject=("program", wanted.program.id),
        details={"format": format, "level": level, "purpose": wanted.purpose, "rows": rows},
    )


def _noted(export: Export, action: str) -> None:
    audit.record(
        export.workspace_id,
        action,
        subject=("export", export.id),
        details={
            "program": export.program_id,
            "format": export.format,
            "level": export.level,
            "purpose": export.purpose,
        },
    )


def check(format: str, level: str, purpose: str) -> None:
    """Raises Invalid with what would be accepted."""
    for given, known, what in (
        (format, FORMATS, "format"),
        (level, LEVELS, "level"),
        (purpose, PURPOSES, "purpose"),
    ):
        if given not in known:
            raise Invalid(f"There is no {what} '{given}'; choose one of {', '.join(known)}.")


def write(
    export: Export, path: Path, *, on_progress: Callable[[float, str], None] | None = None
) -> int:
    """Writes an ordered export to `path`; how many rows (or caption files) it holds."""
    forgetting.wait_for(export.program_id)
    wanted = Wanted(db.session.get_one(Program, export.program_id), export.purpose)
    format, level = export.format, export.level
    if format in CAPTIONS:
        return _write_archive(wanted, format, path)
    with open(path, "w", encoding="utf-8", newline="") as out:
        return write_table(wanted, format, level, out, on_progress=on_progress)


def write_table(
    wanted: Wanted,
    format: str,
    level: str,
    out: IO[str],
    *,
    on_progress: Callable[[float, str], None] | None = None,
) -> int:
    """Streams one level as CSV or JSON Lines to `out`; the number of rows."""
    written = 0
    columns = rows.columns(wanted, level)
    for _ in TABLES[format](WRITTEN[level](wanted), columns, out):
        written += 1
        if on_progress and written % REPORT_EVERY == 0:
            on_progress(0.5, f"{written:,} rows")
    return written


def caption_files(wanted: Wanted, format: str) -> Iterator[tuple[str, str]]:
    """(file name, text) for each recording that has words."""
    for answer in rows.permitted_answers(wanted):
        text = caption_text(answer, format)
        if text:
            yield f"{answer.submission_id}-{answer.position + 1}.{format}", text


def caption_text(answer: Answer, format: str) -> str:
    """One recording's captions, empty where nothing was said."""
    transcript = transcripts.current(answer)
    if transcript is None or not transcript.segments:
        return ""
    write = transcripts.vtt if format == "vtt" else transcripts.srt
    return write(masking.veiled(transcript).segments)


def _write_archive(wanted: Wanted, format: str, path: Path) -> int:
    files = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in caption_files(wanted, format):
            archive.writestr(name, text)
            files += 1
    return files
