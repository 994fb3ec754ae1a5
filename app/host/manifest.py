"""What is in a backup, by size and hash. Written last: a folder without one is no backup."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from app.domain.errors import HeardError
from storage.local import sync_folder

NAME, VERSION = "manifest.json", 1
PIECE = 1024 * 1024


class BadBackup(HeardError):
    sentence = "This is not a whole backup."


@dataclass(frozen=True, slots=True)
class File:
    """`size` in bytes, `sha256` in hex."""

    size: int
    sha256: str


@dataclass
class Manifest:
    """`files`: by path inside the backup's folder. `missing`: keys of objects that the database
    names and that were gone already; `damaged`: of those that are here with other content than
    came in, and nowhere whole. `revision`: the database's migration. `made_at`: ISO 8601."""

    made_at: str
    kind: str
    revision: str
    files: dict[str, File] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    version: int = VERSION

    def write(self, folder: Path) -> None:
        """Durable afterwards."""
        coming = folder / f"{NAME}.coming"
        with coming.open("w", encoding="utf-8") as out:
            json.dump(asdict(self), out, indent=0, sort_keys=True)
            out.flush()
            os.fsync(out.fileno())
        coming.replace(folder / NAME)
        sync_folder(folder)

    def verify(self, folder: Path) -> None:
        """Reads every file. Raises BadBackup, naming the first that is not what it was."""
        for name, file in self.files.items():
            path = folder / name
            if not path.is_file():
                raise BadBackup(f"The backup {folder} is damaged: {name} is not there.")
            if hashed(path) != file:
                raise BadBackup(f"The backup {folder} is damaged: {name} has other content.")


def read(folder: Path) -> Manifest:
    """Raises BadBackup."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if found["version"] != VERSION:
            raise BadBackup(f"The backup {folder} was made by a newer Heard.")
        files = {_inside(name): File(**file) for name, file in found.pop("files").items()}
        return Manifest(files=files, **found)
    except FileNotFoundError as error:
        raise BadBackup(f"{folder} holds no whole backup.") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadBackup(f"The manifest of the backup {folder} is damaged.") from error


def whole(folder: Path) -> list[Path]:
    """The whole backups in a folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{NAME}"))


def hashed(path: Path) -> File:
    with path.open("rb") as source:
        return copy(source, None)


def copy(source: BinaryIO, target: BinaryIO | None, most: int | None = None) -> File:
    """The first `most` bytes (all of them without) of one to the other; what was written."""
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(source, most):
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
    return File(size, digest.hexdigest())


def copy_to(source: BinaryIO, path: Path, most: int | None = None) -> File:
    """Into a new file that is durable afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        done = copy(source, target, most)
        target.flush()
        os.fsync(target.fileno())
    return done


def _pieces(source: BinaryIO, most: int | None) -> Iterator[bytes]:
    left = most
    while left is None or left > 0:
        piece = source.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


def _inside(name: str) -> str:
    """A path that stays in the backup's folder."""
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError(name)
    return name
