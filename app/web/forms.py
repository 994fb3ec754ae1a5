"""What a form sent, as the domain wants it; and how a refused one is shown again, as typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.domain.errors import HeardError, Invalid
from app.extensions import db
from app.web.errors import STATUS


def text(name: str) -> str:
    return request.form.get(name, "")


def optional(name: str) -> str | None:
    """None where nothing was chosen."""
    return request.form.get(name) or None


def lines(name: str) -> list[str]:
    return [each.strip() for each in text(name).splitlines() if each.strip()]


def number(name: str, what: str) -> int:
    given = text(name).strip()
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise Invalid(f"{what} must be a whole number.")
    return int(given)


def optional_number(name: str, what: str) -> int | None:
    return number(name, what) if text(name).strip() else None


def end_of_day(name: str, what: str) -> datetime | None:
    """The last second, in UTC, of a day that a date field gave; None where it was left empty."""
    given = text(name).strip()
    if not given:
        return None
    try:
        day = datetime.strptime(given, "%Y-%m-%d").date()
    except ValueError as error:
        raise Invalid(f"{what} must be a date such as 2026-05-31.") from error
    return datetime.combine(day, time(23, 59, 59), UTC)


def refused(
    template: str,
    error: HeardError,
    typed: Mapping[str, object] | None = None,
    values: Callable[[], Mapping[str, object]] = dict,
) -> ResponseReturnValue:
    """The page again with the sentence and what was typed, under the refusal's own status.

    Rolls back first; `values` makes the rest of the page from what is really there.
    """
    db.session.rollback()
    shown = request.form.to_dict() if typed is None else typed
    page = render_template(template, problem=error.sentence, typed=shown, **values())
    return page, STATUS.get(type(error), 422)
