"""Customer pages speak the customer's language, staff pages English for now."""

from __future__ import annotations

from flask import Flask, g, request, session
from flask_babel import get_locale

from app.extensions import babel

LANGUAGES = {"en": "English", "es": "Español"}


def init_app(app: Flask) -> None:
    babel.init_app(app, locale_selector=choose)
    app.context_processor(_in_templates)


def _in_templates() -> dict[str, object]:
    locale = get_locale()
    direction = locale.text_direction if locale else "ltr"
    return {"languages": LANGUAGES, "lang": str(locale or "en"), "dir": direction}


def choose() -> str:
    """The one asked for (`?lang=es`, kept in the session), else the browser's."""
    if not g.get("customer_page"):
        return "en"
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        session["lang"] = asked
    kept = session.get("lang")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or "en"
