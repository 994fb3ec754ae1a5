"""A long answer asks again, while it is being sent, whether it still may be."""

from __future__ import annotations

import errno
import io
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, current_app, request

AGAIN = "heard.again"  # in the environ of a request that only asks whether it still may
AGAIN_S = 20.0  # what was revoked or erased is dead within 60 s, for slow readers as well
# What the first request asked for beyond its address, and what belongs to it alone.
_DROPPED = ("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH", "werkzeug.request")


def again() -> bool:
    """Whether this request only asks for an answer that is already under way: it counts as none."""
    return AGAIN in request.environ


def while_allowed(pieces: Iterator[bytes], etag: str) -> Iterator[bytes]:
    """`pieces`, as long as whoever asked would still be given the object with this ETag.

    Every AGAIN_S seconds the same address is asked for again, in this process, with all of its
    checks. When that is refused, a ConnectionResetError makes the server hang up: a shorter
    answer would leave the reader waiting for the rest.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    environ = {key: value for key, value in request.environ.items() if key not in _DROPPED}
    environ |= {
        "REQUEST_METHOD": "HEAD",
        "wsgi.input": io.BytesIO(),
        "CONTENT_LENGTH": "0",
        AGAIN: True,
    }
    return _watched(pieces, etag, app, environ)


def _watched(
    pieces: Iterator[bytes], etag: str, app: Flask, environ: dict[str, Any]
) -> Iterator[bytes]:
    asked = time.monotonic()
    for piece in pieces:
        if time.monotonic() - asked > AGAIN_S:
            # A context of its own: its end gives back the database's connection.
            with app.request_context(dict(environ)):
                answer = app.full_dispatch_request()
            if answer.status_code != 200 or answer.headers.get("ETag") != etag:
                raise ConnectionResetError(errno.ECONNRESET, "No longer allowed.")
            asked = time.monotonic()
        yield piece
