"""tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation (also with the first bytes,
and with the length said later), termination, checksum, expiration.

The sender shows the submission's token as `Authorization: Bearer …`, never in the address, so
there is nothing here for a cross-site request to ride on and no CSRF token is asked for.
"""

from __future__ import annotations

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from app import runtime
from app.domain import appending, uploads
from app.domain.errors import HeardError, TooLarge
from app.domain.wording import mark
from app.extensions import csrf, db, limiter
from app.models import Upload
from app.web import bodies, upload_heads
from app.web.errors import SENTENCES
from app.web.overriding import Overriding
from app.web.statuses import STATUSES
from app.web.upload_bodies import Body
from app.web.upload_limits import so_many_bytes, took_whole

VERSION = "1.0.0"
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "termination",
    "checksum",
    "expiration",
)
BYTES = "application/offset+octet-stream"

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")
csrf.exempt(blueprint)
limiter.limit("1200/minute")(blueprint)
blueprint.record_once(lambda state: Overriding.put_on(state.app, "/uploads"))


@blueprint.before_request
def _speak() -> Response | None:
    g.customer_page = True
    if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
        return _refuse(412, gettext(mark("This sender speaks another version of the protocol.")))
    return None


@blueprint.after_request
def _say(response: Response) -> Response:
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Tus-Version"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(HeardError)
def _refused(error: HeardError) -> Response:
    db.session.rollback()
    response = _refuse(STATUSES.get(type(error), 422), gettext(error.sentence))
    if isinstance(error, appending.WrongOffset):
        response.headers["Upload-Offset"] = str(error.offset)
    return response


@blueprint.errorhandler(HTTPException)
def _odd(error: HTTPException) -> Response:
    code = error.code or 500
    return _refuse(code, gettext(SENTENCES.get(code, SENTENCES[400])))


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def abilities(upload_id: str = "") -> Response:
    headers = {
        "Tus-Max-Size": str(runtime.settings().max_upload),
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Checksum-Algorithm": ",".join(appending.ALGORITHMS),
    }
    return Response(status=204, headers=headers)


@blueprint.post("")
@bodies.takes_files(BYTES)
@limiter.limit("240/minute")
@so_many_bytes
def create() -> Response:
    submission, declared = upload_heads.sender(), upload_heads.declared()
    size, checksum = request.content_length or 0, upload_heads.checksum()
    with_bytes = request.mimetype == BYTES
    if size and not with_bytes:
        raise uploads.UnknownType(mark("The bytes must come as application/offset+octet-stream."))
    if declared.length is not None and size > declared.length:
        raise TooLarge(appending.PAST)
    upload = uploads.declare(submission, declared)
    db.session.commit()
    headers = {"Location": url_for("uploads.show", upload_id=upload.id), "Upload-Offset": "0"}
    if with_bytes:
        body = Body()
        offset = appending.append(upload, body, offset=0, size=size or None, checksum=checksum)
        _count(upload)
        headers["Upload-Offset"] = str(offset)
    return Response(status=201, headers={**headers, **_until(upload)})


@blueprint.route("/<upload_id>", methods=["HEAD"])
def show(upload_id: str) -> Response:
    upload = uploads.of(upload_heads.sender(), upload_id)
    appending.settle(upload)
    return Response(status=200, headers={**_progress(upload), **_until(upload)})


@blueprint.patch("/<upload_id>")
@bodies.takes_files(BYTES)
@limiter.limit("1200/minute")
@so_many_bytes
def append(upload_id: str) -> Response:
    upload = uploads.of(upload_heads.sender(), upload_id)
    under_way = upload.state == "open"
    if request.mimetype != BYTES:
        raise uploads.UnknownType(mark("The bytes must come as application/offset+octet-stream."))
    body = Body()
    offset = appending.append(
        upload,
        body,
        offset=upload_heads.number("Upload-Offset"),
        size=request.content_length,
        length=upload_heads.number("Upload-Length") if "Upload-Length" in request.headers else None,
        checksum=upload_heads.checksum(),
    )
    if under_way:
        _count(upload)
    if body.cut:
        return _refuse(400, gettext("The connection was cut. Go on from where it stopped."))
    return Response(status=204, headers={"Upload-Offset": str(offset), **_until(upload)})


@blueprint.delete("/<upload_id>")
def terminate(upload_id: str) -> Response:
    uploads.terminate(uploads.of(upload_heads.sender(), upload_id))
    db.session.commit()
    return Response(status=204)


def _count(upload: Upload) -> None:
    if upload.state == "received":
        took_whole(upload.length or 0)


def _progress(upload: Upload) -> dict[str, str]:
    said = {"Upload-Offset": str(upload.offset)}
    if upload.length is None:
        said["Upload-Defer-Length"] = "1"
    else:
        said["Upload-Length"] = str(upload.length)
    if upload.said:
        said["Upload-Metadata"] = upload.said
    return said


def _until(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at)} if upload.state == "open" else {}


def _refuse(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")
