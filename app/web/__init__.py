"""The pages: each view loads with permission, calls one domain verb, answers."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from app.web import bodies as bodies

# One line for each page file; it holds `blueprint`.
BLUEPRINTS = (
    "health",
    "api",
    "board",
    "voices",
    "search",
    "words",
    "masks",
    "corrections",
    "agreement",
    "accuracy",
    "capture",
    "uploads",
    "direct",
    "mine",
    "mine_words",
    "media",
    "auth",
    "settings",
    "workspace",
    "programs",
    "program_parts",
    "codebook_changes",
    "codebooks",
    "proposals",
    "follow_ups",
    "alerts",
    "channels",
    "clips",
    "shared",
    "exports",
    "erasures",
    "fairness",
    "audit",
)


def init_app(app: Flask) -> None:
    from app.web import (
        access,
        assets,
        compression,
        errors,
        limits,
        locale,
        navigation,
        presenters,
        security,
        trespass,
        waves,
    )

    for part in (
        security,
        access,
        errors,
        locale,
        compression,
        assets,
        navigation,
        presenters,
        waves,
        limits,
        trespass,
    ):
        part.init_app(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"app.web.{name}").blueprint)
