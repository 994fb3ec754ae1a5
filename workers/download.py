"""Bringing one large file here: streamed, checked, and given up in time."""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import Any

_PIECE = 1 << 20

# What a fetch may fail with; `reason` words each.
FAILURES = (OSError, HTTPException, ValueError)


def stream(
    url: str, path: Path, wanted: str, timeout_s: float, told: Callable[[int, int], None]
) -> None:
    """Writes what `url` holds to `path` if its SHA-256 is `wanted`; else raises a FAILURES.

    `told` gets bytes done and in all (0 where unknown); `timeout_s` bounds the wait for an
    answer, and for each piece after it. A file that isn't whole is never seen at `path`.
    """
    digest, done = hashlib.sha256(), 0
    with closing(_opened(url, timeout_s)) as source:
        total = int(source.headers.get("Content-Length") or 0)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".fetching-") as file:
            while piece := source.read(_PIECE):
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                told(done, total)
            if total and done < total:
                raise ConnectionError(f"the connection ended after {done:,} of {total:,} bytes")
            if digest.hexdigest() != wanted:
                raise ValueError("what came is not the published file: its SHA-256 differs")
            file.flush()
            os.fsync(file.fileno())
            os.link(file.name, f"{file.name}.whole")
    Path(f"{file.name}.whole").replace(path)


def _opened(url: str, timeout_s: float) -> Any:
    """The response, within `timeout_s` in all: looking a name up has no time limit of its own."""
    answer: list[Any] = []

    def call() -> None:
        try:
            # Only addresses of known models come here; what arrives is checked by its SHA-256.
            opened = urllib.request.urlopen(url, timeout=timeout_s)  # noqa: S310  # nosec B310
            answer.append(opened)
        except FAILURES as error:
            answer.append(error)

    caller = threading.Thread(target=call, daemon=True)
    caller.start()
    caller.join(timeout_s)
    if not answer:
        raise TimeoutError(f"no answer within {timeout_s:.0f} s")
    if isinstance(answer[0], Exception):
        raise answer[0]
    return answer[0]


def reason(error: Exception) -> str:
    """A failure in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"it answered {error.code}"
    if isinstance(error, urllib.error.URLError):
        return str(error.reason)
    return str(error) or type(error).__name__
