"""For senders behind proxies that let only GET and POST through: the method that they mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask

METHODS = ("POST", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Overriding:
    """WSGI: `X-HTTP-Method-Override` takes the place of the request's method below `prefix`, as
    tus asks for, and nowhere else. Those who call nothing but HTTP may send another method
    anyway; a form in a browser can't set the header."""

    def __init__(self, wsgi: Any, prefix: str) -> None:
        self._wsgi, self._prefix = wsgi, prefix

    @classmethod
    def put_on(cls, app: Flask, prefix: str) -> None:
        app.wsgi_app = cls(app.wsgi_app, prefix)  # type: ignore[method-assign]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE", "").upper()
        path = environ.get("PATH_INFO", "")
        here = path == self._prefix or path.startswith(f"{self._prefix}/")
        if here and wanted in METHODS:
            environ["REQUEST_METHOD"] = wanted
        answer: Iterable[bytes] = self._wsgi(environ, start_response)
        return answer
