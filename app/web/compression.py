"""Our own style sheets and scripts go out packed. Pages don't: they carry secrets beside what a
visitor typed, which packing can give away (BREACH); a proxy in front may choose otherwise."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request

PACKED = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def init_app(app: Flask) -> None:
    root = Path(app.static_folder or "")

    @app.after_request
    def pack(response: Response) -> Response:
        if request.endpoint != "static" or response.mimetype not in PACKED:
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code != 200 or not request.accept_encodings["gzip"]:
            return response
        path = root / str((request.view_args or {})["filename"])
        response.direct_passthrough = False
        response.set_data(_packed(path, path.stat().st_mtime))
        response.headers["Content-Encoding"] = "gzip"
        return response


@lru_cache(maxsize=256)
def _packed(path: Path, _changed: float) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
