"""A session ends: when its member is idle, when it is old, when something about them changed."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain import members, signing_in
from app.extensions import db
from app.models import Member
from app.web import sessions
from tests.conftest import sign_in

DAY, HOUR = sessions.DAY, sessions.HOUR


def aged(client: FlaskClient, *, began: float, seen: float, stay: bool = False) -> FlaskClient:
    with client.session_transaction() as session:
        session["began"], session["seen"] = int(time.time() - began), int(time.time() - seen)
        session.permanent = stay
    return client


def inside(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("began", "seen", "stay", "open_"),
    [
        (0, 0, False, True),
        (11 * HOUR, 11 * HOUR, False, True),
        (13 * HOUR, 13 * HOUR, False, False),
        (6 * DAY, HOUR, False, True),
        (8 * DAY, HOUR, False, False),
        (8 * DAY, 8 * DAY, True, True),
        (15 * DAY, 15 * DAY, True, False),
        (29 * DAY, HOUR, True, True),
        (31 * DAY, HOUR, True, False),
    ],
)
def test_it_ends_by_age(
    client: FlaskClient, owner: Member, began: int, seen: int, stay: bool, open_: bool
) -> None:
    sign_in(client, owner)
    assert inside(aged(client, began=began, seen=seen, stay=stay)) is open_


def test_each_visit_counts(client: FlaskClient, owner: Member) -> None:
    sign_in(client, owner)
    assert inside(aged(client, began=DAY, seen=11 * HOUR))
    with client.session_transaction() as session:
        assert time.time() - session["seen"] < 60
        assert time.time() - session["began"] > DAY - 60


def test_one_without_a_beginning_is_none(client: FlaskClient, owner: Member) -> None:
    with client.session_transaction() as session:
        session["_user_id"] = f"{owner.id}.{owner.session_version}"
    assert not inside(client)


def test_a_copied_cookie_ends_with_signing_out(
    app: Flask, client: FlaskClient, owner: Member
) -> None:
    copied = sign_in(client, owner).get_cookie("heard")
    assert copied is not None
    thief, phone = app.test_client(), sign_in(app.test_client(), owner)
    thief.set_cookie("heard", copied.value)
    assert inside(client) and inside(thief) and inside(phone)
    client.post("/sign-out")
    assert not inside(client) and not inside(thief) and inside(phone)
    assert inside(sign_in(client, owner)) and not inside(thief)


def test_one_without_a_name_is_none(client: FlaskClient, owner: Member) -> None:
    with sign_in(client, owner).session_transaction() as session:
        del session["id"]
    assert not inside(client)


CHANGES: dict[str, Callable[[Member], None]] = {
    "another role": lambda member: members.change_role(member, "frontline"),
    "another password": lambda member: signing_in.set_password(member, "heron over slate water"),
    "no longer active": members.deactivate,
    "everywhere": signing_in.end_sessions,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_ends_when_the_member_changes(
    client: FlaskClient, owner: Member, teammate: Member, change: Callable[[Member], None]
) -> None:
    assert inside(sign_in(client, teammate))
    change(teammate)
    db.session.commit()
    assert not inside(client)


def test_the_same_role_again_ends_nothing(client: FlaskClient, teammate: Member) -> None:
    sign_in(client, teammate)
    members.change_role(teammate, teammate.role)
    db.session.commit()
    assert inside(client)


def test_an_owner_who_steps_down_stays_signed_in(
    app: Flask, client: FlaskClient, owner: Member, teammate: Member
) -> None:
    members.change_role(teammate, "owner")
    db.session.commit()
    elsewhere = sign_in(app.test_client(), owner)
    sign_in(client, owner)
    assert client.post(f"/settings/members/{owner.id}/role", data={"role": "leader"}).location
    assert inside(client) and not inside(elsewhere)


def test_an_invitation_outlives_another_role(client: FlaskClient, owner: Member) -> None:
    member, path = members.invite(owner.workspace, email="new@example.com", role="leader")
    members.change_role(member, "analyst")
    db.session.commit()
    assert client.post(path).status_code == 303
