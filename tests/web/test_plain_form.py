"""The plain form keeps to the rules of uploads: while it drips it holds up nobody, and its files
ask for room, are counted, and go when it is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import runtime
from app.domain import parts
from app.domain.clerk import new_token
from app.extensions import db, limiter
from app.models import Invitation, Recording, Workspace
from app.web import form_files, upload_limits
from tests import factories
from tests.web.test_bodies import FORM, bearer, unread

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MB = 1024 * 1024
FILM = b"\x1a\x45\xdf\xa3" + bytes(3 * MB)


@pytest.fixture
def invitation(workspace: Workspace) -> Invitation:
    return factories.invitation(factories.program(workspace))


class Watched(io.BytesIO):
    """A body; `look` is called whenever some of it is read."""

    def __init__(self, data: bytes, look: Callable[[], object] = lambda: None) -> None:
        super().__init__(data)
        self._look = look

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._look()
        return super().readinto(buffer)


def body(invitation: Invitation) -> bytes:
    fields = {
        "token": new_token(),
        "consent_text": invitation.program.consent_texts[-1].id,
        "purposes": "internal",
    }
    head = b"--xx\r\nContent-Disposition: form-data; name="
    texts = b"".join(head + f'"{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items())
    film = b'"file-0"; filename="voice.webm"\r\nContent-Type: video/webm\r\n\r\n' + FILM
    return texts + head + film + b"\r\n--xx--\r\n"


def send(client: FlaskClient, invitation: Invitation, stream: Watched) -> int:
    return client.post(
        f"/r/{invitation.code}/form",
        input_stream=stream,
        content_type=FORM,
        environ_overrides={"CONTENT_LENGTH": str(len(stream.getvalue()))},
    ).status_code


def lying() -> list[str]:
    """The open files without a name where uploads lie."""
    where = f"{runtime.settings().uploads}/"
    links = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    return [str(each) for each in links if str(each).startswith(where)]


def test_a_dripping_form_holds_no_connection(client: FlaskClient, invitation: Invitation) -> None:
    held: list[int] = []
    stream = Watched(body(invitation), lambda: held.append(db.engine.pool.checkedout()))
    assert send(client, invitation, stream) == 303
    assert held and set(held) == {0}


@pytest.mark.parametrize(("method", "path"), [("PUT", ""), ("POST", "/sending")])
def test_nor_does_dripping_json(
    client: FlaskClient, invitation: Invitation, method: str, path: str
) -> None:
    held: list[int] = []
    agreed = {"consent_text": invitation.program.consent_texts[-1].id, "purposes": ["internal"]}
    head, where = bearer(new_token()), f"/r/{invitation.code}/submission"
    assert client.put(where, json=agreed, headers=head).status_code == 201
    client.open(
        where + path,
        method=method,
        input_stream=Watched(b"{}", lambda: held.append(db.engine.pool.checkedout())),
        content_type="application/json",
        headers=head,
        environ_overrides={"CONTENT_LENGTH": "2"},
    )
    assert held and set(held) == {0}


def test_who_never_opened_the_form_is_not_read(
    app: Flask, client: FlaskClient, invitation: Invitation
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert unread(client, "POST", f"/r/{invitation.code}/form", 100 * MB, FORM) == 403


def test_its_file_comes_in_beside_the_uploads(client: FlaskClient, invitation: Invitation) -> None:
    seen: set[int] = set()
    assert (
        send(client, invitation, Watched(body(invitation), lambda: seen.add(len(lying())))) == 303
    )
    assert seen == {0, 1}
    assert lying() == []
    assert db.session.query(Recording).one().size == len(FILM)


def test_a_form_stops_where_the_disk_must_stay_free(
    client: FlaskClient, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the first piece, and what had come goes, though nobody ends its request in peace."""
    monkeypatch.setattr(parts, "FLOOR", 1 << 60)
    kept: list[form_files.FormFile] = []
    made = form_files.FormFile.__init__
    monkeypatch.setattr(
        form_files.FormFile, "__init__", lambda self: (kept.append(self), made(self))[1]
    )
    stream = Watched(body(invitation))
    assert send(client, invitation, stream) == 507
    assert 0 < stream.tell() < MB
    assert [each.closed for each in kept] == [True]
    assert db.session.query(Recording).count() == 0


def test_what_a_form_brings_is_counted_with_the_uploads(
    client: FlaskClient, invitation: Invitation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    monkeypatch.setattr(upload_limits, "LEAST", 0)
    limiter.reset()
    assert send(client, invitation, Watched(body(invitation))) == 303
    counted = [n for key, n in limiter.storage.storage.items() if "/bytes/" in key]
    assert counted == [len(FILM) // upload_limits.KIB + 1]
    limiter.reset()


def test_one_address_sends_a_few_forms_at_once(client: FlaskClient, invitation: Invitation) -> None:
    where = f"/r/{invitation.code}/form"
    with (
        client.application.test_request_context(where, environ_base={"REMOTE_ADDR": "127.0.0.1"}),
        ExitStack() as others,
    ):
        for _ in range(form_files.AT_ONCE):
            others.enter_context(form_files.one_of_few())
        assert unread(client, "POST", where, 100 * MB, FORM) == 429
    assert send(client, invitation, Watched(body(invitation))) == 303


def test_words_without_end_are_not_held_in_memory(
    client: FlaskClient, invitation: Invitation
) -> None:
    data = {"token": new_token(), "text-0": "x" * (64 * 1024 + 1)}
    answer = client.post(
        f"/r/{invitation.code}/form", data=data, content_type=FORM.partition(";")[0]
    )
    assert answer.status_code == 413
