"""The recording page: by link or QR, without an account."""

from __future__ import annotations

import io
import re
from typing import Any

import segno
from flask import Blueprint, Response, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from app import runtime
from app.domain import admission, capture, consent, containers, direct, follow_ups
from app.domain.clerk import new_token
from app.domain.errors import Expired, HeardError, Invalid, NotFound
from app.extensions import csrf, db, limiter
from app.models import ConsentText, Invitation, Submission
from app.models.program import SCORES
from app.web import bodies, capture_forms, capture_texts, customers, errors
from app.web.upload_limits import so_many_bytes

blueprint = Blueprint("capture", __name__, url_prefix="/r")
customers.furnish(blueprint)
limiter.limit("300/minute")(blueprint)


@blueprint.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    invitation = _open(code)
    data = _data(invitation)
    if place := direct.place():  # the bytes may take the short way
        g.connect = f" {place.origin}"
        data["addresses"]["direct"] = url_for("direct.begin")
    return render_template("capture/page.html", **_page(invitation), data=data)


@blueprint.get("/<code>/form")
def form(code: str) -> ResponseReturnValue:
    page = _page(_open(code))
    return render_template("capture/form.html", **page, token=new_token(), given={}, sentence="")


@blueprint.post("/<code>/form")
@csrf.exempt  # `open_form` asks for its token, once it is known that the link is one
@bodies.takes_files("multipart/form-data")
@limiter.limit("60/minute")
@so_many_bytes
def take_form(code: str) -> ResponseReturnValue:
    """A whole submission in one form, for browsers without JavaScript."""
    _invitation(code)
    bodies.open_form()
    invitation, token = _invitation(code), request.form.get("token", "")
    try:
        capture_forms.take(invitation, token, _language())
        db.session.commit()
    except HeardError as error:
        db.session.rollback()
        if isinstance(error, Expired | NotFound):
            raise
        page, status = _page(_open(code)), customers.status_of(error)
        given, said = request.form, customers.say(error)
        form = render_template("capture/form.html", **page, token=token, given=given, sentence=said)
        return form, status
    return redirect(url_for("mine.show", token=token, sent=1), 303)


@blueprint.put("/<code>/submission")
@csrf.exempt  # shows its own token, carries no cookie's authority
@limiter.limit("120/minute;2400/hour")  # each new one leaves a line in the audit log
def open_submission(code: str) -> ResponseReturnValue:
    invitation, token, said = _invitation(code), _bearer(), bodies.json_object()
    text = db.session.get(ConsentText, str(said.get("consent_text", ""))[:26])
    if text is None:
        raise Invalid(consent.NEEDED)
    opened = capture.open_submission(
        invitation,
        language=_language(),
        consent_text=text,
        purposes=capture_forms.strings(said.get("purposes")),
        token=token,
    )
    db.session.commit()
    return jsonify(state=capture.told(opened.submission), mine=_mine(opened.token)), 201


@blueprint.post("/<code>/submission/sending")
@csrf.exempt
@limiter.limit("240/minute")
def send(code: str) -> ResponseReturnValue:
    submission = _submission(_invitation(code))
    capture.send(submission, capture_forms.closing(bodies.json_object()))
    db.session.commit()
    return jsonify(state=submission.state, mine=_mine(_bearer()))


@blueprint.delete("/<code>/submission")
@csrf.exempt
@limiter.limit("120/minute")
def abandon(code: str) -> ResponseReturnValue:
    """What was begun and will not be sent goes at once instead of by age."""
    capture.abandon(_submission(_invitation(code)))
    db.session.commit()
    return jsonify(state="withdrawn")


@blueprint.delete("/<code>/submission/uploads/<position>")
@csrf.exempt
@limiter.limit("240/minute")
def retake(code: str, position: str) -> ResponseReturnValue:
    """Ends what is on its way to a question, also when its address never reached the sender."""
    submission = _submission(_invitation(code))
    if not re.fullmatch("[0-9]{1,3}", position):
        raise NotFound
    capture.retake(submission, int(position))
    db.session.commit()
    return jsonify(state="draft")


@blueprint.get("/<code>/help")
def help_page(code: str) -> ResponseReturnValue:
    return _help(_invitation(code))


@blueprint.post("/<code>/help")
@limiter.limit("20/minute;60/hour")
def ask_for_help(code: str) -> ResponseReturnValue:
    invitation = _invitation(code)
    submission = _submission(invitation) if "Authorization" in request.headers else None
    try:
        follow_ups.ask(invitation.program, submission, *customers.reachable())
    except Invalid as error:
        if errors.wants_json():
            raise
        db.session.rollback()
        return _help(_invitation(code), customers.say(error)), 422
    db.session.commit()
    if errors.wants_json():
        return jsonify(asked=True), 201
    return redirect(url_for("capture.help_page", code=code, asked=1), 303)


@blueprint.get("/<code>/qr.svg")
def qr(code: str) -> Response:
    """The link as a QR code, for posters and tills."""
    invitation = _invitation(code)
    address = runtime.settings().base_url + url_for("capture.show", code=invitation.code)
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=4, scale=8, light="#fff", dark="#000", title=address
    )
    return Response(picture.getvalue(), mimetype="image/svg+xml")


def _invitation(code: str) -> Invitation:
    invitation = admission.find(code)
    g.program = invitation.program
    return invitation


def _open(code: str) -> Invitation:
    invitation = _invitation(code)
    admission.require_open(invitation)
    return invitation


def _help(invitation: Invitation, error: str = "") -> str:
    return render_template(
        "capture/help.html",
        action=url_for("capture.ask_for_help", code=invitation.code),
        back=url_for("capture.show", code=invitation.code),
        asked="asked" in request.args,
        error=error,
    )


def _submission(invitation: Invitation) -> Submission:
    submission = capture.by_token(_bearer())
    if submission.invitation_id != invitation.id:
        raise NotFound
    return submission


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not re.fullmatch(capture.TOKEN, token):
        raise NotFound
    return token


def _language() -> str:
    return str(get_locale() or "en")


def _mine(token: str) -> str:
    return runtime.settings().base_url + url_for("mine.show", token=token)


def _page(invitation: Invitation) -> dict[str, Any]:
    program = invitation.program
    text = consent.latest(program)
    return {
        "invitation": invitation,
        "questions": capture.questions(program),
        "consent_text": text,
        "offered": consent.offered(text),
        "purposes": capture_texts.purposes(),
        "scale": capture_texts.scales().get(program.score_kind or ""),
        "score_range": SCORES.get(program.score_kind or ""),
    }


def _data(invitation: Invitation) -> dict[str, Any]:
    """What the page's scripts need to know."""
    program = invitation.program
    return {
        "code": invitation.code,
        "language": _language(),
        "consentText": consent.latest(program).id,
        "questions": [
            {"text": each.text, "hint": each.hint or ""} for each in capture.questions(program)
        ],
        "maxSeconds": program.max_seconds,
        "maxBytes": runtime.settings().max_upload,
        "starts": [[at, start.hex()] for at, start in containers.STARTS],
        "hasScore": program.score_kind in SCORES,
        "addresses": {
            "submission": url_for("capture.open_submission", code=invitation.code),
            "sending": url_for("capture.send", code=invitation.code),
            "uploads": url_for("uploads.create"),
            "uploadsTo": url_for("capture.retake", code=invitation.code, position=0)[:-2],
            "help": url_for("capture.ask_for_help", code=invitation.code),
            "form": url_for("capture.form", code=invitation.code),
            "tus": url_for("static", filename="vendor/tus-js-client@4.3.1/tus.min.js"),
        },
        "texts": capture_texts.texts(),
    }
