"""Commands by noun; each calls a domain verb."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Adds the commands to `flask --app wsgi`."""
