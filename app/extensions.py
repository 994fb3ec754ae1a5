"""Flask's extensions, unbound. `create_app` binds them."""

from __future__ import annotations

from typing import Any

from flask import Flask, request, session
from flask_babel import Babel
from flask_limiter import Limiter
from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

from app import networks

db = SQLAlchemy()
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()


class Migrating:
    """What Flask-Migrate keeps in an application, brought by whoever asks for it first: its Alembic
    is a fifth of what a process imports, and hardly any process migrates."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate

        Migrate(self._app, db, directory="migrations", render_as_batch=True)
        return getattr(self._app.extensions["migrate"], name)


def who_asks() -> str:
    """For whom a request is counted: the signed-in member, so that a flood from the same address
    doesn't keep them out; else where they ask from (`app.networks`)."""
    if signed_in := session.get("_user_id"):
        return f"member {signed_in.partition('.')[0]}"
    return networks.of(request.remote_addr or "")


# What has no limit of its own, each address by itself: pages ask for their news every two seconds,
# a player for a few ranges.
limiter = Limiter(key_func=who_asks, default_limits=["600 per minute"], strategy=networks.STRATEGY)
