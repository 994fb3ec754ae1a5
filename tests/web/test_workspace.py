"""The owner names the organisation; nobody else does."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.models import Member
from tests import factories
from tests.conftest import sign_in


def test_the_owner_names_it_and_customers_see_it(client: FlaskClient, owner: Member) -> None:
    sign_in(client, owner)
    assert client.post("/settings/workspace", data={"name": "Tern & Sons"}).status_code == 303
    invitation = factories.invitation(factories.program(owner.workspace))
    assert "Tern &amp; Sons" in client.get(f"/r/{invitation.code}").text


def test_it_needs_a_name(client: FlaskClient, owner: Member) -> None:
    assert sign_in(client, owner).post("/settings/workspace", data={"name": " "}).status_code == 422


def test_a_teammate_may_not(client: FlaskClient, teammate: Member) -> None:
    sign_in(client, teammate)
    assert client.post("/settings/workspace", data={"name": "Mine"}).status_code == 404
    assert "/settings/workspace" not in client.get("/settings").text


def test_the_menu_shows_what_the_role_may_see(client: FlaskClient, teammate: Member) -> None:
    assert 'href="/exports"' not in sign_in(client, teammate).get("/voices").text


def test_the_menu_shows_an_owner_everything(client: FlaskClient, owner: Member) -> None:
    assert 'href="/exports"' in sign_in(client, owner).get("/voices").text
