"""Members: passwords, links that work once, and that a workspace keeps an owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain import members, signing_in
from app.domain.errors import Conflict, Expired, Invalid
from app.extensions import db
from app.models import Member, SignInLink, Workspace, now

PASSWORD = "heron over slate water"


def token(path: str) -> str:
    return path.removeprefix(signing_in.LINK_PATH)


def test_the_first_owner_is_made_once(app: Flask) -> None:
    first = members.ensure_first_owner()
    assert (first.email, first.role) == ("owner@localhost", "owner")
    assert members.ensure_first_owner().id == first.id
    assert db.session.scalar(select(func.count()).select_from(Workspace)) == 1


def test_the_first_owners_link_ends_with_the_first_password(app: Flask) -> None:
    path = members.first_owner_link()
    assert path
    signing_in.set_password(signing_in.use_link(token(path)), PASSWORD)
    assert members.first_owner_link() is None


def test_a_password_is_kept_as_argon2id_only(owner: Member) -> None:
    signing_in.set_password(owner, PASSWORD)
    assert owner.password_hash and owner.password_hash.startswith("$argon2id$")
    assert PASSWORD not in owner.password_hash
    assert signing_in.check_password(owner.email.upper() + " ", PASSWORD).id == owner.id


def test_a_new_password_ends_older_sessions(owner: Member) -> None:
    before = owner.session_version
    signing_in.set_password(owner, PASSWORD)
    assert owner.session_version == before + 1


@pytest.mark.parametrize("end", ["password", "everywhere", "address"])
def test_links_that_are_still_open_end_with_the_sessions(
    owner: Member, teammate: Member, end: str
) -> None:
    own, others = signing_in.new_link(owner), signing_in.new_link(teammate)
    if end == "password":
        signing_in.set_password(owner, PASSWORD)
    elif end == "everywhere":
        signing_in.end_sessions(owner)
    else:
        members.describe(owner, name="Noor", email="elsewhere@example.com")
    with pytest.raises(Expired):
        signing_in.use_link(token(own))
    assert signing_in.use_link(token(others)).id == teammate.id


def test_a_new_name_leaves_open_links_alone(owner: Member) -> None:
    path = signing_in.new_link(owner)
    members.describe(owner, name="Noor", email=owner.email.upper())
    assert signing_in.check_link(token(path)).id == owner.id


@pytest.mark.parametrize("password", ["", "short", "aaaaaaaaaaaaaaaa", "x" * 1025])
def test_a_poor_password_is_refused(owner: Member, password: str) -> None:
    with pytest.raises(Invalid):
        signing_in.set_password(owner, password)
    assert owner.password_hash is None


def test_wrong_unknown_and_deactivated_get_the_same_answer(owner: Member, teammate: Member) -> None:
    signing_in.set_password(owner, PASSWORD)
    signing_in.set_password(teammate, PASSWORD)
    members.deactivate(teammate)
    sentences = set()
    for email, password in [
        (owner.email, "not the one at all"),
        ("nobody@example.com", PASSWORD),
        (teammate.email, PASSWORD),
    ]:
        with pytest.raises(Invalid) as refused:
            signing_in.check_password(email, password)
        sentences.add(refused.value.sentence)
    assert sentences == {signing_in.WRONG}


def test_a_member_without_a_password_cannot_use_one(owner: Member) -> None:
    with pytest.raises(Invalid):
        signing_in.check_password(owner.email, "")


def test_a_link_works_once_and_only_its_hash_is_kept(owner: Member) -> None:
    path = signing_in.new_link(owner)
    assert len(token(path)) >= 43  # 256 bits in base64
    kept = db.session.scalars(select(SignInLink)).one()
    assert token(path) not in kept.token_hash
    assert signing_in.check_link(token(path)).id == owner.id
    assert signing_in.use_link(token(path)).id == owner.id
    for again in (signing_in.use_link, signing_in.check_link):
        with pytest.raises(Expired):
            again(token(path))


def test_a_link_expires(owner: Member) -> None:
    path = signing_in.new_link(owner, timedelta(seconds=-1))
    with pytest.raises(Expired):
        signing_in.use_link(token(path))


def test_a_deactivated_members_link_is_dead(owner: Member, teammate: Member) -> None:
    path = signing_in.new_link(teammate)
    members.deactivate(teammate)
    with pytest.raises(Expired):
        signing_in.use_link(token(path))
    assert signing_in.link_for(teammate.email) is None


def test_of_many_at_once_one_gets_through(app: Flask, owner: Member) -> None:
    path = signing_in.new_link(owner)
    db.session.commit()
    together = Barrier(8)

    def use() -> bool:
        with app.app_context():
            together.wait(timeout=60)
            try:
                signing_in.use_link(token(path))
                db.session.commit()
            except Expired:
                return False
            return True

    with ThreadPoolExecutor(8) as pool:
        results = [each.result() for each in [pool.submit(use) for _ in range(8)]]
    assert results.count(True) == 1


def test_an_invitation_needs_a_new_address_and_a_known_role(
    workspace: Workspace, teammate: Member
) -> None:
    with pytest.raises(Conflict):
        members.invite(workspace, email=teammate.email.upper(), role="analyst")
    with pytest.raises(Invalid):
        members.invite(workspace, email="new@example.com", role="admin")
    for wrong in ("", "new", "new@", "a b@example.com", "a@b@c", "x" * 250 + "@example.com"):
        with pytest.raises(Invalid):
            members.invite(workspace, email=wrong, role="leader")
    member, path = members.invite(workspace, email=" New@Example.com ", role="analyst")
    assert member.email == "new@example.com"
    assert signing_in.use_link(token(path)).id == member.id
    until = signing_in.open_links(workspace.id)
    assert member.id not in until


def test_open_links_say_until_when(workspace: Workspace) -> None:
    member, _path = members.invite(workspace, email="new@example.com", role="leader")
    until = signing_in.open_links(workspace.id)[member.id]
    assert timedelta(days=6) < until - now() <= timedelta(days=7)


def test_the_last_owner_stays(workspace: Workspace, owner: Member, teammate: Member) -> None:
    for attempt in (members.deactivate, lambda member: members.change_role(member, "leader")):
        with pytest.raises(Conflict):
            attempt(owner)
    members.change_role(teammate, "owner")
    members.deactivate(owner)
    with pytest.raises(Conflict):
        members.deactivate(teammate)
    assert [m.id for m in members.of(workspace.id)] == [teammate.id, owner.id]


def test_a_member_describes_themself(owner: Member, teammate: Member) -> None:
    members.describe(owner, name="  Noor \u202e Haddad\x00 ", email="noor@example.com")
    assert (owner.name, owner.email) == ("Noor Haddad", "noor@example.com")
    with pytest.raises(Conflict):
        members.describe(owner, name="Noor", email=teammate.email)
    with pytest.raises(Invalid):
        members.describe(owner, name=" ")


def test_a_session_is_signed_out_of_once_and_not_remembered_for_ever(owner: Member) -> None:
    old, later = now() - timedelta(seconds=1), now() + timedelta(days=7)
    signing_in.sign_out(owner, "first", old)
    db.session.commit()
    assert signing_in.signed_out("first") and not signing_in.signed_out("second")
    for _ in range(2):
        signing_in.sign_out(owner, "second", later)
        db.session.commit()
    assert signing_in.signed_out("second") and not signing_in.signed_out("first")
    assert signing_in.open_links(owner.workspace_id) == {}
    with pytest.raises(Expired):
        signing_in.use_link("session second")
