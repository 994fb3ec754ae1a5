import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.domain.clerk import new_token
from app.extensions import db
from app.models import Member
from app.web.errors import SENTENCES
from tests.conftest import sign_in


@pytest.fixture
def broken(app: Flask, client: FlaskClient, owner: Member) -> FlaskClient:
    """A signed-in member's browser, after the database lost its tables."""
    signed_in = sign_in(client, owner)
    app.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False)
    db.session.execute(text("ALTER TABLE members RENAME TO gone"))
    db.session.commit()
    return signed_in


def test_a_broken_database_still_gets_a_calm_page(broken: FlaskClient) -> None:
    answer = broken.get("/", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert SENTENCES[500] in answer.text.replace("&#39;", "'")
    assert "Traceback" not in answer.text and "sqlite" not in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_the_log_names_the_route_and_no_token(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False)
    db.session.execute(text("ALTER TABLE submissions RENAME TO lost"))
    db.session.commit()
    token = new_token()
    assert client.get(f"/mine/{token}?also={token}").status_code == 500
    assert "Exception on /mine/<token> [GET]" in caplog.text
    assert token not in caplog.text


def test_programs_get_the_same_sentence(broken: FlaskClient) -> None:
    answer = broken.get("/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (500, {"error": SENTENCES[500]})


def test_a_wrong_address_is_answered_plainly_with_a_way_back(
    client: FlaskClient, owner: Member
) -> None:
    answer = sign_in(client, owner).get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing at this address." in answer.text
    assert "To the board" in answer.text
    assert client.get("/nowhere", headers={"Accept": "application/json"}).json == {
        "error": "There is nothing at this address."
    }
