"""Commands that keep what is here, and let it go: backup, restore, retention."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from app.config import read_settings
from app.domain.wording import count


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keep", type=click.IntRange(1), help="How many backups stay; without it, all.")
def backup(folder: Path, keep: int | None) -> None:
    """Copies the database and every object that it names, while all runs."""
    from app import create_app
    from app.host import present
    from app.host.backup import make

    present.check(read_settings(look=True))
    with create_app().app_context():
        made = make(folder.resolve(), keep=keep)
    click.echo(
        f"{made.folder}: {count(made.copied, 'object')} copied, {made.linked:,} linked, "
        f"{made.size / 1e6:,.1f} MB in all."
    )
    _say_missing(made.missing, made.damaged)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Gives up the database that is there.")
@click.option(
    "--erasures",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="Another folder that knows what was erased, such as a newer backup's.",
)
def restore(folder: Path, force: bool, erasures: tuple[Path, ...]) -> None:
    """Puts a backup back, without what was erased since."""
    from app.host.restore import restore as put_back

    done = put_back(folder.resolve(), read_settings(), force=force, erasures=erasures)
    click.echo(
        f"Restored from {done.folder}: {count(done.objects, 'object')}, each with its hash; "
        f"{count(done.erased, 'erasure')} carried out again."
    )
    if done.pending:
        are = "is" if done.pending == 1 else "are"
        said = f"{count(done.pending, 'erasure')} {are} not complete"
        click.echo(f"{said}; the clock goes on with the rest.")
    _say_missing(done.missing, done.damaged)


def _say_missing(missing: Sequence[str], damaged: Sequence[str]) -> None:
    for key in missing:
        click.echo(f"Lost before: {key}", err=True)
    for key in damaged:
        click.echo(f"Damaged before, not what came in: {key}", err=True)
    if missing or damaged:
        raise SystemExit(1)


@click.command()
@click.option("--program", "program_name", help="Its name or id; without it, every program.")
@click.option("--dry-run", is_flag=True, help="Only says what would go.")
def retention(program_name: str | None, dry_run: bool) -> None:
    """Says what the programs' rules take by age, and takes it unless this is a dry run."""
    from sqlalchemy import select

    from app.cli import application
    from app.domain import erasing, programs, retention
    from app.extensions import db
    from app.models import Program

    with application():
        chosen = [programs.named(program_name)] if program_name else None
        every = chosen or db.session.scalars(select(Program).order_by(Program.id)).all()
        rules = {each.id: retention.rules(each) for each in every}
        if not any(rule.says for each in rules.values() for rule in each):
            whose = every[0].name if chosen else "No program"
            has = "has no rule" if chosen else "has a rule"
            click.echo(f"{whose} {has}: nothing goes by age, and nothing was changed.")
            return
        for program in every:
            for line in retention.preview(program, rules[program.id]):
                since = f", the oldest from {line.oldest:%Y-%m-%d}" if line.oldest else ""
                click.echo(
                    f"{program.name}: {line.what} of {count(line.count, 'voice')} ({line.purpose}) "
                    f"after {count(line.months, 'month')}{since}"
                )
        if dry_run:
            click.echo("Nothing was changed.")
            return
        taken = 0
        while now_taken := retention.carry_out(only=chosen[0].id if chosen else None):
            taken += now_taken
        while erasing.due():  # the clock may not be running
            pass
        click.echo(f"{taken:,} erased.")
