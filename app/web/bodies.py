"""How much of a request is read: little, except where files come in; and text that can be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.datastructures import ImmutableMultiDict

from app import runtime

# Everything that isn't a file: the longest form, all answers in writing, a codebook of 512 KB.
MOST = 1024 * 1024  # bytes
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(view: View) -> View:
    """Lets a view's requests be as large as the largest file, with room for what comes beside."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_app(app: Flask) -> None:
    """Comes before whatever reads a form, so before the check of its CSRF token too."""
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.before_request(_room)
    app.before_request(_keepable)


def keepable(said: Any) -> Any:
    """Texts, lists and dicts without what no database takes: NUL goes, half a character (a lone
    surrogate, as JSON may hold where an emoji was cut) becomes a question mark."""
    if isinstance(said, str):
        return said.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if isinstance(said, list):
        return [keepable(each) for each in said]
    if isinstance(said, dict):
        return {keepable(key): keepable(value) for key, value in said.items()}
    return said


def _room() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "takes_files", False):
        request.max_content_length = runtime.settings().max_upload + MOST


def _keepable() -> None:
    """Forms alone: what comes as something else is read by its view, after who sends it."""
    if request.endpoint and request.mimetype in FORMS:
        pairs = list(request.form.items(multi=True))
        if any("\0" in text for pair in pairs for text in pair):
            request.form = ImmutableMultiDict([(keepable(k), keepable(v)) for k, v in pairs])
