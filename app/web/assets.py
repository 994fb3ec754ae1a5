"""Static files carry a hash of their content, so that they may be kept for ever."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, url_for


def init_app(app: Flask) -> None:
    root = Path(app.static_folder or "")

    @functools.lru_cache(maxsize=512)
    def digest(filename: str, _changed: float) -> str:
        return hashlib.sha256((root / filename).read_bytes()).hexdigest()[:12]

    def asset(filename: str) -> str:
        """The address of a static file; raises FileNotFoundError for one that isn't there."""
        return url_for("static", filename=filename, v=digest(filename, _mtime(root / filename)))

    app.context_processor(lambda: {"asset": asset})
    app.after_request(_keep)


def _mtime(path: Path) -> float:
    return path.stat().st_mtime


def _keep(response: Any) -> Any:
    from flask import request

    if request.endpoint == "static" and "v" in request.args:
        response.cache_control.max_age = 31_536_000
        response.cache_control.immutable = True
        response.cache_control.public = True
    return response
