"""Limits hold while the queue server, which counts for all web processes, is away."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import limits.storage.memory
import pytest
from flask import Flask, session
from flask.testing import FlaskClient
from limits import parse
from limits.storage import MemoryStorage

from app import create_app
from app.domain import signing_in
from app.extensions import db, limiter, who_asks
from app.models import Member
from app.networks import SITE, BySite
from app.web import upload_limits
from tests.conftest import DATABASE, settings_for, sign_in
from tests.web import world as worlds


@pytest.fixture
def counting(
    tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FlaskClient]:
    """A visitor of an application that counts, as shipped."""
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr(limiter, "_storage_dead", False)  # and so it is after this test
    if not DATABASE:
        shutil.copy(migrated, tmp_path / "heard.db")
    app = create_app(settings_for(tmp_path, HEARD_TESTING="no", **DATABASE))
    app.config.update(WTF_CSRF_ENABLED=False)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


def test_guessing_is_slowed_down_without_a_queue_server(counting: FlaskClient) -> None:
    typed = {"email": "nobody@example.com", "password": "a guess"}
    statuses = [counting.post("/sign-in", data=typed).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_one_network_brings_only_so_many_bytes(
    counting: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was really read from a sender that is known counts; what is announced doesn't."""
    monkeypatch.setattr(upload_limits, "KIB", 1)  # 16 MB instead of 16 GB
    with counting.application.app_context():
        token = worlds.build().drafting
    half = b"\x1aE\xdf\xa3" + bytes(upload_limits.AN_HOUR // 2 - 4)

    def bring(network: str, data: bytes, token: str = token, **said: str) -> int:
        head = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}
        head["Upload-Length"] = str(len(half))
        kind = "application/offset+octet-stream"
        by = {"REMOTE_ADDR": network, **said}
        answer = counting.post(
            "/uploads", data=data, headers=head, content_type=kind, environ_overrides=by
        )
        return answer.status_code

    strange = {"number": 1, "size": 2**70}
    for _ in range(3):
        assert bring("192.0.2.1", half, "nobody's") == 404
        assert bring("192.0.2.1", b"", CONTENT_LENGTH=str(2**70)) == 413
        told = counting.post(
            "/direct/any/parts", json=strange, environ_overrides={"REMOTE_ADDR": "192.0.2.1"}
        )
        assert told.status_code == 404
    assert [bring("192.0.2.1", half) for _ in range(3)] == [201, 201, 429]
    assert bring("192.0.2.2", half) == 201


