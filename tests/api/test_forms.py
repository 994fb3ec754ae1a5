"""Every form and every query of the pages, filled with what nobody would type. No answer of 500
or above, as any role and as a visitor; the normal suite tries a share, `-m chaos` more."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.extensions import db
from app.models import Member
from app.models.workspace import ROLES
from tests import factories
from tests.conftest import ROOT, sign_in
from tests.web import world as worlds
from tests.web.test_roles import OUTSIDE_TOO
from tests.web.world import World

SHARE, MORE = 3, 100
FIELD = re.compile(
    r'(?:text|number|optional_number|optional|lines|end_of_day|getlist|form\.get|args\.get)'
    r'\(\s*"([\w-]+)"|"([\w-]+)" in request\.(?:form|args)|request\.(?:form|args)\["([\w-]+)"\]'
)  # fmt: skip
ODD = (
    b"", b" ", b"0", b"-1", b"1", b"1e999", b"NaN", b"\xc2\xb2", b"\xd9\xa3", b"true", b"up",
    b"down", b"now", b"week", b"own", b"nps", b"en", b"owner", b"leader", b"csv", b"segments",
    b"internal", b"public", b"plain", b"webhook", b"email", b"2026-02-30", b"9999-12-31",
    b"0000-00-00", b"a@b.c", b"9" * 5000, b"x" * 70_000, b"\0", b"a\0b", b"\xff\xfe",
    b"\xed\xa0\x80", b"=HYPERLINK(1)", b"' OR 1=1 --", b"{{7*7}}", b"%s%n",
    b"<script>alert(1)</script>", b"../../etc", b"//evil.example",
    b"javascript:alert(1)", b"\r\nSet-Cookie: a=b", b"https://169.254.169.254/",
    b"https://[::1]/", b"http://0x7f000001/",
    "\u202e=cmd|' /C calc'!A0".encode(), "\N{WOMAN}\u200d\N{GIRL}".encode() * 300,
)  # fmt: skip


def fields() -> list[str]:
    found = set()
    for path in (ROOT / "app/web").glob("*.py"):
        for names in FIELD.findall(path.read_text()):
            found |= {name for name in names if name}
    return sorted(found | {"csrf_token", "next", "after", "lang", "q", "what", "url"})


FIELDS = fields()


def filled(world: World) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    ids = [value.encode() for value in world.named.values()]
    known = [
        *ids,
        *(b"program:" + each for each in ids[:4]),
        *(b"theme:" + each for each in ids[:4]),
    ]
    value = st.one_of(
        st.sampled_from(ODD),
        st.sampled_from(known),
        st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace")),
        st.binary(max_size=20),
    )
    return st.lists(st.tuples(st.sampled_from(FIELDS), value), max_size=12)


def encoded(pairs: list[tuple[str, bytes]]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs).encode()


def try_all(quick: Flask, role: str, method: str, times: int) -> None:
    world = worlds.build(f"For {role} {method}")
    member: Member | None = None
    if role != "a visitor":
        member = factories.member(world.workspace, role)
    for row, verb, address in list(worlds.addresses(quick, world)):
        if verb == method:
            try_one(quick, world, member, row, address, times)


def try_one(
    quick: Flask, world: World, member: Member | None, row: str, address: str, times: int
) -> None:
    method = row.partition(" ")[0]

    @settings(
        max_examples=times,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(pairs=filled(world))
    def each(pairs: list[tuple[str, bytes]]) -> None:
        client = quick.test_client()
        if member is not None:
            sign_in(client, db.session.merge(member))
        more: dict[str, Any] = {"query_string": encoded(pairs).decode()}
        if method == "POST":
            more = {
                "data": encoded(pairs),
                "content_type": "application/x-www-form-urlencoded",
            }
        answer = client.open(address, method=method, **more)
        answer.get_data()
        db.session.rollback()
        assert answer.status_code < 500, (row, pairs)
        evil = (answer.location or "").startswith(("//", "http", "javascript", "/\\"))
        assert not evil, (row, pairs, answer.location)
        assert "<script>alert(1)" not in answer.get_data(as_text=True), row

    each()


@pytest.mark.slow
@pytest.mark.parametrize("method", ("GET", "POST"))
@pytest.mark.parametrize("role", OUTSIDE_TOO)
def test_a_share(quick: Flask, role: str, method: str) -> None:
    try_all(quick, role, method, SHARE)


@pytest.mark.chaos
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("method", ("GET", "POST"))
@pytest.mark.parametrize("role", ROLES)
def test_more(quick: Flask, role: str, method: str) -> None:
    try_all(quick, role, method, MORE)
