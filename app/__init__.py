"""Heard: voice-of-customer video feedback, hosted by the company itself."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask import Flask, request
from sqlalchemy import Engine, event
from werkzeug.middleware.proxy_fix import ProxyFix

from app import logs, runtime
from app.config import Settings, read_settings
from app.extensions import Migrating, csrf, db, limiter, login
from storage import open_storage

__version__ = "0.1.0"


class Heard(Flask):
    """Flask, but its log names the route that broke and not the address: addresses hold tokens."""

    def log_exception(self, exc_info: Any) -> None:
        route = request.url_rule.rule if request.url_rule else "an unknown address"
        self.logger.error("Exception on %s [%s]", route, request.method, exc_info=exc_info)


def create_app(settings: Settings | None = None) -> Flask:
    """The web application, also the context that workers and commands run in.

    Raises:
        BadSetting, StorageError: the sentence says what to mend.
    """
    settings = settings or read_settings()
    logs.mask()
    app = Heard(__name__)
    app.config.update(_flask_config(settings))
    app.extensions["heard"] = runtime.Runtime(settings, open_storage(settings.storage_url))
    runtime.use(app.extensions["heard"])
    if settings.trusted_hops:
        hops = settings.trusted_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    db.init_app(app)
    app.extensions["migrate"] = Migrating(app)
    from app import web

    web.bodies.init_app(app)
    login.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    web.init_app(app)
    return app


def _flask_config(settings: Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_pre_ping": True,
            "hide_parameters": True,  # of a statement that broke: they are what customers said
            "connect_args": _patience(settings.database_url),
        },
        "SESSION_COOKIE_NAME": "__Host-heard" if settings.secure else "heard",
        "SESSION_COOKIE_SECURE": settings.secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": 30 * 86_400,
        "MAX_FORM_MEMORY_SIZE": 512 * 1024,
        "MAX_FORM_PARTS": 200,
        "WTF_CSRF_TIME_LIMIT": None,
        "RATELIMIT_STORAGE_URI": _limits(settings),
        # Away, it is counted for in each process; slow, it is given up as quickly as the queue.
        "RATELIMIT_STORAGE_OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
        "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
        "RATELIMIT_SWALLOW_ERRORS": True,
        "BABEL_DEFAULT_LOCALE": "en",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
    }


def _patience(database_url: str) -> dict[str, int]:
    """A PostgreSQL that is silent is given up, in seconds and milliseconds as libpq takes them
    (postgresql.org/docs/current/libpq-connect.html); SQLite's patience is a pragma below."""
    if not database_url.startswith("postgresql"):
        return {}
    return {
        "connect_timeout": 5,
        "tcp_user_timeout": 20_000,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }


def _limits(settings: Settings) -> str:
    """Counted at the queue server, so that all web processes count together."""
    if settings.testing:
        return "memory://"
    url = settings.redis_url
    return url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url


@event.listens_for(Engine, "connect")
def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    """WAL lets pages read while a worker writes; FULL makes a commit durable; what is deleted
    is written over, so that a withdrawn voice can't be read from the file. `heard_digest`: SQLite
    has no hash of its own (`app.domain.corrections.in_sql`). `heard_folded`: what the triggers of
    the full-text indexes write (migration 0015)."""
    if isinstance(connection, sqlite3.Connection):
        from app.domain.folding import folded
        from app.domain.masking import digest

        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=15000",
            "foreign_keys=ON",
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        connection.create_function("heard_digest", 1, digest, deterministic=True)
        connection.create_function("heard_folded", 1, folded, deterministic=True)
