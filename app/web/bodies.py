"""How much of a request is read: little, except where files come in; and text that can be kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import ImmutableMultiDict

from app import runtime
from app.domain.direct import ODD
from app.domain.errors import Invalid
from app.extensions import csrf, db
from app.web import form_files

# Everything that isn't a file: the longest form, all answers in writing, a codebook of 960 KB.
MOST = 1024 * 1024  # bytes
# One field beside files: ten thousand characters. All of them together are held in memory.
LONGEST = 64 * 1024  # bytes
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
View = TypeVar("View", bound=Callable[..., Any])


def takes_files(media_type: str) -> Callable[[View], View]:
    """Lets a view's requests of this media type be as large as the largest file, with room for
    what comes beside. Nothing reads their bodies before the view does."""

    def mark(view: View) -> View:
        view.takes_files = media_type  # type: ignore[attr-defined]
        return view

    return mark


def init_app(app: Flask) -> None:
    """Comes before whatever reads a form, so before the check of its CSRF token too."""
    app.config["MAX_CONTENT_LENGTH"] = MOST
    app.request_class = form_files.Request
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


def json_object() -> dict[str, Any]:
    """What the request says as JSON, in texts that can be kept. Rolls back. Raises Invalid: it is
    no object."""
    _hold_nothing()
    try:
        said = keepable(request.get_json(silent=True))
    except RecursionError:  # a thousand brackets and nothing in them
        said = None
    if not isinstance(said, dict):
        raise Invalid(ODD)
    return said


def of_files() -> str:
    """The media type in which this request's view takes files, "" where it takes none."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "takes_files", "")


def open_form() -> None:
    """Reads a form that may hold files, for a view that knows by now that the sender may send it.
    Rolls back: what the view looked up, it looks up anew.

    The view is exempt from the check of the form's CSRF token that comes before all views, since
    that reads the form as well: it is made here. Who was never given a token is not read at all.

    Raises:
        CSRFError, RequestEntityTooLarge, TooManyRequests, NoRoom, Unwritable
    """
    checked = current_app.config["WTF_CSRF_ENABLED"]
    if checked and current_app.config["WTF_CSRF_FIELD_NAME"] not in session:
        raise CSRFError
    _hold_nothing()
    with form_files.one_of_few():
        if checked:
            csrf.protect()
        _clean()


def _hold_nothing() -> None:
    """Bytes may drip in: meanwhile the database's connection is somebody else's."""
    db.session.rollback()


def _room() -> None:
    if (media_type := of_files()) and request.mimetype == media_type:
        request.max_content_length = runtime.settings().max_upload + MOST
        request.max_form_memory_size = LONGEST


def _keepable() -> None:
    """Forms alone: what comes as something else is read by its view, after who sends it."""
    if request.endpoint and not of_files():
        _clean()


def _clean() -> None:
    if request.mimetype in FORMS:
        pairs = list(request.form.items(multi=True))
        if any("\0" in text for pair in pairs for text in pair):
            request.form = ImmutableMultiDict([(keepable(k), keepable(v)) for k, v in pairs])
