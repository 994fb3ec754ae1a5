"""Signing in: passwords, links that work once, sessions of one's own, nowhere else to go."""

from __future__ import annotations

import html
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from app import create_app, runtime
from app.domain import letters, members, signing_in
from app.domain.errors import Invalid
from app.extensions import db, limiter
from app.models import Member, SignInLink
from app.web import afterwards
from tests.conftest import settings_for, sign_in
from tests.services import eventually

PASSWORD = "heron over slate water"


@pytest.fixture
def owner_with_password(owner: Member) -> Member:
    signing_in.set_password(owner, PASSWORD)
    db.session.commit()
    return owner


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **more: str):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def test_a_password_signs_in(client: FlaskClient, owner_with_password: Member) -> None:
    assert client.get("/sign-in").status_code == 200
    answer = enter(client, owner_with_password.email.upper(), next="/account")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert owner_with_password.email in client.get("/account").text
    assert client.get("/sign-in").status_code == 302


def test_wrong_and_unknown_get_the_same_page(
    client: FlaskClient, owner_with_password: Member
) -> None:
    wrong = enter(client, owner_with_password.email, "not the one at all")
    unknown = enter(client, "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 422

    def plain(text: str, email: str) -> str:
        return re.sub(r'(nonce|value|content)="[^"]*"', "", text).replace(email, "")

    assert plain(wrong.text, owner_with_password.email) == plain(unknown.text, "nobody@example.com")
    assert signing_in.WRONG.replace("'", "&#39;") in wrong.text
    assert f'value="{owner_with_password.email}"' in wrong.text
    assert PASSWORD not in wrong.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\\evil.example",
        "\t//evil.example",
        "/\u2028/evil.example",
        "/\x00/evil.example",
        "javascript:alert(1)",
        "https://evil.example",
    ],
)
def test_it_leads_nowhere_else(
    client: FlaskClient, owner_with_password: Member, target: str
) -> None:
    assert target not in client.get("/sign-in", query_string={"next": target}).text
    assert enter(client, owner_with_password.email, next=target).location == "/"


def test_it_leads_on_to_where_one_wanted_to_go(
    client: FlaskClient, owner_with_password: Member
) -> None:
    asked = client.get("/search?q=late%20again&sentiment=negative")
    page = client.get(asked.location)
    wanted = html.unescape(re.search(r'name="next" value="([^"]*)"', page.text)[1])
    answer = enter(client, owner_with_password.email, next=wanted)
    assert answer.location == "/search?q=late%20again&sentiment=negative"


def test_the_session_is_a_new_one(client: FlaskClient, owner_with_password: Member) -> None:
    with client.session_transaction() as before:
        before["planted"] = "yes"
        before["csrf_token"] = "known to someone"
    enter(client, owner_with_password.email)
    with client.session_transaction() as after:
        assert "planted" not in after and "csrf_token" not in after
        assert not after.permanent


def test_staying_signed_in_is_a_choice(client: FlaskClient, owner_with_password: Member) -> None:
    answer = enter(client, owner_with_password.email, stay="yes")
    assert "Expires=" in answer.headers["Set-Cookie"]


