"""The bytes that a request brings to an upload."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import current_app, request
from werkzeug.exceptions import ClientDisconnected

from app.web.upload_limits import took

SMALLEST_PIECE, LARGEST_PIECE = 4 * 1024, 1024 * 1024


class Body:
    """The request's body in pieces. Ends early, and says so, when the sender goes away:
    what has arrived until then counts."""

    def __init__(self) -> None:
        self.cut = False

    def __iter__(self) -> Iterator[bytes]:
        stream, size = request.stream, 8 * SMALLEST_PIECE
        while True:
            began = time.monotonic()
            try:
                piece = stream.read(size)
            except (ClientDisconnected, OSError):
                self.cut = True
                current_app.logger.info("An upload was cut off; what had arrived is kept.")
                return
            # About half a second's bytes: so much is lost when a slow sender is cut off.
            quick = time.monotonic() - began < 0.5
            size = min(size * 2, LARGEST_PIECE) if quick else max(size // 4, SMALLEST_PIECE)
            if not piece:
                return
            took(len(piece))
            yield piece
