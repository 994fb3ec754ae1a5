"""Only files may be large, and nobody's body is read before they have said who they are."""

from __future__ import annotations

import io

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app.domain import capture
from app.domain.clerk import new_token
from app.extensions import db, limiter
from app.models import Answer, Invitation, Member, Recording, Upload, Workspace
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


def unread(client: FlaskClient, method: str, path: str, size: int, kind: str) -> int:
    """The status of a request whose body nobody touched."""
    return client.open(
        path,
        method=method,
        input_stream=Unread(),
        content_type=kind,
        headers={"Tus-Resumable": "1.0.0", "Accept": "text/html"},
        environ_overrides={"CONTENT_LENGTH": str(size)},
    ).status_code


FORM = "multipart/form-data; boundary=xx"


@pytest.mark.parametrize("member", [False, True])
@pytest.mark.parametrize("size", [1000, 100 * MOST])
@pytest.mark.parametrize("kind", [FORM, "application/offset+octet-stream"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/uploads"), ("PATCH", "/uploads/zzz"), ("POST", "/r/nosuchcode/form")],
)
def test_files_are_not_read_from_who_has_no_link(
    app: Flask,
    client: FlaskClient,
    owner: Member,
    method: str,
    path: str,
    kind: str,
    size: int,
    member: bool,
) -> None:
    """Not even for a form's CSRF token, nor to see what a member may have asked for."""
    app.config["WTF_CSRF_ENABLED"] = True
    if member:
        sign_in(client, owner)
    assert unread(client, method, path, size, kind) == 404


def test_who_asks_too_often_sends_a_form_in_vain(
    app: Flask, client: FlaskClient, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    where = f"/r/{invitation.code}/form"
    asked = [client.post(where).status_code for _ in range(60)]
    assert set(asked) == {403}
    assert unread(client, "POST", where, 100 * MOST, FORM) == 429
    limiter.reset()


def test_only_pieces_of_an_upload_may_be_large(client: FlaskClient, invitation: Invitation) -> None:
    """A form is no piece, and where it comes to an upload's address, it has no larger limit."""
    for path, kind in ((f"/r/{invitation.code}/form", "text/plain"), ("/uploads", FORM)):
        with client.application.test_request_context(path, method="POST", content_type=kind):
            client.application.preprocess_request()
            assert request.max_content_length == MOST


@pytest.mark.parametrize("kind", [FORM, "application/json"])
def test_a_large_body_to_nothing_breaks_nothing(
    client: FlaskClient, owner: Member, kind: str
) -> None:
    answer = sign_in(client, owner).put("/r/none/submission", data=LARGE, content_type=kind)
    assert answer.status_code in (404, 413)


def test_nobody_looks_into_a_stranger_s_refused_body(client: FlaskClient) -> None:
    assert unread(client, "PUT", "/r/nosuchcode/submission", 1000, "application/json") == 404


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


def test_half_a_character_is_no_reason_to_lose_an_answer(
    client: FlaskClient, invitation: Invitation
) -> None:
    head, where = bearer(new_token()), f"/r/{invitation.code}/submission"
    text = invitation.program.consent_texts[-1].id
    for odd in ("\\ud800", "\\u0000", "\\ud83d" * 9):
        refused = client.put(
            where,
            data=f'{{"consent_text": "{odd}", "purposes": ["internal"]}}',
            content_type="application/json",
            headers=head,
        )
        assert refused.status_code == 422
    opening = {"consent_text": f"{text}\0", "purposes": ["internal"]}
    assert client.put(where, json=opening, headers=head).status_code == 201
    sent = client.post(
        f"{where}/sending",
        data='{"name": "A\\u0000na", "written": {"0": "It came late \\ud83d"}}',
        content_type="application/json",
        headers=head,
    )
    assert sent.status_code == 200
    kept = db.session.query(Answer).one()
    assert kept.written_text == "It came late ?"
    assert kept.submission.display_name == "Ana"


@pytest.mark.parametrize("said", ["[" * 200_000, '{"a":' * 100_000])
def test_brackets_without_end_are_not_understood(
    client: FlaskClient, invitation: Invitation, said: str
) -> None:
    answer = client.put(
        f"/r/{invitation.code}/submission",
        data=said,
        content_type="application/json",
        headers=bearer(new_token()),
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("where", "data", "status"),
    [
        ("/settings/members", {"email": "a\0na@example.com", "role": "lead\0er"}, 303),
        ("/exports", {"program": "\0", "format": "csv", "level": "segments"}, 404),
        ("/following", {"what": "program:\0", "channel": "own"}, 422),
        ("/following", {"what": "theme:\0", "channel": "\0"}, 422),
        ("/account", {"name": "A\0na", "email": "ana\0@example.com"}, 303),
        ("/sign-in", {"email": "\0", "password": "\0", "next\0": "\0"}, 422),
    ],
)
def test_a_nul_in_a_form_breaks_nothing(
    client: FlaskClient, owner: Member, where: str, data: dict[str, str], status: int
) -> None:
    assert sign_in(client, owner).post(where, data=data).status_code == status
    assert b"\0" not in client.get("/account").data


def test_a_nul_in_the_plain_form_is_left_out(client: FlaskClient, invitation: Invitation) -> None:
    said = {
        "token": new_token(),
        "consent_text": f"\0{invitation.program.consent_texts[-1].id}",
        "purposes": ["internal", "shar\0ed"],
        "text-0": "It came \0late",
    }
    assert client.post(f"/r/{invitation.code}/form", data=said).status_code == 303
    kept = db.session.query(Answer).one()
    assert kept.written_text == "It came late"
    assert kept.submission.consent.purposes == ["internal", "shared"]
