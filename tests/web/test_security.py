import re

import pytest
from flask.testing import FlaskClient

from app.models import Member
from tests.conftest import sign_in


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