def test_too_many_wrong_tries_have_to_wait(
    client: FlaskClient, owner_with_password: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    statuses = [enter(client, owner_with_password.email, f"wrong {n}") for n in range(11)]
    assert [each.status_code for each in statuses] == [422] * 10 + [429]


def test_guesses_that_come_at_once_are_counted_as_they_come(
    app: Flask, owner_with_password: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    email, tried, go_on = owner_with_password.email, [], threading.Event()

    def waiting(*_: str) -> Member:
        tried.append(1)
        go_on.wait(20)
        raise Invalid(signing_in.WRONG)

    monkeypatch.setattr(signing_in, "sign_in", waiting)
    with ThreadPoolExecutor(20) as at_once:
        asked = [at_once.submit(enter, app.test_client(), email) for _ in range(20)]
        refused = eventually(lambda: sum(each.done() for each in asked) == 10, 20, "refusals")
        go_on.set()
    assert refused and len(tried) == 10
    assert sorted(each.result().status_code for each in asked) == [422] * 10 + [429] * 10


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link"])
def test_what_one_network_is_refused_is_not_counted_against_the_account(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()

    def asked(address: str) -> int:
        where = {"REMOTE_ADDR": address}
        return client.post(path, data={"email": "a@example.com"}, environ_base=where).status_code

    for _ in range(120):
        assert asked("203.0.113.1") in (422, 303, 429)
        for key in [each for each in limiter.storage.storage if each.endswith("/1/minute")]:
            limiter.storage.clear(key)  # as if each came in a minute of its own
    assert asked("203.0.113.1") == 429
    counts = {key: n for key, n in limiter.storage.storage.items() if "203.0.113.1" not in key}
    assert max(counts.values()) <= 30
    assert asked("192.0.2.1") in (422, 303)


def test_what_was_no_guess_is_given_back(
    app: Flask, owner_with_password: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    email = owner_with_password.email
    assert {enter(app.test_client(), email).status_code for _ in range(12)} == {303}
    wrong = [enter(app.test_client(), email, f"wrong {n}").status_code for n in range(10)]
    assert set(wrong) == {422} and enter(app.test_client(), email).status_code == 429


def test_a_link_waits_for_the_button(client: FlaskClient, owner: Member) -> None:
    path = signing_in.new_link(owner)
    db.session.commit()
    for _ in range(3):  # a mail scanner, and the person
        assert client.get(path).status_code == 200
    answer = client.post(path)
    assert (answer.status_code, answer.location) == (303, "/welcome")
    assert client.post(path).status_code == 410
    assert client.get(path).status_code == 410
    assert client.get("/sign-in/link/unknown").status_code == 410


def test_the_first_owner_says_who_they_are(client: FlaskClient, app: Flask) -> None:
    path = members.first_owner_link()
    db.session.commit()
    assert path
    client.post(path)
    assert 'name="email"' in client.get("/welcome").text
    sent = {"name": "Noor", "email": "noor@example.com", "password": "short"}
    refused = client.post("/welcome", data=sent)
    assert refused.status_code == 422
    assert 'value="noor@example.com"' in refused.text and "12 characters" in refused.text
    answer = client.post("/welcome", data={**sent, "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/account").status_code == 200
    assert enter(app.test_client(), "noor@example.com").status_code == 303
    assert client.post("/welcome", data={**sent, "password": PASSWORD}).status_code == 409


def test_an_invited_member_keeps_the_invited_address(client: FlaskClient, owner: Member) -> None:
    member, path = members.invite(owner.workspace, email="new@example.com", role="leader")
    db.session.commit()
    client.post(path)
    data = {"name": "New", "email": "other@example.com", "password": PASSWORD}
    assert client.post("/welcome", data=data).status_code == 303
    db.session.refresh(member)
    assert (member.email, member.name) == ("new@example.com", "New")


def test_a_new_password_signs_other_devices_out(
    app: Flask, client: FlaskClient, owner_with_password: Member
) -> None:
    other = sign_in(app.test_client(), owner_with_password)
    sign_in(client, owner_with_password)
    new = {"present": "not the one", "password": "a wholly other password"}
    assert client.post("/account/password", data=new).status_code == 422
    answer = client.post("/account/password", data={**new, "present": PASSWORD})
    assert answer.status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_signing_out_everywhere_else(app: Flask, client: FlaskClient, owner: Member) -> None:
    other = sign_in(app.test_client(), owner)
    sign_in(client, owner)
    assert client.post("/account/sign-out-everywhere").status_code == 303
    assert client.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_a_deactivated_member_is_out_at_once(
    client: FlaskClient, owner: Member, teammate: Member
) -> None:
    sign_in(client, teammate)
    assert client.get("/account").status_code == 200
    members.deactivate(teammate)
    db.session.commit()
    assert client.get("/account").status_code == 302


def test_signing_out(client: FlaskClient, owner: Member) -> None:
    sign_in(client, owner)
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/account").status_code == 302


def test_the_account_is_changed(client: FlaskClient, owner: Member, teammate: Member) -> None:
    sign_in(client, teammate)
    taken = client.post("/account", data={"name": "Lea", "email": owner.email})
    assert taken.status_code == 409 and 'value="Lea"' in taken.text
    answer = client.post("/account", data={"name": "Lea", "email": "lea@example.com"})
    assert answer.status_code == 303
    db.session.refresh(teammate)
    assert teammate.email == "lea@example.com"


def test_another_address_asks_for_the_present_password(
    client: FlaskClient, owner_with_password: Member
) -> None:
    sign_in(client, owner_with_password)
    before = owner_with_password.email
    taken_over = {"name": "Noor", "email": "thief@example.com"}
    for guess in ({}, {"confirming": "not the one at all"}):
        answer = client.post("/account", data={**taken_over, **guess})
        assert answer.status_code == 422 and "present password is not right" in answer.text
        assert PASSWORD not in answer.text
    db.session.refresh(owner_with_password)
    assert owner_with_password.email == before
    same = {"name": "Noor", "email": before.upper()}
    assert client.post("/account", data=same).status_code == 303
    moved = {"name": "Noor", "email": "noor@example.com", "confirming": PASSWORD}
    assert client.post("/account", data=moved).status_code == 303
    db.session.refresh(owner_with_password)
    assert (owner_with_password.email, owner_with_password.name) == ("noor@example.com", "Noor")


def test_the_account_says_what_signing_out_ends(client: FlaskClient, owner: Member) -> None:
    assert "ends your session in one browser" in sign_in(client, owner).get("/account").text


def test_no_link_is_made_without_a_mail_server(client: FlaskClient, owner: Member) -> None:
    assert "Send a link" not in client.get("/sign-in").text
    assert client.post("/sign-in/link", data={"email": owner.email}).status_code == 303
    assert db.session.query(SignInLink).count() == 0


def test_nobody_is_looked_up_before_the_answer_is_out(
    client: FlaskClient, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the time that it takes tells who has an account."""
    mailing = replace(runtime.settings(), smtp_url="smtp://mail.example.com")
    monkeypatch.setattr(runtime, "settings", lambda: mailing)
    monkeypatch.setattr(letters, "post", posted := [].append)
    looked_up, go_on, link_for = [], threading.Event(), signing_in.link_for

    def waiting(email: str) -> tuple[Member, str] | None:
        looked_up.append(go_on.wait(20))
        return link_for(email)

    monkeypatch.setattr(signing_in, "link_for", waiting)
    for email in ("nobody@example.com", owner.email):
        answer = client.post("/sign-in/link", data={"email": email})
        answer.close()
        assert answer.status_code == 303 and looked_up == []
    go_on.set()
    [letter] = eventually(lambda: posted.__self__, 20, "the letter")
    assert letter.to == owner.email and looked_up == [True, True]


def test_what_fails_after_the_answer_is_told_in_the_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with app.test_request_context():
        response = Response()
        afterwards.call(response, lambda: 1 / 0)
    response.close()
    eventually(lambda: "ZeroDivisionError" in caplog.text, 20, "the reason")


def test_forms_need_their_token(app: Flask, client: FlaskClient, owner: Member) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    sign_in(client, owner)
    assert client.post("/account", data={"name": "x", "email": "x@example.com"}).status_code == 403
    assert client.post("/sign-out").status_code == 403


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path, migrated) -> None:
    app = create_app(settings_for(tmp_path, BASE_URL="https://voices.example.com"))
    assert app.config["SESSION_COOKIE_NAME"] == "__Host-heard"
    assert app.config["SESSION_COOKIE_SECURE"] and app.config["SESSION_COOKIE_HTTPONLY"]
