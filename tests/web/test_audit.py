"""The audit log's page: an owner reads it, filters it and takes it away; signing in is in it."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import runtime
from app.domain import audit, audit_reading, passwords
from app.extensions import db
from app.models import AuditEntry, Member, Workspace
from tests.conftest import sign_in
from tests.services import eventually
from tests.web.pages import lasting

PASSWORD = "a long enough passphrase"


@pytest.fixture
def logged(workspace: Workspace, owner: Member) -> None:
    mine = f"member:{owner.id}"
    audit.record(workspace.id, "theme.added", actor=mine, subject=("theme", "theme-of-ours"))
    audit.record(workspace.id, "share.made", actor="member:gone", details={"days": 14})
    audit.record("elsewhere", "theme.added", actor="clock", subject=("theme", "theme-of-others"))
    audit.record(workspace.id, "export.written", actor="command:1000", details={"rows": 3})
    db.session.commit()


def actions() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    return [(row.action, row.actor) for row in rows]


def test_an_owner_sees_who_did_what(client: FlaskClient, owner: Member, logged: None) -> None:
    page = sign_in(client, owner).get("/settings/audit")
    assert page.status_code == 200
    for said in ("Theme: added", owner.name, "Somebody who has left", "user 1000", "theme-of-ours"):
        assert said in page.text, said
    assert "theme-of-others" not in page.text, "another workspace's"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("about=theme", ["theme.added"]),
        ("actor=command:1000", ["export.written"]),
        ("since={day_after}", []),
        ("until={day_before}", []),
        ("since={day}&until={day}&about=share", ["share.made"]),
        ("since=nonsense&until=9999-12-31&before=x", ["theme.added", "share.made"]),
        ("about=%25", []),
    ],
)
def test_it_is_filtered(
    client: FlaskClient, owner: Member, logged: None, asked: str, there: list[str]
) -> None:
    made = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "share.made")).one()
    day = made.at.date()
    asked = asked.format(
        day=day, day_before=day - timedelta(days=1), day_after=day + timedelta(days=1)
    )
    sign_in(client, owner)
    assert client.get(f"/settings/audit?{asked}").status_code == 200
    file = client.get(f"/settings/audit/audit.csv?{asked}").text
    found = [row["action"] for row in csv.DictReader(io.StringIO(file))]
    assert found[: len(there)] == there and (there or found in ([], ["audit.downloaded"]))


def test_it_comes_in_pages(client: FlaskClient, owner: Member, workspace: Workspace) -> None:
    for number in range(audit_reading.PAGE + 3):
        audit.record(workspace.id, "theme.changed", subject=("theme", f"t{number:03}"))
    db.session.commit()
    first = lasting(sign_in(client, owner).get("/settings/audit?about=theme").text)
    assert "t052" in first and "t002" not in first
    second = lasting(client.get("/settings/audit?about=theme&before=4").text)
    assert "t002" in second and "t003" not in second and "Back to the first" in second


def test_who_pauses_while_reading_the_file_holds_no_transaction(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is erased meanwhile would still lie in it."""
    monkeypatch.setattr(audit_reading, "AT_ONCE", 3)
    for number in range(7):
        audit.record(workspace.id, "theme.changed", subject=("theme", f"t{number}"))
    db.session.commit()
    pieces, workspace_id = [], workspace.id
    for piece in audit_reading.as_csv(workspace_id, audit_reading.Filters()):
        assert not db.session().in_transaction()
        pieces.append(piece)
    assert len(pieces) == 4
    found = [row["subject_id"] for row in csv.DictReader(io.StringIO("".join(pieces)))]
    assert found == [f"t{number}" for number in range(7)]


def test_wrong_addresses_at_the_door_are_shown_where_there_is_one_workspace(
    client: FlaskClient, owner: Member
) -> None:
    client.post("/sign-in", data={"email": "nobody@example.com", "password": PASSWORD})
    assert actions() == [("sign_in.failed", "visitor")]
    assert "Sign-in: failed" in sign_in(client, owner).get("/settings/audit").text
    db.session.add(Workspace(name="A second one"))
    db.session.commit()
    assert "Sign-in: failed" not in client.get("/settings/audit").text


def test_signing_in_and_failing_to_is_noted(client: FlaskClient, owner: Member) -> None:
    owner.password_hash = passwords.hashed(PASSWORD, owner.email)
    db.session.commit()
    client.post("/sign-in", data={"email": owner.email, "password": "wrong"})
    client.post("/sign-in", data={"email": owner.email, "password": PASSWORD})
    client.post("/account/password", data={"present": "wrong", "password": PASSWORD + "2"})
    client.post("/sign-in/link/never-made")
    mine = f"member:{owner.id}"
    assert actions() == [
        ("sign_in.failed", "visitor"),
        ("sign_in.done", mine),
        ("sign_in.failed", mine),
        ("sign_in.failed", mine),
    ]


def test_a_link_that_is_asked_for_is_noted(
    app: Flask, client: FlaskClient, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from app.domain import letters

    mailing = replace(runtime.settings(), smtp_url="smtp://mail.example.com")
    monkeypatch.setattr(runtime, "settings", lambda: mailing)
    monkeypatch.setattr(letters, "post", lambda _letter: True)
    client.post("/sign-in/link", data={"email": owner.email}).close()
    noted = eventually(actions, 20, "the link is noted")
    assert noted == [("sign_in_link.made", "visitor")]
