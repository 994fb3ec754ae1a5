"""How every command refuses: one sentence on standard error, never a traceback."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from app.config import BadSetting
from app.domain.errors import HeardError
from storage import StorageError


class Misused(click.ClickException):
    exit_code = 2


class Command(click.Group):
    """Exit codes: 1 for a refusal, 2 for a command line that means nothing."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
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
            if refusal.filename is None:
                raise
            raise click.ClickException(f"{refusal.filename}: {refusal.strerror}.") from refusal


def _database_said(failure: SQLAlchemyError) -> str:
    """What the driver said, without the statement and the address of a manual."""
    reason = str(getattr(failure, "orig", None) or failure).splitlines() or [type(failure).__name__]
    return f"The database refused: {reason[0].strip().rstrip('.')}. DATABASE_URL says where it is."
