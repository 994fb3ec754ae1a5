"""What all commands share: `--data`, and refusals of one sentence, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import IO

import click
from sqlalchemy.exc import SQLAlchemyError

from app.config import BadSetting
from app.domain.errors import HeardError, Invalid
from storage import StorageError


class Misused(click.ClickException):
    exit_code = 2


class Command(click.Group):
    """Exit codes: 1 for a refusal, 2 for a command line that means nothing."""

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        command = super().get_command(context, name)
        return command and _with_data(command)

    def invoke(self, context: click.Context) -> object:
        try:
            done = super().invoke(context)
            if sys.stdout is not None:
                sys.stdout.flush()  # else Python does it at the very end, with a traceback
            return done
        except click.UsageError as wrong:
            path = wrong.ctx.command_path if wrong.ctx else context.command_path
            said = wrong.format_message().rstrip(".?")
            raise Misused(f"{said}. See '{path} --help'.") from wrong
        except (HeardError, StorageError) as refusal:
            raise click.ClickException(refusal.sentence) from refusal
        except (BadSetting, TimeoutError) as refusal:
            raise click.ClickException(str(refusal)) from refusal
        except SQLAlchemyError as failure:
            raise click.ClickException(_database_said(failure)) from failure
        except OSError as refusal:
            if refusal.filename is not None:
                raise click.ClickException(f"{refusal.filename}: {refusal.strerror}.") from refusal
            if refusal.errno in (None, errno.EPIPE):  # click ends quietly where nobody reads on
                raise
            _drop_what_is_left()
            said = f"Reading or writing failed: {refusal.strerror}."
            raise click.ClickException(said) from refusal


def standard_input() -> IO[bytes]:
    """What is to be read. Raises Invalid where the command was started without."""
    if sys.stdin is None:
        raise Invalid("There is nothing to read: standard input is closed.")
    return sys.stdin.buffer


def standard_output() -> IO[str]:
    """What tables are written to. Raises Invalid where the command was started without."""
    if sys.stdout is None:
        raise Invalid("There is nowhere to write to: standard output is closed.")
    return sys.stdout


def _drop_what_is_left() -> None:
    """What can't be written to standard output: Python would try once more at the very end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _with_data(command: click.Command) -> click.Command:
    """The command, and those below it, with `--data`: each looks where `./heard up` was told to."""
    if "data" not in {each.name for each in command.params}:
        command.params.append(
            click.Option(
                ["--data"],
                type=click.Path(path_type=Path),
                expose_value=False,
                is_eager=True,
                callback=_look_in,
                help="The data folder; else HEARD_DATA, else ./data.",
            )
        )
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _with_data(below)
    return command


def _look_in(context: click.Context, _: click.Parameter, data: Path | None) -> None:
    """Settings, and processes that are started, read it from the environment, until the end."""
    if data is None:
        return
    before = os.environ.get("HEARD_DATA")

    def back() -> None:
        if before is None:
            os.environ.pop("HEARD_DATA", None)
        else:
            os.environ["HEARD_DATA"] = before

    context.call_on_close(back)
    os.environ["HEARD_DATA"] = str(data.resolve())


def _database_said(failure: SQLAlchemyError) -> str:
    """What the driver said, without the statement and the address of a manual."""
    reason = str(getattr(failure, "orig", None) or failure).splitlines() or [type(failure).__name__]
    return f"The database refused: {reason[0].strip().rstrip('.')}. DATABASE_URL says where it is."
