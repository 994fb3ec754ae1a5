"""Headers and cookies of every answer: what a browser is told that it may do with it."""

import re
import shutil
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from app.domain import passwords
from app.extensions import db
from app.models import Member
from tests import factories
from tests.conftest import DATABASE, settings_for, sign_in
from tests.web import world as worlds


def test_scripts_run_only_from_here_or_with_the_pages_own_nonce(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", policy).group(1)  # type: ignore[union-attr]
    assert re.findall(r"<script[^>]*>(?=.)", answer.text)[0] == f'<script nonce="{nonce}">'
    assert f"'nonce-{nonce}'" not in client.get("/sign-in").headers["Content-Security-Policy"]


def test_pages_carry_no_inline_styles_or_handlers(client: FlaskClient, owner: Member) -> None:
    signed_in = sign_in(client, owner)
    for path in ("/", "/voices", "/search?q=a", "/nowhere"):
        assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", signed_in.get(path).text), path


@pytest.mark.parametrize("path", ["/voices/%00", "/?theme=%00", "/search?q=%00", "/r/%00"])
def test_an_address_with_a_nul_is_refused(client: FlaskClient, owner: Member, path: str) -> None:
    assert sign_in(client, owner).get(path).status_code == 400


def test_pages_are_not_kept_and_cannot_be_framed(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


INLINE = re.compile(r"<[^>]*\s(?:style|on[a-z]+)\s*=|javascript:", re.IGNORECASE)
BARE_TAG = re.compile(r'<(?:script|style)(?![^>]* (?:src=|nonce=|type="application/json"))[^>]*>')


def check(answer: TestResponse, row: str) -> None:
    headers, policy = answer.headers, answer.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy and "unsafe" not in policy, row
    assert headers["X-Content-Type-Options"] == "nosniff", row
    assert headers["Referrer-Policy"] in ("same-origin", "no-referrer"), row
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", row
    assert "Server" not in headers and "X-Powered-By" not in headers, row
    assert "Access-Control-Allow-Origin" not in headers, row
    if answer.mimetype == "text/html":
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy, row
        assert "no-store" in headers["Cache-Control"], row
        assert not INLINE.search(answer.text), row
        assert not BARE_TAG.search(answer.text), row
    for token in ("/mine/<", "/s/<", "/sign-in/link/<"):
        if token in row:
            assert "no-store" in headers.get("Cache-Control", "") or "no-cache" in headers.get(
                "Cache-Control", ""
            ), row


@pytest.mark.slow
@pytest.mark.parametrize("who", ["the owner", "a visitor"])
def test_every_answer_says_what_a_browser_may_do_with_it(app: Flask, who: str) -> None:
    ours = worlds.build()
    for row, method, address in worlds.addresses(app, ours):
        client = app.test_client()
        if who == "the owner":
            sign_in(client, ours.owner)
        check(client.open(address, method=method, headers={"Tus-Resumable": "1.0.0"}), row)
        if method == "GET":
            check(client.get(address, headers={"Accept": "application/json"}), row)


@pytest.mark.parametrize("address", ["https://voices.example.com", "http://127.0.0.1:8000"])
def test_cookies_and_transport(tmp_path: Path, migrated: Path, address: str) -> None:
    """Over https the cookie belongs to this host alone, and the browser is told to stay there."""
    if not DATABASE:
        shutil.copy(migrated, tmp_path / "heard.db")
    app = create_app(settings_for(tmp_path, BASE_URL=address, **DATABASE))
    answer = app.test_client().get("/sign-in", base_url=address)
    (cookie,) = answer.headers.getlist("Set-Cookie")
    name, *said = cookie.partition("=")[0], *cookie.split("; ")[1:]
    secure = address.startswith("https")
    assert name == ("__Host-heard" if secure else "heard")
    assert ("Secure" in said) is secure
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said)
    assert not [each for each in said if each.startswith("Domain")]
    assert ("Strict-Transport-Security" in answer.headers) is secure
    with app.app_context():
        db.engine.dispose()


def test_passwords_are_kept_as_the_rfc_says(tmp_path: Path) -> None:
    """RFC 9106, section 4, its second choice: argon2id, 64 MiB, 3 passes, 4 lanes."""
    hasher: PasswordHasher = passwords._hasher_for(False)
    rfc = RFC_9106_LOW_MEMORY
    assert (hasher.type, hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (
        rfc.type,
        rfc.memory_cost,
        rfc.time_cost,
        rfc.parallelism,
    )


def test_a_letter_leads_to_our_own_address(app: Flask, client: FlaskClient, owner: Member) -> None:
    """Whatever host the request named: links come from BASE_URL."""
    known = sign_in(client, owner).get_cookie("heard")
    assert known is not None
    client.set_cookie("heard", known.value, domain="evil.example")
    evil = {"base_url": "http://evil.example", "headers": {"X-Forwarded-Host": "evil.example"}}
    new = {"email": "a@example.com", "role": "leader"}
    assert client.post("/settings/members", data=new, **evil).status_code == 303
    shown = client.get("/settings/members", **evil).text
    assert "http://127.0.0.1:8000/sign-in/link/" in shown and "evil.example" not in shown
    program = factories.program(owner.workspace)
    answer = factories.answer(factories.submission(program))
    highlight = factories.highlight(answer, factories.transcript(answer, "It came late."))
    page = client.post(f"/highlights/{highlight.id}/links", data={"days": "7"}, **evil)
    assert "http://127.0.0.1:8000/s/" in page.text and "evil.example" not in page.text
    asked = client.post("/sign-in/link", data={"email": owner.email}, **evil)
    assert asked.location == "/sign-in"
