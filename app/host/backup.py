"""`./heard backup DIR`: a database at one moment and every object that it names, while all runs.

The database first, then its objects. An object that went meanwhile (a voice was taken back, a file
was made anew) means another look at the database, until what was copied is what it names.
Each backup is a folder of its own; objects that the one before has are linked, not copied.
"""

from __future__ import annotations

import logging
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app import runtime
from app.domain.errors import Conflict
from app.extensions import db
from app.host import interrupted, snapshot
from app.host.locks import held
from app.host.manifest import BadBackup, File, Manifest, copy_to, hashed, read, whole
from app.host.snapshot import Named
from app.models import now
from storage import NotStored, keys
from storage.local import sync_folder

log = logging.getLogger(__name__)

UNFINISHED = ".unfinished"
ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Made:
    """`folder`: the new backup. `copied` and `linked`: objects; `size`: of all of them, bytes.
    `missing` and `damaged`: keys, as in `Manifest`."""

    folder: Path
    copied: int
    linked: int
    size: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]


def make(target: Path, *, keep: int | None = None) -> Made:
    """A new backup in `target`; of those that are there, the newest `keep` stay if told.

    Raises:
        Conflict: another one is being made there, or what is here is half of a restore.
        NoTool, StorageError, OSError.
    """
    interrupted.check(runtime.settings().data)
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    with held(target / ".lock", f"Another backup to {target} is being made right now."):
        for left in target.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left)
        at = now()
        folder = target / f"{UNFINISHED}-{at:%Y%m%dT%H%M%S}"
        folder.mkdir(mode=0o700)
        kind = db.engine.dialect.name
        copier = _Copier(folder, _before(target))
        found = _settle(copier, folder / snapshot.FILES[kind])
        manifest = Manifest(f"{at.isoformat()}", kind, found.revision, copier.files)
        manifest.missing = sorted(copier.vanished)
        manifest.damaged = sorted(copier.damaged & found.keys)
        manifest.files[snapshot.FILES[kind]] = _durable(folder / snapshot.FILES[kind])
        _tombstones(target)
        for each in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            sync_folder(each)
        manifest.write(folder)
        done = folder.rename(_free_name(target, f"{at:%Y-%m-%dT%H%M%SZ}"))
        sync_folder(target)
        if keep is not None:
            for old in whole(target)[:-keep]:
                _forget(old)
    size = sum(file.size for file in manifest.files.values())
    missing, damaged = tuple(manifest.missing), tuple(manifest.damaged)
    return Made(done, copier.copied, copier.linked, size, missing, damaged)


def _settle(copier: _Copier, path: Path) -> Named:
    """Looks at the database until everything that it names has been copied."""
    gone: set[str] = set()
    for _ in range(ROUNDS):
        found = snapshot.take(db.engine, path)
        db.session.rollback()
        copier.copy(found)
        # What two looks in a row name, and neither can find, was lost before.
        if copier.vanished <= gone:
            copier.rescue(found)
            break
        gone = set(copier.vanished)
    else:
        raise Conflict("So much is being deleted right now that no backup is whole. Try again.")
    copier.drop_others(found)
    return found


