"""`./heard audit fairness`: how the machine serves each self-declared group."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from app import runtime
from app.cli import application
from app.domain import programs
from app.domain.errors import Invalid, StepFailed
from app.domain.fairness import (
    audits,
    gathering,
    pauses,
    references,
    saying,
    stops,
    tables,
    waiting,
)
from app.domain.fairness.references import References
from app.domain.wording import count
from app.extensions import db
from app.models import FairnessAudit, Program
from storage import StorageError


@click.command()
@click.option("--program", "program_name", help="Its name or id; else every program.")
@click.option("--json", "as_json", is_flag=True, help="One object for each program, a line each.")
@click.option(
    "--references",
    "file",
    type=click.Path(path_type=Path),
    help="A CSV of what was said: text and answer, reference or file. Shown, not kept.",
)
@click.option(
    "--pauses",
    "most",
    type=click.IntRange(0, 1000),
    help="How many recordings to hear again with pauses; else FAIRNESS_PAUSES.",
)
def fairness(program_name: str | None, as_json: bool, file: Path | None, most: int | None) -> None:
    """Measures by self-declared group, and keeps the figures."""
    with application():
        if file is not None and program_name is None:
            raise Invalid("Say with --program whose recordings the file is about.")
        most = runtime.settings().fairness_pauses if most is None else most
        for program in _programs(program_name):
            said = _measured(program, file, most)
            if as_json:
                del said["lines"]
                click.echo(json.dumps(said, ensure_ascii=False))
            else:
                _print(said)


def _programs(name: str | None) -> list[Program]:
    if name is not None:
        return [programs.named(name)]
    found = list(db.session.scalars(select(Program).order_by(Program.id)))
    if not found:
        raise Invalid("There is no program yet.")
    return found


def _measured(program: Program, file: Path | None, most: int) -> dict[str, Any]:
    limits = dict(runtime.settings().fairness_limits)
    minimum = runtime.settings().fairness_minimum
    if file is not None:
        given = references.read(file, program)
        _hear(program, most, given)
        drawn = audits.look(program, given)
        found, notes, engines = drawn.tables, drawn.notes, drawn.found.engines
        head: dict[str, Any] = {"kept": False, "rows_without_recording": given.missed}
    else:
        _hear(program, most, None)
        row: FairnessAudit = audits.make(program, "command")
        db.session.commit()
        found, notes, engines = tables.read(row.tables), row.notes, row.engines
        head = {"kept": True, "audit": row.id, "verdict": row.verdict}
    there = stops.standing(program.id)
    waits = file is None and gathering.grouping(program)  # a file has what it has
    return {
        "program": program.name,
        "program_id": program.id,
        **head,
        "minimum": minimum,
        "engines": list(engines),
        "highlighting_rests": there is not None,
        "reasons": list(there.reasons) if there else [],
        **saying.as_json(found, limits, notes),
        "lines": [
            *saying.lines(found, minimum),
            *(waiting.lines(found, minimum, pauses=most) if waits else ()),
        ],
    }


def _hear(program: Program, most: int, given: References | None) -> None:
    """With pauses, here and now: what the engine can't hear is said and passed over."""
    from workers.fairness import listen

    if not gathering.grouping(program) or not most:
        return
    asked = pauses.wanted(program, most, given.said if given else None)
    db.session.commit()
    for number, each in enumerate(asked, 1):
        click.echo(f"· hearing recording {number} of {len(asked)} with pauses", err=True)
        with tempfile.TemporaryDirectory() as folder:
            try:
                result = listen(each, Path(folder), runtime.settings(), runtime.storage())
            except (StepFailed, StorageError) as error:
                click.echo(f"· it was passed over: {error.sentence}", err=True)
                continue
        if given is not None:
            given.paused[each.answer_id] = (result.inserted_paused, result.words)
        else:
            pauses.keep(each.answer_id, result)
            db.session.commit()


def _print(said: dict[str, Any]) -> None:
    click.echo(f"{said['program']}")
    kept = "kept" if said["kept"] else "measured by the file, not kept"
    click.echo(f"{kept}; groups of {count(said['minimum'], 'respondent')} or more")
    if said["engines"]:
        click.echo(f"words by {', '.join(said['engines'])}")
    for row in said.get("rows_without_recording", []):
        click.echo(f"row {row} names no recording here, or has no text")
    for each in (*said["notes"], *said["lines"]):
        click.echo(each)
    if said["highlighting_rests"]:
        click.echo("Highlighting by the machine rests here until an owner says go on:")
        for each in said["reasons"]:
            click.echo(f"  {each}")
    click.echo()
