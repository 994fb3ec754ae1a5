"""One application per worker process, and its context around each job."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from app.extensions import db


@functools.cache
def application() -> Flask:
    return create_app()


@contextmanager
def context() -> Iterator[Flask]:
    """The application's context with a session of its own, put away afterwards."""
    app = application()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