class _Copier:
    """Brings objects and upload parts into the folder, each once."""

    def __init__(self, folder: Path, before: tuple[Path, Manifest] | None) -> None:
        self._folder, self._before = folder, before
        self._storage, self._uploads = runtime.storage(), runtime.settings().uploads
        self.files: dict[str, File] = {}
        self.vanished: set[str] = set()
        self.damaged: set[str] = set()
        self.copied = self.linked = 0

    def copy(self, found: Named) -> None:
        """What isn't here yet; `vanished` are then the keys that could not be found."""
        self.vanished = set()
        for key in sorted(found.keys):
            if (name := f"objects/{key}") not in self.files:
                try:
                    came_in = found.hashes.get(key)
                    file = self._linked(name, key, came_in) or self._copied(name, key)
                    self._take(key, file, found)
                except NotStored:
                    self.vanished.add(key)
        for upload_id, offset in found.uploads.items():
            self._upload(upload_id, offset)

    def rescue(self, found: Named) -> None:
        """What was lost here may be in the backup before."""
        if self._before is None:
            return
        folder, manifest = self._before
        for key in sorted(self.vanished):
            if (known := manifest.files.get(f"objects/{key}")) and self._link(folder, key):
                self._take(key, known, found)
                self.vanished.discard(key)

    def drop_others(self, found: Named) -> None:
        """What the database named at an earlier look only."""
        wanted = {f"objects/{key}" for key in found.keys}
        wanted |= {f"uploads/{upload_id}.part" for upload_id in found.uploads}
        for name in set(self.files) - wanted:
            (self._folder / name).unlink()
            del self.files[name]

    def _take(self, key: str, file: File, found: Named) -> None:
        self.files[f"objects/{key}"] = file
        if found.hashes.get(key, file.sha256) != file.sha256:
            self.damaged.add(key)

    def _linked(self, name: str, key: str, came_in: str | None) -> File | None:
        """A key is written once and never changed, so the size tells the rest; what is known to
        be as it came in is better than whatever is stored now."""
        if self._before is None:
            return None
        folder, manifest = self._before
        known = manifest.files.get(name)
        if known is None or came_in not in (None, known.sha256):
            return None
        stat = self._storage.stat(key)
        if stat is None:
            raise NotStored(key)
        if stat.size != known.size:
            if came_in is None:
                return None
            log.error("%s is damaged in storage; the backup before has it whole.", key)
        return known if self._link(folder, key) else None

    def _link(self, folder: Path, key: str) -> bool:
        path = self._folder / "objects" / key
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(folder / "objects" / key, path)
        except OSError:  # a file system without links, or the older file is gone
            return False
        self.linked += 1
        return True

    def _copied(self, name: str, key: str) -> File:
        with self._storage.open(key) as source:
            file = copy_to(source, self._folder / name)
        self.copied += 1
        return file

    def _upload(self, upload_id: str, offset: int) -> None:
        """Its durable bytes, all or none; an upload that lies on another machine begins anew."""
        name = f"uploads/{upload_id}.part"
        if (known := self.files.get(name)) and known.size == offset:
            return
        self.files.pop(name, None)
        with suppress(FileNotFoundError):
            with (self._uploads / f"{upload_id}.part").open("rb") as source:
                file = copy_to(source, self._folder / name, offset)
            if file.size == offset:
                self.files[name] = file
        if name not in self.files:
            (self._folder / name).unlink(missing_ok=True)


def _tombstones(target: Path) -> None:
    """Those of all times, beside the backups: an older one learns of later erasures from here."""
    storage = runtime.storage()
    for key in list(storage.list(keys.ERASURES)):
        path = target / key
        if not path.exists():
            coming = path.with_suffix(".coming")
            with storage.open(key) as source:
                copy_to(source, coming)
            coming.replace(path)
    if (target / keys.ERASURES).is_dir():
        sync_folder(target / keys.ERASURES)


def _before(target: Path) -> tuple[Path, Manifest] | None:
    try:
        newest = whole(target)[-1]
        return newest, read(newest)
    except (IndexError, BadBackup):
        return None


def _durable(path: Path) -> File:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return hashed(path)


def _free_name(target: Path, name: str) -> Path:
    """Behind all that were made in that second, whichever of them are there still: the newest is
    the last by name."""
    last = max((each.name for each in target.glob(f"{name}*")), default="")
    if not last:
        return target / name
    return target / f"{name}-{int(last.removeprefix(name)[1:] or 0) + 1:02d}"


def _forget(folder: Path) -> None:
    """First the name under which it counts, so that half of it is never taken for a whole one."""
    going = folder.rename(folder.with_name(f"{UNFINISHED}-{folder.name}"))
    shutil.rmtree(going)
