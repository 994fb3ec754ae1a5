"""The places that the staff's pages lead to: those that are built, the current one marked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from app.web.access import STAFF, me

PLACES = (
    ("Board", "/"),
    ("Voices", "/voices"),
    ("Follow-ups", "/follow-ups"),
    ("Following", "/following"),
    ("Exports", "/exports"),
    ("Settings", "/settings"),
)


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    path: str
    here: bool


def init_app(app: Flask) -> None:
    app.context_processor(lambda: {"navigation": navigation, "routed": routed, "built": built})


def navigation() -> list[Place]:
    return [Place(name, path, _here(path)) for name, path in PLACES if _open_to_me(path)]


def _open_to_me(path: str) -> bool:
    """Whether a page answers here that this member's role may see."""
    if not routed(path):
        return False
    endpoint, _ = current_app.url_map.bind("").match(path)
    roles = getattr(current_app.view_functions[endpoint], "roles", STAFF)
    return current_user.is_authenticated and me().role in roles


def routed(path: str, method: str = "GET") -> bool:
    """Whether some page answers at this path."""
    try:
        current_app.url_map.bind("").match(path, method=method)
    except (NotFound, MethodNotAllowed):
        return False
    except RequestRedirect:  # the page ends in a slash
        return True
    return True


def built(endpoint: str) -> bool:
    """Whether there is a view with this name."""
    return endpoint in current_app.view_functions


def _here(path: str) -> bool:
    return request.path == path if path == "/" else (request.path + "/").startswith(path + "/")
