"""What tus says in a request's head (https://tus.io/protocols/resumable-upload), made into what the
domain takes. Whatever can't be read is BadRequest, never a crash."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from flask import request

from app.domain import appending, capture, uploads
from app.domain.errors import Invalid, NotFound
from app.domain.wording import mark
from app.models import Submission

# Bytes of what is said of a file, told again word for word while it is under way (tus, HEAD): a
# name of 5000 letters in base64. What is kept of a name is cut to 200 letters.
LONGEST_SAID = 8 * 1024
LARGEST_NUMBER = 2**53  # what every sender's language can count to exactly


class BadRequest(Invalid):
    """A header that can't be read."""


def sender() -> Submission:
    """Whose token the head shows. Raises NotFound, also where it was taken back."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotFound
    submission = capture.by_token(token.strip())
    if submission.state == "withdrawn":
        raise NotFound
    return submission


def number(header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > LARGEST_NUMBER:
        raise BadRequest(mark("A number in the request's head can't be read."))
    return int(text)


def length() -> int | None:
    """Either it is said, or it is said that it comes later: one of the two, not both."""
    later = request.headers.get("Upload-Defer-Length")
    if later is None:
        return number("Upload-Length")
    if later != "1" or "Upload-Length" in request.headers:
        raise BadRequest(mark("A number in the request's head can't be read."))
    return None


def declared() -> uploads.Declared:
    header = request.headers.get("Upload-Metadata", "")
    return described(metadata(header), length(), header)


def described(said: Mapping[str, str], length: int | None, header: str = "") -> uploads.Declared:
    """`said`: position, kind, filetype, filename. Raises Invalid."""
    position = said.get("position", "0")
    if not (position.isascii() and position.isdigit()) or len(position) > 4:
        raise Invalid(mark("There is no such question here."))
    media_type = _name(said.get("filetype", ""))
    audio = media_type.lower().startswith("audio/")
    return uploads.Declared(
        length=length,
        position=int(position),
        kind=said.get("kind", "audio" if audio else "video"),
        media_type=media_type,
        filename=_name(said.get("filename", "")),
        said=header,
    )


def metadata(header: str) -> dict[str, str]:
    """`key base64,key base64` → texts. Raises BadRequest."""
    if not header.isascii() or len(header) > LONGEST_SAID:
        raise BadRequest(mark("What the sender says of the file can't be read."))
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


def checksum() -> appending.Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _, value = header.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(mark("The checksum can't be read.")) from error
    if algorithm not in appending.ALGORITHMS or not digest:
        raise BadRequest(mark("Only SHA-1 and SHA-256 are known here."))
    return appending.Checksum(algorithm, digest)


def _name(filename: str) -> str:
    """For people to read, never a path: the key is generated, the header encoded."""
    return "".join(c for c in filename if c.isprintable())[:200]
