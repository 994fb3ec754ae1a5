"""Turns the domain's sentences into answers: HTML for people, JSON for programs."""

from __future__ import annotations

from flask import Flask, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from app.domain import errors, troubles
from app.extensions import db

STATUS = {
    errors.NotFound: 404,
    errors.Forbidden: 404,
    errors.Invalid: 422,
    errors.Conflict: 409,
    errors.Expired: 410,
    errors.TooLarge: 413,
}
SENTENCES = {
    400: "That request could not be understood.",
    403: "You can't do that here.",
    404: errors.NotFound.sentence,
    405: "That can't be done at this address.",
    413: errors.TooLarge.sentence,
    429: "That was a lot at once. Please wait a minute and try again.",
    500: "Something went wrong on our side. Nothing you sent has been lost.",
    503: "This can't be answered right now. Please try again in a minute; nothing is lost.",
}
RETRY_AFTER_S = "30"


def init_app(app: Flask) -> None:
    app.register_error_handler(errors.HeardError, _refused)
    app.register_error_handler(IntegrityError, _met_another)
    for raised in troubles.RAISED:
        app.register_error_handler(raised, _away)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _broken)


def answer(status: int, sentence: str) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=sentence), status
    return render_template("errors/error.html", status=status, sentence=sentence), status


def wants_json() -> bool:
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json" or request.is_json


def _refused(error: errors.HeardError) -> ResponseReturnValue:
    db.session.rollback()
    return answer(STATUS.get(type(error), 422), error.sentence)


def _met_another(error: IntegrityError) -> ResponseReturnValue:
    """Two wrote the same at the same moment, past every earlier check: the second is refused."""
    db.session.rollback()
    current_app.logger.warning("The database refused a second row: %s", error.statement)
    return answer(STATUS[errors.Conflict], errors.Conflict.sentence)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    return answer(403, "This page was open for too long. Go back, reload it and try again.")


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    code = error.code or 500
    return answer(code, SENTENCES.get(code, error.description or "That did not work."))


def _away(error: Exception) -> ResponseReturnValue:
    """The database is locked, full or out of reach: that passes. A wrong statement doesn't."""
    db.session.rollback()
    if not troubles.away(error):
        raise error
    current_app.logger.warning("The database is away: %s", getattr(error, "orig", error))
    return _without_context(503), 503, {"Retry-After": RETRY_AFTER_S}


def _broken(_error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    return _without_context(500), 500


def _without_context(status: int) -> str | Response:
    """Written without what other pages are given: finding out who asks may be what broke."""
    sentence = SENTENCES[status]
    if wants_json():
        return jsonify(error=sentence)
    if "text/html" not in request.headers.get("Accept", ""):  # no browser, which names it
        return Response(sentence + "\n", mimetype="text/plain")
    page = current_app.jinja_env.get_template("errors/broken.html")
    return page.render(status=status, sentence=sentence)
