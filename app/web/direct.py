"""Uploads whose bytes the browser sends to the bucket itself: begin → parts → complete.

JSON, with the submission's token as `Authorization: Bearer …`. Every request may be repeated.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.domain import direct, uploads
from app.domain.errors import HeardError, Invalid
from app.extensions import csrf, db, limiter
from app.models import Upload
from app.web import bodies, upload_heads
from app.web.statuses import STATUSES
from app.web.upload_heads import sender
from app.web.upload_limits import so_many_bytes, took, took_whole
from storage.direct import PART_SIZE

DESCRIBED: tuple[str, ...] = ("position", "kind", "filetype", "filename")

blueprint = Blueprint("direct", __name__, url_prefix="/direct")
csrf.exempt(blueprint)  # shows its own token, carries no cookie's authority
limiter.limit("1200/minute")(blueprint)


@blueprint.after_request
def _say(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(HeardError)
def _refused(error: HeardError) -> ResponseReturnValue:
    db.session.rollback()
    return jsonify(error=gettext(error.sentence)), STATUSES.get(type(error), 422)


@blueprint.post("")
@limiter.limit("240/minute")
def begin() -> ResponseReturnValue:
    """{position, kind, filetype, filename, length?} → {id, partSize}; `length` in bytes, none
    while it is still being recorded."""
    submission, said = sender(), bodies.json_object()
    texts = {key: str(said[key]) for key in DESCRIBED if key in said}
    length = _number(said, "length") if said.get("length") is not None else None
    upload = direct.begin(submission, upload_heads.described(texts, length))
    db.session.commit()
    return jsonify(id=upload.id, partSize=PART_SIZE), 201


@blueprint.get("/<upload_id>")
def show(upload_id: str) -> ResponseReturnValue:
    """{state, length, partSize, parts: [{number, size}]}: what the bucket has."""
    upload = _upload(upload_id)
    found = direct.arrived(upload)
    parts = [{"number": part.number, "size": part.size} for part in found.parts]
    return jsonify(state=found.state, length=upload.length, partSize=PART_SIZE, parts=parts)


@blueprint.post("/<upload_id>/parts")
@limiter.limit("1200/minute")
@so_many_bytes
def address(upload_id: str) -> ResponseReturnValue:
    """{number, size} → {url}: it takes one PUT of exactly these many bytes."""
    upload, said = _upload(upload_id), bodies.json_object()
    size = _number(said, "size")
    url = direct.address(upload, _number(said, "number"), size)
    db.session.commit()
    took(size)
    return jsonify(url=url, seconds=direct.ADDRESS_FOR_S)


@blueprint.post("/<upload_id>/complete")
@so_many_bytes
def complete(upload_id: str) -> ResponseReturnValue:
    """{length} → {state, sha256}."""
    upload, said = _upload(upload_id), bodies.json_object()
    length, under_way = _number(said, "length"), upload.state == "open"
    sha256 = direct.complete(upload, length)
    if under_way:
        took_whole(length)
    return jsonify(state="received", sha256=sha256)


@blueprint.delete("/<upload_id>")
def terminate(upload_id: str) -> ResponseReturnValue:
    uploads.terminate(_upload(upload_id))
    db.session.commit()
    return "", 204


def _upload(upload_id: str) -> Upload:
    return uploads.of(sender(), upload_id, direct=True)


def _number(said: dict[str, Any], name: str) -> int:
    number = said.get(name)
    if not isinstance(number, int) or isinstance(number, bool):
        raise Invalid(direct.ODD)
    if not 0 <= number <= upload_heads.LARGEST_NUMBER:
        raise Invalid(direct.ODD)
    return number
