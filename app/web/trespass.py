"""Asking for what is another workspace's is answered as if there were nothing, and remembered."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flask import Flask, Response, current_app, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from app.domain import audit, foreign
from app.extensions import db
from app.web import bodies
from app.web.access import me

REFUSED = (404, 422)
MOST = 8  # ids of one request that are looked up


def init_app(app: Flask) -> None:
    app.after_request(_remember)


def _remember(response: Response) -> Response:
    """Whatever the view looked for it with: in the path, the query, a form or JSON."""
    if response.status_code not in REFUSED or request.endpoint is None:
        return response
    if not current_user.is_authenticated:  # asked first: a stranger's body stays unread
        return response
    named = list(dict.fromkeys(each for text in _said() for each in foreign.ids_in(text)))[:MOST]
    if not named:
        return response
    db.session.rollback()  # a refused request has nothing left to keep
    mine = me()
    for row_id in named:
        if owned := foreign.of_another(row_id, mine.workspace_id):
            audit.record(
                mine.workspace_id,
                "access.refused",
                actor=f"member:{mine.id}",
                subject=(owned.kind, owned.id),
                details={"method": request.method, "endpoint": request.endpoint},
            )
            current_app.logger.warning(
                "Member %s asked for %s %s of another workspace.", mine.id, owned.kind, owned.id
            )
    db.session.commit()
    return response


def _said() -> Iterator[str]:
    yield from (str(value) for value in (request.view_args or {}).values())
    yield from request.args.values()
    if bodies.of_files():
        return
    try:
        yield from request.form.values()
        if request.is_json:
            yield json.dumps(request.get_json(silent=True))
    except (RecursionError, HTTPException):  # without end, too large, or cut off
        return