def test_the_smallest_recordings_count_as_if_they_were_not(
    counting: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each leaves a line in the audit log, however small it is."""
    monkeypatch.setattr(upload_limits, "KIB", 1)  # 16 MB instead of 16 GB
    with counting.application.app_context():
        token = worlds.build().drafting
    head = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}", "Upload-Length": "5"}
    kind = "application/offset+octet-stream"

    def bring(data: bytes) -> int:
        return counting.post("/uploads", data=data, headers=head, content_type=kind).status_code

    assert [bring(b"xxxxx") for _ in range(3)] == [415] * 3
    assert [bring(b"OggS5") for _ in range(3)] == [201, 201, 429]


REFUSED = "That was a lot at once. Please wait a minute and try again."


def test_every_address_has_a_limit(app: Flask) -> None:
    """Our own style sheets and scripts excepted: they are files, and kept by the browser."""
    assert not limiter.limit_manager._route_exemptions
    assert not limiter.limit_manager._blueprint_exemptions
    without = []
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        name = f"{view.__module__}.{view.__name__}"
        blueprint = rule.endpoint.rpartition(".")[0] or None
        found = limiter.limit_manager.resolve_limits(app, rule.endpoint, blueprint, name, True)
        if not any(found):
            without.append(rule.rule)
    assert without == []


def test_who_asks_too_often_is_told_when_to_come_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everywhere, without looking anything up, in the words of a person or of a program."""
    ours = worlds.build()
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    monkeypatch.setattr(type(limiter.limiter), "hit", lambda *_args, **_more: False)
    monkeypatch.setattr(type(limiter.limiter), "test", lambda *_args, **_more: False)
    for who in (None, ours.owner):
        for row, method, address in worlds.addresses(app, ours):
            client = app.test_client() if who is None else sign_in(app.test_client(), who)
            for accept in ("text/html", "application/json"):
                head = {"Accept": accept, "Tus-Resumable": "1.0.0"}
                answer = client.open(address, method=method, headers=head)
                assert answer.status_code == 429, row
                assert int(answer.headers["Retry-After"]) >= 1, row
                assert REFUSED in answer.text, row


def test_a_member_is_counted_by_name_and_a_visitor_by_address(app: Flask, owner: Member) -> None:
    def asks(address: str, who: Member | None = None) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            if who is not None:
                session["_user_id"] = f"{who.id}.{who.session_version}"
            return who_asks()

    assert asks("192.0.2.7") != asks("192.0.2.8")
    assert asks("::ffff:192.0.2.7") == asks("192.0.2.7") != asks("::ffff:192.0.2.8")
    assert asks("2001:db8::1") == asks("2001:db8::ffff") != asks("2001:db8:0:1::1")
    assert asks("192.0.2.7", owner) == asks("192.0.2.8", owner) != asks("192.0.2.7")
    assert asks("not an address") == "unknown"


def test_hopping_through_a_site_s_networks_ends_soon(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each /64 counts by itself, and all of a /48 together for sixteen; a flood from one of them
    uses up nothing of what the others may. All in one moment, however slow the machine."""
    moment = time.time()
    monkeypatch.setattr(limits.storage.memory, "time", SimpleNamespace(time=lambda: moment))
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    client = app.test_client()

    def asked(address: str) -> int:
        where = {"REMOTE_ADDR": address}
        return client.post("/sign-in", data={"email": ""}, environ_base=where).status_code

    flood = [asked("2001:db8:7:1::1") for _ in range(200)]
    assert flood == [422] * 10 + [429] * 190
    hopping = [asked(f"2001:db8:7:{number:x}::{number}") for number in range(2, 202)]
    assert hopping == [422] * (SITE * 10 - 10) + [429] * 50
    told = client.post(
        "/sign-in", data={"email": ""}, environ_base={"REMOTE_ADDR": "2001:db8:7:ffff::1"}
    )
    assert told.status_code == 429 and 1 <= int(told.headers["Retry-After"]) <= 3600
    assert asked("2001:db8:8::1") == 422
    assert asked("192.0.2.1") == 422
    limiter.reset()


def test_a_stranger_s_tries_keep_nobody_out(
    client: FlaskClient, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tries for an account count for the network that they come from; all together, far higher."""
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    password = "heron over slate water"
    signing_in.set_password(owner, password)
    db.session.commit()

    def tried(password: str, address: str, path: str = "/sign-in") -> int:
        typed = {"email": owner.email, "password": password}
        return client.post(path, data=typed, environ_base={"REMOTE_ADDR": address}).status_code

    asked_by = [f"203.0.113.{each}" for each in range(8)]
    # A stranger with several addresses, as often as each of them may in a minute
    assert {tried("", address) for address in asked_by for _ in range(10)} == {422}
    links = [tried("", address, "/sign-in/link") for address in asked_by[:3] for _ in range(5)]
    assert set(links) == {303}
    assert tried("", asked_by[0]) == tried("", asked_by[0], "/sign-in/link") == 429
    assert tried("", "192.0.2.1", "/sign-in/link") == 303
    assert tried(password, "192.0.2.1") == 303
    limiter.reset()


def test_an_account_has_a_limit_for_all_networks_together(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()

    def asked(email: str, address: str) -> int:
        where = {"REMOTE_ADDR": address}
        return client.post("/sign-in/link", data={"email": email}, environ_base=where).status_code

    ours = [asked("ana@example.com", f"203.0.113.{each // 5}") for each in range(30)]
    assert set(ours) == {303}
    assert asked(" ANA@example.com", "192.0.2.1") == 429
    assert asked("bo@example.com", "192.0.2.1") == 303
    limiter.reset()


def test_others_come_in_while_one_floods(
    app: Flask, client: FlaskClient, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    staff = sign_in(app.test_client(), owner)
    flood = [client.get("/s/nothing").status_code for _ in range(121)]
    assert flood == [404] * 120 + [429]
    assert staff.get("/account").status_code == 200
    other = {"REMOTE_ADDR": "192.0.2.1"}
    assert client.get("/s/nothing", environ_base=other).status_code == 404
    limiter.reset()


def test_what_a_site_s_networks_leave_in_memory_has_an_end() -> None:
    """The counts lie in the memory of the web or of the queue server."""
    storage = MemoryStorage()
    counts, ten = BySite(storage), parse("10/hour")
    let_through = sum(counts.hit(ten, f"2001:db8:7:{number:x}::/64") for number in range(1000))
    assert let_through == 10 * SITE
    assert len(storage.storage) == 10 * SITE + 1
