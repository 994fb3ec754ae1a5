"""Only files may be large, and nobody's body is read before they have said who they are."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain import capture
from app.domain.clerk import new_token
from app.extensions import db
from app.models import Invitation, Member, Recording, Upload, Workspace
from app.web.bodies import MOST
from tests import factories
from tests.conftest import sign_in

LARGE = b"\x1a\x45\xdf\xa3" + bytes(2 * MOST)


class Unread(io.BytesIO):
    """A body that must not be touched."""

    def read(self, _size: int | None = -1) -> bytes:
        pytest.fail("the body was read")


@pytest.fixture
def invitation(workspace: Workspace) -> Invitation:
    return factories.invitation(factories.program(workspace))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": "application/json"}


@pytest.mark.parametrize("length", [{"CONTENT_LENGTH": str(len(LARGE))}, {}], ids=["said", "not"])
def test_a_large_body_that_is_no_file_is_refused(
    client: FlaskClient, invitation: Invitation, length: dict[str, str]
) -> None:
    answer = client.put(
        f"/r/{invitation.code}/submission",
        input_stream=io.BytesIO(b'"' + LARGE),
        content_type="application/json",
        headers=bearer(new_token()),
        environ_overrides={"wsgi.input_terminated": True, **length},
    )
    assert answer.status_code == 413
    assert "larger" in answer.json["error"]


def test_staff_pages_refuse_one_too(client: FlaskClient, owner: Member) -> None:
    answer = sign_in(client, owner).post("/account", data={"name": (io.BytesIO(LARGE), "a.txt")})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/submission"), ("POST", "/submission/sending")]
)
def test_nothing_is_read_from_a_stranger(
    client: FlaskClient, invitation: Invitation, method: str, path: str
) -> None:
    answer = client.open(
        f"/r/{invitation.code}{path}",
        method=method,
        input_stream=Unread(),
        content_type="application/json",
        headers={"Accept": "application/json"},
        environ_overrides={"CONTENT_LENGTH": "1000"},
    )
    assert answer.status_code == 404


def test_a_large_file_comes_in_by_the_plain_form(
    app: Flask, client: FlaskClient, invitation: Invitation
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True  # whose check reads the form first
    page = client.get(f"/r/{invitation.code}/form").text
    csrf = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(
        f"/r/{invitation.code}/form",
        data={
            "csrf_token": csrf,
            "token": new_token(),
            "consent_text": invitation.program.consent_texts[-1].id,
            "purposes": "internal",
            "file-0": (io.BytesIO(LARGE), "voice.webm", "video/webm"),
        },
    )
    assert answer.status_code == 303
    assert db.session.query(Recording).one().size == len(LARGE)


def test_a_large_piece_of_an_upload_is_taken(client: FlaskClient, invitation: Invitation) -> None:
    opened = capture.open_submission(
        invitation,
        language="en",
        consent_text=invitation.program.consent_texts[-1],
        purposes=["internal"],
    )
    db.session.commit()
    head = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {opened.token}"}
    where = client.post("/uploads", headers={**head, "Upload-Length": str(len(LARGE) + 1)}).location
    answer = client.patch(
        where,
        data=LARGE,
        headers={**head, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"},
    )
    assert answer.status_code == 204
    assert db.session.query(Upload).one().offset == len(LARGE)
