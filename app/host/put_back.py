"""Objects and upload parts on their way from a backup into their places."""

from __future__ import annotations

from pathlib import Path

from app.config import Settings
from app.host.manifest import BadBackup, File, Manifest, copy, copy_to
from app.host.snapshot import Named
from storage import Storage, open_storage
from storage.local import sync_folder

ASIDE = ".restoring-"


def objects(folder: Path, manifest: Manifest, found: Named, settings: Settings) -> int:
    """Every object that the database names, unless the same is there already; how many it names.
    Bytes of uploads wait beside their place for the database that counts them.

    Raises:
        StorageError: also where the storage kept something else than it was given.
    """
    storage, number = open_storage(settings.storage_url), 0
    for key in sorted(found.keys):
        if (file := manifest.files.get(f"objects/{key}")) is None:
            continue
        number += 1
        if not _good(storage, key, file, found.hashes.get(key)):
            stored = storage.put_file(key, folder / "objects" / key)
            if stored.sha256 != file.sha256:
                raise BadBackup(f"{key} was stored with other content than the backup has.")
    for upload_id in found.uploads:
        part = folder / "uploads" / f"{upload_id}.part"
        if part.is_file():
            with part.open("rb") as bytes_kept:
                copy_to(bytes_kept, settings.uploads / f"{ASIDE}{part.name}")
    return number


def put_parts(settings: Settings) -> None:
    """A new file under each name: what was there may be a received recording's, by a second name
    (`app.domain.parts.twin`)."""
    for aside in settings.uploads.glob(f"{ASIDE}*"):
        aside.replace(aside.with_name(aside.name.removeprefix(ASIDE)))
    if settings.uploads.is_dir():
        sync_folder(settings.uploads)


def drop_parts(settings: Settings) -> None:
    for aside in settings.uploads.glob(f"{ASIDE}*"):
        aside.unlink()


def _good(storage: Storage, key: str, file: File, came_in: str | None) -> bool:
    """Whether the same is there, or what came in: better than a backup of what was damaged."""
    stat = storage.stat(key)
    if stat is None or (stat.size != file.size and file.sha256 == came_in):
        return False
    with storage.open(key) as there:
        found = copy(there, None)
    return found == file or found.sha256 == came_in
