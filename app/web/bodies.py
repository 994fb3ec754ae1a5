"""How much of a request is read: little, except where files come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

from app import runtime

# Everything that isn't a file: the longest form, all answers in writing, a codebook of 512 KB.
MOST = 1024 * 1024  # bytes
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Lets a view's requests be as large as the largest file, with room for what comes beside."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Comes before whatever reads a form, so before the check of its CSRF token too."""
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.before_request(_room)


def _room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        request.max_content_length = runtime.settings().max_upload + MOST
