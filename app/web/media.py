"""Serves objects to pages: in pieces, by range, never as something a browser would run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy import select

from app import runtime
from app.domain import muted, transcripts
from app.domain.errors import Conflict, NotFound
from app.extensions import db
from app.models import Answer, Recording, Submission
from app.web import masks
from app.web.access import STAFF, allow, me
from app.web.rechecking import while_allowed

blueprint = Blueprint("media", __name__)

CAPTIONS = {"vtt": "text/vtt", "srt": "application/x-subrip"}
# 15 digits reach a petabyte; a longer number is nonsense, and Python refuses to read 4,300.
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_FILENAME = re.compile(r"[^A-Za-z0-9._-]+")
# A media file opened on its own may run nothing and load nothing.
_POLICY = "default-src 'none'; media-src 'self'; img-src 'self'; sandbox"


@dataclass(frozen=True, slots=True)
class Range:
    """Bytes first..last, both included, as in HTTP."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range begins beyond the end."""


def wanted_range(header: str | None, size: int) -> Range | None:
    """The one range that a `Range` header asks for; None for the whole object.

    Several ranges, other units and nonsense are passed over, as RFC 9110 14.2 allows.

    Raises:
        Unsatisfiable: nothing of it lies inside `size` bytes.
    """
    match = _RANGE.fullmatch((header or "").strip())
    if not match or match.group(1) == match.group(2) == "":
        return None
    first, last = match.groups()
    if first == "":  # the last n bytes
        if int(last) == 0 or size == 0:
            raise Unsatisfiable
        return Range(max(0, size - int(last)), size - 1)
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Range(int(first), min(int(last), size - 1) if last else size - 1)


def send_object(key: str, media_type: str, *, download_name: str | None = None) -> Response:
    """An object as an answer, whole (200), a part of it (206) or refused (416).

    `download_name` makes it an attachment; only plain characters of it are kept. Keys are
    unique to an attempt, so an object never changes and its key serves as the ETag. A browser
    asks each time all the same: what was withdrawn must not play on from its store; nor does
    an answer that is still being sent go on (see `app.web.rechecking`).

    Raises:
        NotFound: there is no such object.
    """
    storage = runtime.storage()
    stat = storage.stat(key)
    if stat is None:
        raise NotFound
    etag = f'"{hashlib.sha256(f"{key} {stat.size}".encode()).hexdigest()[:32]}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": _POLICY,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": disposition(download_name),
    }
    if request.if_none_match.contains(etag.strip('"')):
        return Response(status=304, headers=headers)
    asked = (
        request.headers.get("Range") if request.headers.get("If-Range") in (None, etag) else None
    )
    try:
        part = wanted_range(asked, stat.size)
    except Unsatisfiable:
        headers["Content-Range"] = f"bytes */{stat.size}"
        return Response(status=416, headers=headers)
    status, span = 200, Range(0, stat.size - 1)
    if part is not None:
        status, span = 206, part
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{stat.size}"
    headers["Content-Length"] = str(span.length)
    pieces = while_allowed(_pieces(key, span), etag)
    return Response(pieces, status=status, headers=headers, content_type=media_type)


def disposition(download_name: str | None) -> str:
    if download_name is None:
        return "inline"
    return f'attachment; filename="{_FILENAME.sub("-", download_name).strip("-.") or "file"}"'


def _pieces(key: str, span: Range) -> Iterator[bytes]:
    if span.length <= 0 or request.method == "HEAD":
        return iter(())
    return runtime.storage().read_range(key, span.first, span.last)


@blueprint.get("/media/recordings/<recording_id>/playable")
@allow(*STAFF)
def playable(recording_id: str) -> Response:
    """All of it, or for whoever may not hear personal data what is silent there by now."""
    recording = _recording(recording_id)
    if muted.whole(recording) is None:
        raise NotFound
    heard = masks.heard(recording)
    if heard.file is None:
        raise Conflict(heard.sentence)
    name = f"voice-{recording.id}.{heard.file.key.rpartition('.')[2]}"
    return send_object(
        heard.file.key,
        heard.file.media_type,
        download_name=name if "download" in request.args else None,
    )


@blueprint.get("/media/recordings/<recording_id>/poster")
@allow(*STAFF)
def poster(recording_id: str) -> Response:
    recording = _recording(recording_id)
    if recording.poster_key is None:
        raise NotFound
    return send_object(recording.poster_key, "image/jpeg")


@blueprint.get("/media/recordings/<recording_id>/captions.<kind>")
@allow(*STAFF)
def captions_file(recording_id: str, kind: str) -> Response:
    """The words as captions, written from the current transcript at that moment."""
    recording = _recording(recording_id)
    transcript = transcripts.current(recording.answer)
    if kind not in CAPTIONS or transcript is None:
        raise NotFound
    write = transcripts.vtt if kind == "vtt" else transcripts.srt
    text = write(masks.seen(transcript).segments)
    response = Response(text, content_type=f"{CAPTIONS[kind]}; charset=utf-8")
    response.headers["Cache-Control"] = "private, no-cache"
    name = f"voice-{recording.id}.{kind}" if "download" in request.args else None
    response.headers["Content-Disposition"] = disposition(name)
    return response


def _recording(recording_id: str) -> Recording:
    """A received recording of this workspace, else NotFound."""
    recording = db.session.scalar(
        select(Recording)
        .join(Answer, Recording.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(
            Recording.id == recording_id,
            Submission.workspace_id == me().workspace_id,
            Submission.state == "received",
        )
    )
    if recording is None:
        raise NotFound
    return recording
