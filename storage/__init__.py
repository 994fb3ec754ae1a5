"""Where media and files live: one protocol, three places. Imports nothing of ours."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from storage.base import NotStored, Stat, Storage, StorageError, Stored

__all__ = ["NotStored", "Stat", "Storage", "StorageError", "Stored", "open_storage"]


def open_storage(url: str) -> Storage:
    """The storage that `url` names: file:///abs/dir, s3://bucket?endpoint=…, memory://name.

    Reaches for nothing yet: `check()` says whether it works. StorageError for an address
    that names no storage.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        from storage.local import LocalStorage

        if parts.netloc or not parts.path.startswith("/"):
            raise StorageError("A storage folder needs a full path, as in file:///var/lib/heard.")
        return LocalStorage(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        from storage.s3 import S3Storage

        return S3Storage.from_url(url)
    if parts.scheme == "memory":
        from storage.memory import MemoryStorage

        return MemoryStorage.named(parts.netloc)
    raise StorageError(
        "The storage address must begin with file:///, s3:// or memory://; "
        f"it begins with {parts.scheme or 'something else'}."
    )
