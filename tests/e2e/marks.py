"""Where a word is still to be read: in files as they lie on the disk, packed or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from redis import Redis

# How a zlib stream begins at the usual levels (RFC 1950, section 2.2).
PACKED = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def holding(marker: str, folders: Iterable[Path]) -> list[Path]:
    """The files under these folders, and their names, that hold the marker; in any case of letters,
    also from its middle on (an index keeps words by what they don't share), also packed."""
    wanted = [part.encode() for part in (marker, marker[-9:])]
    found = []
    for path in (each for folder in folders for each in folder.rglob("*")):
        with suppress(FileNotFoundError):  # it went while this looked
            content = b" ".join([path.name.encode(), *_readings(path)]).lower()
            if any(each in content for each in wanted):
                found.append(path)
    return found


def _readings(path: Path) -> Iterator[bytes]:
    if not path.is_file():
        return
    raw = path.read_bytes()
    yield raw
    for start in PACKED:
        at = raw.find(start)
        while at >= 0:
            with suppress(zlib.error):
                yield zlib.decompressobj().decompress(raw[at:], 1 << 20)
            at = raw.find(start, at + 1)


def dump(url: str) -> Path:
    """All that the queue server holds, as it would write it to a disk, in its own folder."""
    client = Redis.from_url(url)
    client.config_set("rdbcompression", "no")
    client.save()
    return Path(client.config_get("dir")["dir"]) / client.config_get("dbfilename")["dbfilename"]
