"""The customer's own page: theirs alone, quiet about its address, and in charge."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import runtime
from app.domain import processing
from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Answer, FollowUp, Member, Submission, Workspace, now
from tests import factories
from tests.conftest import sign_in
from tests.web.pages import lasting


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def submission(workspace: Workspace, token: str) -> Submission:
    program = factories.program(workspace, score_kind="nps")
    submission = factories.submission(
        program, token_hash=token_hash(token), score_kind="nps", score=3, language="en"
    )
    answer = factories.answer(submission)
    factories.transcript(answer, "the driver left it in the rain")
    assert answer.recording is not None
    answer.recording.playable_key = f"recordings/{answer.recording.id}/1/playable.webm"
    answer.recording.playable_type = "video/webm"
    answer.recording.has_video = True
    runtime.storage().put(answer.recording.playable_key, b"playable bytes")
    db.session.commit()
    return submission


def test_it_shows_what_is_kept_and_leaves_no_trace(
    client: FlaskClient, submission: Submission, token: str
) -> None:
    page = client.get(f"/mine/{token}")
    assert page.status_code == 200
    assert "the driver left it in the rain" in page.text
    assert "version 1" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert page.headers["Cache-Control"] == "no-store"


def test_the_recording_plays_by_range_for_its_customer_only(
    client: FlaskClient, submission: Submission, token: str, owner: Member
) -> None:
    recording = submission.answers[0].recording
    assert recording is not None
    base = f"/mine/{token}/recordings/{recording.id}"
    part = client.get(f"{base}/playable", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.data) == (206, b"play")
    assert "driver" in client.get(f"{base}/captions.vtt").text
    assert client.get(f"{base}/poster").status_code == 404  # there is none
    elsewhere = factories.submission(
        factories.program(factories.workspace("Elsewhere")), token_hash=token_hash("x" * 43)
    )
    assert elsewhere.token_hash
    assert client.get(f"/mine/{'x' * 43}/recordings/{recording.id}/playable").status_code == 404
    signed_in = sign_in(client, owner)  # being staff opens no customer's page
    assert signed_in.get(f"/mine/{new_token()}").status_code == 404
    for wrong in ("%FF", "short", "x" * 5000):
        assert client.get(f"/mine/{wrong}").status_code == 404


def test_it_says_when_a_recording_is_not_ready_or_never_will_be(
    client: FlaskClient, submission: Submission, token: str
) -> None:
    answer = submission.answers[0]
    assert answer.recording is not None
    answer.recording.playable_key = None
    run = processing.begin(answer)
    db.session.commit()
    assert "It is being prepared" in client.get(f"/mine/{token}").text
    run.steps[0].state = "failed"
    db.session.commit()
    assert "kept as you sent it" in client.get(f"/mine/{token}").text

    invitation = submission.invitation = factories.invitation(submission.program)
    db.session.commit()
    again = f'href="/r/{invitation.code}"'
    assert again in client.get(f"/mine/{token}").text  # to tell it in another way
    invitation.closes_at = now()
    db.session.commit()
    page = client.get(f"/mine/{token}").text
    assert "kept as you sent it" in page and again not in page


def test_purposes_can_be_changed(client: FlaskClient, submission: Submission, token: str) -> None:
    changed = client.post(f"/mine/{token}/purposes", data={})
    assert changed.status_code == 303
    db.session.refresh(submission)
    assert submission.consent is not None and submission.consent.purposes == ["internal"]
    client.post(f"/mine/{token}/purposes", data={"purposes": ["shared"]})
    db.session.refresh(submission.consent)
    assert submission.consent.purposes == ["internal", "shared"]
    refused = client.post(f"/mine/{token}/purposes", data={"purposes": ["public"]})
    assert refused.status_code == 422


def test_taking_it_back_wants_the_word_and_leaves_a_receipt(
    client: FlaskClient, submission: Submission, token: str
) -> None:
    address = f"/mine/{token}/withdrawal"
    recording = submission.answers[0].recording
    assert recording is not None
    playable = f"/mine/{token}/recordings/{recording.id}/playable"
    assert client.post(address, data={"confirmation": "yes"}).status_code == 422
    assert client.get(playable).status_code == 200
    done = client.post(address, data={"confirmation": " Withdraw "})
    assert done.status_code == 303
    page = client.get(f"/mine/{token}")
    assert "You have taken this back" in page.text and submission.id in page.text
    assert "<li>1 recording</li>" in page.text and "<li>1 transcript</li>" in page.text
    assert "the driver" not in page.text and "Ana" not in lasting(page.text)
    assert client.get(playable).status_code == 404
    assert db.session.scalar(select(func.count(Answer.id))) == 0
    assert list(runtime.storage().list("recordings/")) == []
    spanish = client.get(f"/mine/{token}?lang=es").text
    assert "Has retirado esto" in spanish and "<li>1 grabación</li>" in spanish


def test_a_person_can_be_asked_for(client: FlaskClient, submission: Submission, token: str) -> None:
    assert client.post(f"/mine/{token}/help", data={"contact": ""}).status_code == 422
    odd = client.post(f"/mine/{token}/help", data={"contact": "over there", "note": "Wet."})
    assert odd.status_code == 422 and "over there" in odd.text and "Wet." in odd.text
    done = client.post(f"/mine/{token}/help", data={"contact": "555 0100"})
    assert done.status_code == 303
    case = db.session.scalars(select(FollowUp)).one()
    assert case.submission_id == submission.id
    assert "You asked for a person." in client.get(f"/mine/{token}").text


def test_its_forms_want_a_csrf_token_but_no_referer(
    app: Flask, client: FlaskClient, submission: Submission, token: str
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    address = f"/mine/{token}/purposes"
    secure = {"base_url": "https://localhost"}
    assert client.post(address, data={}, **secure).status_code == 403  # type: ignore[arg-type]
    page = client.get(f"/mine/{token}", **secure)  # type: ignore[arg-type]
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    sent = client.post(address, data={"csrf_token": found.group(1)}, **secure)  # type: ignore[arg-type]
    assert sent.status_code == 303
