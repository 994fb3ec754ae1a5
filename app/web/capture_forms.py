"""What a sender says, made into what the domain takes. Anything odd is Invalid, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage

from app.domain import appending, capture, consent, details, uploads
from app.domain.errors import Invalid
from app.domain.wording import mark
from app.extensions import db
from app.models import ConsentText, Invitation, Submission
from app.web.upload_limits import took_whole

ODD = mark("That request could not be understood.")


def strings(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid(ODD)
    return value


def closing(said: Mapping[str, Any]) -> details.Closing:
    """From JSON: score, fields, name, reference, written {position: text}, hashes, camera."""
    score = said.get("score")
    if score is not None and (isinstance(score, bool) or not isinstance(score, int)):
        raise Invalid(ODD)
    return details.Closing(
        score=score,
        fields=_texts(said.get("fields")),
        display_name=_text(said.get("name")),
        reference=_text(said.get("reference")),
        written=_by_position(said.get("written")),
        hashes=_by_position(said.get("hashes")),
        camera=_text(said.get("camera")),
    )


def take(invitation: Invitation, token: str, language: str) -> Submission:
    """The plain form: opens, stores the files, sends. Commits while files arrive."""
    form = request.form
    text = db.session.get(ConsentText, form.get("consent_text", "")[:26])
    if text is None:
        raise Invalid(consent.NEEDED)
    opened = capture.open_submission(
        invitation,
        language=language,
        consent_text=text,
        purposes=form.getlist("purposes"),
        token=token,
    )
    submission, written = opened.submission, {}
    for position in range(len(capture.questions(invitation.program))):
        file = request.files.get(f"file-{position}")
        if file is not None and file.filename and submission.state == "draft":
            _take_file(submission, position, file)
        elif words := form.get(f"text-{position}", "").strip():
            written[position] = words
    score = form.get("score", "")
    return capture.send(
        submission,
        details.Closing(
            score=int(score) if score.isascii() and score.isdigit() and len(score) < 4 else None,
            fields={k.removeprefix("field-"): v for k, v in form.items() if k.startswith("field-")},
            display_name=form.get("name", ""),
            reference=form.get("reference", ""),
            written=written,
        ),
    )


def _take_file(submission: Submission, position: int, file: FileStorage) -> None:
    file.stream.seek(0, 2)
    length = file.stream.tell()
    file.stream.seek(0)
    media_type = "".join(c for c in file.mimetype or "" if c.isprintable())
    appending.take_file(
        submission,
        uploads.Declared(
            length=length,
            position=position,
            kind="audio" if media_type.startswith("audio/") else "video",
            media_type=media_type,
            filename="".join(c for c in file.filename or "" if c.isprintable())[:200],
        ),
        file.stream,  # type: ignore[arg-type]
    )
    took_whole(length)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(ODD)
    return value


def _texts(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(ODD)
    return {key: _text(text) for key, text in value.items()}


def _by_position(value: Any) -> dict[int, str]:
    texts = _texts(value)
    if not all(key.isascii() and key.isdigit() and len(key) < 4 for key in texts):
        raise Invalid(ODD)
    return {int(key): text for key, text in texts.items()}
