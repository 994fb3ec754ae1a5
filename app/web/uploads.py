"""tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation (also with
the length said later), termination, checksum.

The sender shows the submission's token as `Authorization: Bearer …`, never in the address, so
there is nothing here for a cross-site request to ride on and no CSRF token is asked for.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, g, request, url_for
from flask_babel import gettext
from werkzeug.exceptions import ClientDisconnected, HTTPException

from app import runtime
from app.domain import capture, parts, uploads
from app.domain.errors import HeardError, Invalid, NotFound
from app.domain.wording import mark
from app.extensions import csrf, db, limiter
from app.models import Submission, Upload
from app.web import bodies
from app.web.errors import STATUS

VERSION = "1.0.0"
LARGEST_NUMBER = 2**53

blueprint = Blueprint("uploads", __name__, url_prefix="/uploads")
csrf.exempt(blueprint)
limiter.limit("1200/minute")(blueprint)

STATUSES: dict[type[HeardError], int] = {
    **STATUS,
    parts.Locked: 423,
    parts.NoRoom: 507,
    uploads.WrongOffset: 409,
    uploads.Damaged: 460,
    uploads.UnknownType: 415,
    uploads.NotKept: 503,
}


class BadRequest(Invalid):
    """A header that can't be read."""


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
    status = 400 if isinstance(error, BadRequest) else STATUSES.get(type(error), 422)
    response = _refuse(status, gettext(error.sentence))
    if isinstance(error, uploads.WrongOffset):
        response.headers["Upload-Offset"] = str(error.offset)
    return response


@blueprint.errorhandler(HTTPException)
def _odd(error: HTTPException) -> Response:
    return _refuse(error.code or 500, gettext("That request could not be understood."))


@blueprint.route("", methods=["OPTIONS"], provide_automatic_options=False)
@blueprint.route("/<upload_id>", methods=["OPTIONS"], provide_automatic_options=False)
def abilities(upload_id: str = "") -> Response:
    headers = {
        "Tus-Max-Size": str(runtime.settings().max_upload),
        "Tus-Extension": "creation,creation-defer-length,termination,checksum",
        "Tus-Checksum-Algorithm": ",".join(uploads.ALGORITHMS),
    }
    return Response(status=204, headers=headers)


@blueprint.post("")
@limiter.limit("240/minute")
def create() -> Response:
    submission = _sender()
    upload = uploads.declare(submission, _declared())
    db.session.commit()
    location = url_for("uploads.show", upload_id=upload.id)
    return Response(status=201, headers={"Location": location, "Upload-Offset": "0"})


@blueprint.route("/<upload_id>", methods=["HEAD"])
def show(upload_id: str) -> Response:
    upload = uploads.of(_sender(), upload_id)
    uploads.settle(upload)
    return Response(status=200, headers=_progress(upload))


@blueprint.patch("/<upload_id>")
@bodies.takes_files
def append(upload_id: str) -> Response:
    upload = uploads.of(_sender(), upload_id)
    if request.mimetype != "application/offset+octet-stream":
        raise uploads.UnknownType(mark("The bytes must come as application/offset+octet-stream."))
    body = Body()
    offset = uploads.append(
        upload,
        body,
        offset=_number("Upload-Offset"),
        size=request.content_length,
        length=_number("Upload-Length") if "Upload-Length" in request.headers else None,
        checksum=_checksum(),
    )
    if body.cut:
        return _refuse(400, gettext("The connection was cut. Go on from where it stopped."))
    return Response(status=204, headers={"Upload-Offset": str(offset)})


@blueprint.delete("/<upload_id>")
def terminate(upload_id: str) -> Response:
    uploads.terminate(uploads.of(_sender(), upload_id))
    db.session.commit()
    return Response(status=204)


@blueprint.post("/<upload_id>")
@bodies.takes_files
def overridden(upload_id: str) -> Response:
    """For senders behind proxies that let only GET and POST through."""
    wanted = request.headers.get("X-HTTP-Method-Override", "").upper()
    if wanted not in ("PATCH", "DELETE", "HEAD"):
        return _refuse(405, gettext("That can't be done at this address."))
    return {"PATCH": append, "DELETE": terminate, "HEAD": show}[wanted](upload_id)


class Body:
    """The request's body in pieces. Ends early, and says so, when the sender goes away:
    what has arrived until then counts."""

    def __init__(self) -> None:
        self.cut = False

    def __iter__(self) -> Iterator[bytes]:
        stream = request.stream
        while True:
            try:
                piece = stream.read(uploads.PIECE)
            except (ClientDisconnected, OSError):
                self.cut = True
                current_app.logger.info("An upload was cut off; what had arrived is kept.")
                return
            if not piece:
                return
            yield piece


def _sender() -> Submission:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotFound
    submission = capture.by_token(token.strip())
    if submission.state == "withdrawn":
        raise NotFound
    return submission


def _progress(upload: Upload) -> dict[str, str]:
    known = upload.length is not None
    length = {"Upload-Length": str(upload.length)} if known else {"Upload-Defer-Length": "1"}
    return {"Upload-Offset": str(upload.offset), **length}


def _number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > LARGEST_NUMBER:
        raise BadRequest(mark("A number in the request's head can't be read."))
    return int(text)


def _declared() -> uploads.Declared:
    said = _metadata(request.headers.get("Upload-Metadata", ""))
    position = said.get("position", "0")
    if not (position.isascii() and position.isdigit()) or len(position) > 4:
        raise Invalid(mark("There is no such question here."))
    media_type = _name(said.get("filetype", ""))
    audio = media_type.lower().startswith("audio/")
    return uploads.Declared(
        length=_length(),
        position=int(position),
        kind=said.get("kind", "audio" if audio else "video"),
        media_type=media_type,
        filename=_name(said.get("filename", "")),
    )


def _length() -> int | None:
    """Either it is said, or it is said that it comes later: one of the two, not both."""
    later = request.headers.get("Upload-Defer-Length")
    if later is None:
        return _number("Upload-Length")
    if later != "1" or "Upload-Length" in request.headers:
        raise BadRequest(mark("A number in the request's head can't be read."))
    return None


def _metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` → texts. Raises BadRequest."""
    said: dict[str, str] = {}
    for pair in filter(None, (each.strip() for each in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            text = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, ValueError) as error:
            raise BadRequest(mark("What the sender says of the file can't be read.")) from error
        if key in said:
            raise BadRequest(mark("What the sender says of the file can't be read."))
        said[key] = text
    return said


def _name(filename: str) -> str:
    """For people to read, never a path: the key is generated, the header encoded."""
    return "".join(c for c in filename if c.isprintable())[:200]


def _checksum() -> uploads.Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(mark("The checksum can't be read.")) from error
    if algorithm not in uploads.ALGORITHMS or not digest:
        raise BadRequest(mark("Only SHA-1 and SHA-256 are known here."))
    return uploads.Checksum(algorithm, digest)


def _refuse(status: int, sentence: str) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")
