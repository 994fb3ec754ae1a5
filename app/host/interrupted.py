"""A restore that was killed while the backup took the place of the database: nothing begins on it.

What is there then may be the backup without all of its objects. A note in the data folder says so,
from just before the old database goes until all is in its place.
"""

from __future__ import annotations

import os
from pathlib import Path

from app.domain.errors import Conflict
from storage.local import sync_folder

NAME = "restore.unfinished"


def begin(data: Path, backup: Path) -> None:
    """Durable afterwards. `backup`: the folder that is being put back."""
    with (data / NAME).open("w", encoding="utf-8") as note:
        note.write(str(backup))
        note.flush()
        os.fsync(note.fileno())
    sync_folder(data)


def end(data: Path) -> None:
    (data / NAME).unlink(missing_ok=True)
    sync_folder(data)


def check(data: Path) -> None:
    """Raises Conflict, with what to do, where a restore has not come to its end."""
    try:
        backup = (data / NAME).read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    if backup:  # nothing was changed before its name was there
        raise Conflict(
            f"A backup was being put back into {data} when that was cut short, so it is not whole "
            f"yet. Put it back once more: ./heard restore {backup} --data {data} --force"
        )
