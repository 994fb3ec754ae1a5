"""What each media worker's box around ffmpeg can do, told by way of the queue server.

The web may lie on another machine than the workers, with another data folder: the queue server
is what both of them know. On one machine a note in the data folder says the same, and survives
the queue server.
"""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import cast

from redis import Redis
from redis.exceptions import RedisError

from app.config import Settings
from app.queue import connect

KEY = "heard:sandbox"  # a hash: machine → when it told, and its layers
FRESH_S = 3600.0  # a worker tells with each of its heartbeats, every few minutes

Layers = dict[str, bool]


def note(path: Path, layers: Layers) -> None:
    """Leaves word in the data folder."""
    half = path.with_suffix(".half")
    half.write_text(json.dumps(layers))
    half.replace(path)


def tell(connection: Redis, layers: Layers) -> None:
    """Leaves word at the queue server. Raises RedisError."""
    word = json.dumps({"at": time.time(), "layers": layers})
    connection.hset(KEY, socket.gethostname(), word)


def found(settings: Settings) -> Layers | None:
    """Each layer, and whether it is active on all machines whose media worker told of it within
    the hour; else as the note in the data folder says; None where nobody has told."""
    told = _told(settings.redis_url)
    if told:
        names = dict.fromkeys(name for layers in told for name in layers)
        return {name: all(layers.get(name, False) for layers in told) for name in names}
    try:
        layers: Layers = json.loads(settings.sandbox_note.read_text())
    except FileNotFoundError:
        return None
    return layers


def _told(url: str) -> list[Layers]:
    try:
        words = cast("list[bytes]", connect(url).hvals(KEY))
    except RedisError:
        return []
    said = [json.loads(word) for word in words]
    return [each["layers"] for each in said if each["at"] > time.time() - FRESH_S]
