"""The places that the staff's pages lead to: those that are built, the current one marked."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

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
    return [Place(name, path, _here(path)) for name, path in PLACES if routed(path)]


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
