"""The recording page's addresses: what opens, what is refused, and in which words."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import runtime
from app.domain import capture, follow_up_lists
from app.domain.clerk import new_token
from app.extensions import db
from app.models import Field, FollowUp, Invitation, Member, Submission, Workspace, now
from tests import factories
from tests.conftest import sign_in

JSON = {"Accept": "application/json"}


@pytest.fixture
def invitation(workspace: Workspace) -> Invitation:
    program = factories.program(workspace, score_kind="csat", contact_email="people@tern.example")
    program.fields.append(Field(key="shop", label="Your shop", choices=["North", "South"]))
    db.session.commit()
    return factories.invitation(program)


def bearer(token: str) -> dict[str, str]:
    return {**JSON, "Authorization": f"Bearer {token}"}


def opening(invitation: Invitation, *purposes: str) -> dict[str, Any]:
    text = invitation.program.consent_texts[-1].id
    return {"consent_text": text, "purposes": purposes or ["internal"]}


def test_the_page_asks_the_question_in_the_customers_language(
    client: FlaskClient, invitation: Invitation
) -> None:
    page = client.get(f"/r/{invitation.code}", headers={"Accept-Language": "es-MX,es;q=0.9"})
    assert page.status_code == 200
    assert invitation.program.question in page.text
    assert '<html lang="es" dir="ltr"' in page.text
    assert "Estoy de acuerdo" in page.text and '"recording": "Grabando"' in page.text
    english = client.get(f"/r/{invitation.code}?lang=en", headers={"Accept-Language": "es"})
    assert "I agree" in english.text
    assert "I agree" in client.get(f"/r/{invitation.code}", headers={"Accept-Language": "es"}).text
    assert "camera=(self)" in page.headers["Permissions-Policy"]


def test_anyone_may_come_also_staff_of_elsewhere(
    client: FlaskClient, invitation: Invitation, stranger: Member
) -> None:
    assert sign_in(client, stranger).get(f"/r/{invitation.code}").status_code == 200


def test_unknown_closed_and_full_links_say_so(client: FlaskClient, invitation: Invitation) -> None:
    unknown = client.get("/r/nobody")
    assert unknown.status_code == 404 and "typing mistake" in unknown.text
    assert client.get("/r/%00").status_code == 400  # no text holds a NUL, whatever page
    invitation.quota = 0
    db.session.commit()
    full = client.get(f"/r/{invitation.code}", headers={"Accept-Language": "es"})
    assert full.status_code == 410 and "suficientes personas" in full.text
    assert "people@tern.example" in full.text  # a person can still be reached
    invitation.quota, invitation.closes_at = None, now() - timedelta(days=1)
    db.session.commit()
    for address in ("", "/form"):
        assert client.get(f"/r/{invitation.code}{address}").status_code == 410


def test_opened_with_consent_and_sent_once(client: FlaskClient, invitation: Invitation) -> None:
    token = new_token()
    base = f"/r/{invitation.code}/submission"
    for _ in range(2):  # a repeated request has one effect
        said = client.put(
            base, json=opening(invitation, "internal", "shared"), headers=bearer(token)
        )
        assert said.status_code == 201 and said.json is not None
        assert said.json["state"] == "draft"
        assert said.json["mine"].endswith(f"/mine/{token}")
    closing = {"written": {"0": "It came late."}, "score": 2, "fields": {"shop": "South"}}
    for _ in range(2):
        sent = client.post(f"{base}/sending", json=closing, headers=bearer(token))
        assert (sent.status_code, sent.json["state"]) == (200, "received")  # type: ignore[index]
    other = client.post(f"{base}/sending", json={**closing, "score": 5}, headers=bearer(token))
    assert other.status_code == 422
    assert db.session.scalar(select(func.count(Submission.id))) == 1
    submission = capture.by_token(token)
    assert submission.consent is not None
    assert submission.consent.purposes == ["internal", "shared"]
    assert submission.score == 2


def test_without_consent_nothing_is_opened(client: FlaskClient, invitation: Invitation) -> None:
    base = f"/r/{invitation.code}/submission"
    for body in (
        opening(invitation, "shared"),
        {**opening(invitation), "consent_text": "another"},
        {**opening(invitation), "purposes": "internal"},
        {**opening(invitation), "purposes": [1]},
        ["internal"],
        None,
    ):
        answer = client.put(base, json=body, headers=bearer(new_token()))
        assert answer.status_code == 422, body
    assert client.put(base, json=opening(invitation), headers=bearer("short")).status_code == 404
    assert client.put(base, json=opening(invitation), headers=JSON).status_code == 404
    assert db.session.scalar(select(func.count(Submission.id))) == 0


@pytest.mark.parametrize(
    "closing",
    [
        {"written": {"0": "Fine."}, "score": "5"},
        {"written": {"0": "Fine."}, "score": 99},
        {"written": {"0": "Fine."}, "score": True},
        {"written": {"x": "Fine."}},
        {"written": {"5": "Fine."}},
        {"written": ["Fine."]},
        {"written": {"0": 5}},
        {"written": {"0": "Fine."}, "fields": {"shop": ["North"]}},
        {"written": {"0": "x" * 10_001}},
        {"written": {"0": "Fine."}, "name": "x" * 5000},
        {"written": {"0": "Fine."}, "hashes": {"0": "00"}},
        {"written": {}},
        {},
        7,
    ],
)
def test_odd_sendings_are_refused_and_the_draft_stays(
    client: FlaskClient, invitation: Invitation, closing: Any
) -> None:
    token, base = new_token(), f"/r/{invitation.code}/submission"
    client.put(base, json=opening(invitation), headers=bearer(token))
    answer = client.post(f"{base}/sending", json=closing, headers=bearer(token))
    assert answer.status_code == 422 and answer.json is not None and answer.json["error"]
    assert capture.by_token(token).state == "draft"


def test_a_token_opens_only_its_own_link(client: FlaskClient, invitation: Invitation) -> None:
    token = new_token()
    client.put(f"/r/{invitation.code}/submission", json=opening(invitation), headers=bearer(token))
    other = factories.invitation(invitation.program)
    answer = client.post(
        f"/r/{other.code}/submission/sending", json={"written": {"0": "x"}}, headers=bearer(token)
    )
    assert answer.status_code == 404


def plain(invitation: Invitation, token: str, **more: Any) -> dict[str, Any]:
    text = invitation.program.consent_texts[-1].id
    return {"token": token, "consent_text": text, "purposes": "internal", **more}


def test_the_plain_form_takes_a_file_and_words(client: FlaskClient, invitation: Invitation) -> None:
    address = f"/r/{invitation.code}/form"
    assert client.get(address).status_code == 200
    token, film = new_token(), b"\x1aE\xdf\xa3" + b"film" * 1000
    for _ in range(2):
        more = {"score": "4", "field-shop": "North", "name": "=Ana"}
        file = (io.BytesIO(film), "../../film\x00.webm", "video/webm")
        answer = client.post(
            address,
            data=plain(invitation, token, **more, **{"file-0": file}),
            content_type="multipart/form-data",
        )
        assert answer.status_code == 303
        assert answer.headers["Location"] == f"/mine/{token}?sent=1"
    submission = capture.by_token(token)
    recording = submission.answers[0].recording
    assert recording is not None
    with runtime.storage().open(recording.original_key) as stored:
        assert stored.read() == film
    assert (submission.score, submission.fields) == (4, {"shop": "North"})
    assert db.session.scalar(select(func.count(Submission.id))) == 1


def test_the_plain_form_keeps_what_was_typed_when_it_refuses(
    client: FlaskClient, invitation: Invitation
) -> None:
    address, token = f"/r/{invitation.code}/form", new_token()
    data = {**plain(invitation, token), "purposes": "shared", "text-0": "It came <late>."}
    refused = client.post(address, data=data)
    assert refused.status_code == 422
    assert "It came &lt;late&gt;." in refused.text and "agreement" in refused.text
    empty = client.post(address, data=plain(invitation, token))
    assert empty.status_code == 422 and "nothing to send" in empty.text
    page = {"file-0": (io.BytesIO(b"<html>"), "film.html", "text/html")}
    odd = client.post(address, data=plain(invitation, token, **page))
    assert odd.status_code == 415 and "not a video" in odd.text
    nothing = {"file-0": (io.BytesIO(b""), "film.webm", "video/webm")}
    assert client.post(address, data=plain(invitation, token, **nothing)).status_code == 422


def test_forms_want_a_csrf_token(app: Flask, client: FlaskClient, invitation: Invitation) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    for address in ("form", "help"):
        refused = client.post(f"/r/{invitation.code}/{address}", data={"contact": "555 0100"})
        assert refused.status_code == 403 and "open for too long" in refused.text


def test_a_person_can_be_asked_for(
    client: FlaskClient, invitation: Invitation, owner: Member
) -> None:
    address = f"/r/{invitation.code}/help"
    assert "people@tern.example" in client.get(address).text
    assert client.post(address, data={"contact": "  "}).status_code == 422
    assert client.post(address, data={"contact": "5" * 5000}, headers=JSON).status_code == 422
    odd = client.post(address, data={"contact": "my <neighbour>", "note": "Lost & wet."})
    assert odd.status_code == 422 and "neither a phone number nor" in odd.text
    assert "my &lt;neighbour&gt;" in odd.text and "Lost &amp; wet." in odd.text  # nothing is lost
    spanish = client.post(address, data={"contact": "?"}, headers={**JSON, "Accept-Language": "es"})
    assert spanish.status_code == 422 and "ni un teléfono" in spanish.get_json()["error"]
    done = client.post(address, data={"contact": "555 0100", "note": "The\x00 box broke."})
    assert done.status_code == 303
    assert "A person will get in touch" in client.get(done.headers["Location"]).text
    case = db.session.scalars(select(FollowUp)).one()
    assert (case.contact, case.evidence, case.source) == ("555 0100", "The box broke.", "asked")
    assert case in follow_up_lists.of(owner.workspace_id)


def test_the_qr_code_holds_the_link(client: FlaskClient, invitation: Invitation) -> None:
    picture = client.get(f"/r/{invitation.code}/qr.svg")
    assert picture.mimetype == "image/svg+xml"
    assert f"/r/{invitation.code}</title>" in picture.text
    assert client.get("/r/nobody/qr.svg").status_code == 404
