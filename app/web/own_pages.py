"""What a customer's own pages share: reached by the personal link alone, and quiet about it."""

from __future__ import annotations

from flask import Blueprint, current_app, g, request
from flask_wtf.csrf import ValidationError, validate_csrf

from app.domain import capture
from app.extensions import csrf, limiter
from app.models import Submission
from app.web import customers
from app.web.statuses import Stale


def furnish(blueprint: Blueprint) -> None:
    """Makes a blueprint's pages a customer's own."""
    customers.furnish(blueprint)
    blueprint.before_request(_own_forms_only)
    blueprint.after_request(customers.no_trace)
    limiter.limit("240/minute")(blueprint)
    # Flask-WTF wants a Referer over https, and these pages must not send one: checked below.
    csrf.exempt(blueprint)


def submission(token: str) -> Submission:
    """Raises NotFound."""
    found = capture.by_token(token)
    g.program = found.program
    return found


def _own_forms_only() -> None:
    if request.method == "POST" and current_app.config.get("WTF_CSRF_ENABLED", True):
        try:
            validate_csrf(request.form.get("csrf_token"))
        except ValidationError as error:
            raise Stale from error
