"""Commands that need no machine learning; `python -m workers` has the others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click

from app import keeping
from app.command import Command, standard_output
from app.domain.wording import count

ROOT = Path(__file__).parent.parent


@click.group(cls=Command)
def main() -> None:
    """Heard: voice-of-customer video feedback."""


@contextmanager
def application(*, new: bool = False) -> Iterator[None]:
    """`new`: a database is made where there is none, instead of being refused."""
    from app import create_app, runtime
    from app.config import read_settings
    from app.domain import audit
    from app.host import locks, present

    if not new:
        present.check(read_settings(look=True))
    with (
        create_app().app_context(),
        audit.acting(f"command:{os.getuid()}"),
        locks.at_work(runtime.settings().data, locks.COMMAND),
    ):
        yield


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True)
def up(port: int, host: str) -> None:
    """Runs everything on this machine."""
    from app.host import up as host_up

    host_up.up(port, host, Path(os.environ.get("HEARD_DATA") or "data"))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The paths of the links, as JSON.")
def prepare(as_json: bool) -> None:
    """Migrates, makes the first owner and the sample program, prints their links."""
    from flask_migrate import upgrade

    from app import runtime
    from app.domain import welcome
    from app.host.up import titled

    with application(new=True):
        upgrade(str(ROOT / "migrations"))
        links = welcome.prepare()
        if as_json:
            json.dump(links, standard_output())
            return
        for line in titled(links, runtime.settings().base_url):
            click.echo(line)


@main.command()
def migrate() -> None:
    """Brings the database to this release."""
    from flask_migrate import upgrade

    with application(new=True):
        upgrade(str(ROOT / "migrations"))


@main.command("export")
@click.option("--program", "program_name", required=True, help="Its name or id.")
@click.option("--format", "format_name", required=True, help="csv, jsonl, srt or vtt.")
@click.option("--level", default="segments", show_default=True)
@click.option("--purpose", default="internal", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="A file; for captions a folder, and needed."
)
def export_(
    program_name: str, format_name: str, level: str, purpose: str, out: Path | None
) -> None:
    """Writes the same export as the page, at once; nobody but you may read what it makes."""
    from app.domain import exports, programs
    from app.domain.exports.rows import Wanted
    from app.extensions import db

    with application():
        wanted = Wanted(programs.named(program_name), purpose)
        exports.check(format_name, level, purpose)
        if format_name in exports.CAPTIONS:
            if out is None:
                raise click.UsageError("Say with --out which folder the captions go to.")
            rows = _write_captions(wanted, format_name, out)
        elif out is None:
            rows = exports.write_table(wanted, format_name, level, standard_output())
        else:
            with _own(out) as file:
                rows = exports.write_table(wanted, format_name, level, file)
            click.echo(f"{count(rows, 'row')} written to {out}.", err=True)
        exports.written(wanted, format_name, level, rows)
        db.session.commit()


def _write_captions(wanted: object, format_name: str, folder: Path) -> int:
    from app.domain import exports
    from app.domain.exports import folders

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = 0
    for name, text in exports.caption_files(wanted, format_name):  # type: ignore[arg-type]
        with _own(folder / name) as file:
            file.write(text)
        files += 1
    click.echo(f"{count(files, 'file')} written to {folder}.", err=True)
    # From an earlier time: these voices were taken back since, or aren't for this purpose.
    there = [each.name for each in folder.iterdir()]
    outdated = folders.outdated(wanted, there)  # type: ignore[arg-type]
    for name in outdated:
        (folder / name).unlink(missing_ok=True)
    if outdated:
        gone = count(len(outdated), "older file")
        click.echo(f"{gone} removed: what is in them may not be shown any more.", err=True)
    return files


def _own(path: Path) -> IO[str]:
    """To be written; a new file is readable by its owner only, as it holds what customers said."""
    return open(
        path, "w", encoding="utf-8", newline="", opener=lambda name, how: os.open(name, how, 0o600)
    )


FAIRNESS = "./heard audit fairness measures how the machine serves each self-declared group."


@main.group("audit", epilog=FAIRNESS)  # that command is in `workers.fairness_command`
def audit_() -> None:
    """Who did what and when: the log that shows tampering."""


@audit_.command()
def verify() -> None:
    """Reads the whole log; an exit code of 1 where a row was changed, moved or taken out."""
    from app.domain import audit_check

    with application():
        found = audit_check.verify()
    for problem in found.problems:
        click.echo(problem)
    if found.problems:
        raise click.ClickException("The audit log is not as it was written.")
    heads = f"{count(found.heads, 'head')} outside {'agrees' if found.heads == 1 else 'agree'}"
    click.echo(f"{count(found.rows, 'row')}, each as it was written; {heads}.")


@audit_.command()
@click.argument("why")
def accept(why: str) -> None:
    """Goes on with the log as it is, after a restore: WHY is one word, kept in the log."""
    from app.domain import audit_check

    with application():
        audit_check.accept(why)
    click.echo("The log says so now, and is watched from here on.")


@main.command("import")
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--program", "program_name", required=True, help="Its name or id.")
def import_(manifest: Path, program_name: str) -> None:
    """Brings in recordings you have: a CSV manifest beside the files."""
    from app.domain import imports, programs

    with application():
        program = programs.named(program_name)
        entries = imports.read_manifest(manifest, program)
        results = list(imports.run(entries, program))
        click.echo(f"{sum(results):,} imported, {len(results) - sum(results):,} were here already.")


main.add_command(keeping.backup)
main.add_command(keeping.restore)
main.add_command(keeping.retention)
