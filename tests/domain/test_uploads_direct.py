"""Bytes that go past Python, to a server that speaks S3: the same promises."""

from __future__ import annotations

import hashlib
import json
import os
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import runtime
from app.domain import arrivals, capture, consent, direct, parts, uploads
from app.domain.details import Closing
from app.extensions import db
from app.models import Upload, Workspace
from storage import StorageError, open_storage
from storage.direct import PART_SIZE
from storage.s3_parts import S3Parts
from tests import factories, services

pytestmark = pytest.mark.slow

DATA = b"\x1aE\xdf\xa3" + os.urandom(PART_SIZE + 12_341)
PARTS = [DATA[:PART_SIZE], DATA[PART_SIZE:]]


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    with services.s3() as url:
        yield f"{url}&direct=yes&prefix=heard"


@pytest.fixture
def place(app: Flask, bucket: str) -> S3Parts:
    storage = open_storage(bucket)
    for key in storage.list(""):
        storage.delete(key)
    runtime.use(runtime.Runtime(runtime.settings(), storage))
    assert isinstance(storage.direct, S3Parts)
    return storage.direct


@pytest.fixture
def draft(workspace: Workspace, place: S3Parts) -> capture.Opened:
    invitation = factories.invitation(factories.program(workspace))
    opened = capture.open_submission(
        invitation,
        language="en",
        consent_text=consent.latest(invitation.program),
        purposes=["internal"],
    )
    db.session.commit()
    return opened


class Sender:
    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.head = client, {"Authorization": f"Bearer {token}"}
        self.at = ""

    def ask(self, method: str, path: str = "", **said: Any) -> TestResponse:
        where = f"/direct{self.at}{path}"
        return self.client.open(where, method=method, json=said or None, headers=self.head)

    def begin(self, **said: Any) -> str:
        self.at = ""
        answer = self.ask("POST", **{"position": 0, "filetype": "video/webm", **said})
        assert answer.status_code == 201 and answer.json["partSize"] == PART_SIZE
        self.at = f"/{answer.json['id']}"
        return str(answer.json["id"])

    def put(self, number: int, data: bytes) -> None:
        url = self.ask("POST", "/parts", number=number, size=len(data)).json["url"]
        request = urllib.request.Request(url, data, {"Content-Type": "video/webm"}, method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200


@pytest.fixture
def sender(client: FlaskClient, draft: capture.Opened) -> Sender:
    return Sender(client, draft.token)


def test_a_recording_in_parts_while_it_is_made(sender: Sender, draft: capture.Opened) -> None:
    sender.begin()
    sender.put(1, PARTS[0])
    assert sender.ask("POST", "/complete", length=len(DATA)).status_code == 409
    shown = sender.ask("GET").json
    assert shown["parts"] == [{"number": 1, "size": PART_SIZE}]
    sender.put(2, b"half of it")
    sender.put(2, PARTS[1])  # once more, after a cut
    done = sender.ask("POST", "/complete", length=len(DATA))
    assert done.json == {"state": "received", "sha256": hashlib.sha256(DATA).hexdigest()}
    assert sender.ask("POST", "/complete", length=len(DATA)).json == done.json
    assert sender.ask("POST", "/complete", length=len(DATA) - 1).status_code == 409
    assert sender.ask("GET").json["state"] == "received"
    db.session.expire_all()
    recording = draft.submission.answers[0].recording
    assert recording is not None and recording.size == len(DATA)
    with runtime.storage().open(recording.original_key) as stored:
        assert stored.read() == DATA
    capture.send(draft.submission)
    db.session.commit()


def test_what_is_refused(sender: Sender, client: FlaskClient, place: S3Parts) -> None:
    assert sender.ask("POST", position=0, length=0).status_code == 422
    assert sender.ask("POST", position=0, length=10**12).status_code == 413
    assert sender.ask("POST", position=9).status_code == 422
    assert sender.ask("POST", filetype="text/html").status_code == 415
    upload_id = sender.begin(length=1000)
    for said, status in (
        ({"number": 0, "size": 1}, 422),
        ({"number": 1, "size": PART_SIZE + 1}, 422),
        ({"number": True, "size": 1}, 422),
        ({"number": 1, "size": 1001}, 413),
        ({"number": 2, "size": 1}, 413),
        ({"size": 1}, 422),
    ):
        assert sender.ask("POST", "/parts", **said).status_code == status, said
    assert sender.ask("POST", "/complete", length=1000).status_code == 409
    tus = {**sender.head, "Tus-Resumable": "1.0.0"}
    assert client.head(f"/uploads/{upload_id}", headers=tus).status_code == 404
    other = Sender(client, "nobody")
    other.at = sender.at
    assert other.ask("GET").status_code == 404
    sender.at = "/" + "0" * 26
    assert sender.ask("GET").status_code == 404


def test_a_crash_after_the_bucket_has_finished_is_mended(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    sender.begin(length=len(DATA))
    for number, data in enumerate(PARTS, 1):
        sender.put(number, data)
    with monkeypatch.context() as patch:
        patch.setattr(arrivals, "publish", crash)
        with pytest.raises(KeyboardInterrupt):
            sender.ask("POST", "/complete", length=len(DATA))
    db.session.rollback()
    assert sender.ask("GET").json["state"] == "open"
    done = sender.ask("POST", "/complete", length=len(DATA))
    assert done.json["sha256"] == hashlib.sha256(DATA).hexdigest()


def while_hashed(monkeypatch: pytest.MonkeyPatch, done: Callable[[str], object]) -> None:
    """Carries this out, with the hash, while the bytes are read for it."""
    real = direct._hash

    def slow(key: str) -> str:
        sha256 = real(key)
        done(sha256)
        return sha256

    monkeypatch.setattr(direct, "_hash", slow)


def test_bytes_are_read_once_however_often_the_end_is_said(
    sender: Sender, draft: capture.Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = sender.begin(length=3)
    sender.put(1, b"ID3")
    read: list[str] = []

    def again(sha256: str) -> None:
        read.append(sha256)
        with pytest.raises(parts.Locked):
            direct.complete(db.session.get_one(Upload, upload_id), 3)
        db.session.rollback()

    while_hashed(monkeypatch, again)
    for _ in range(2):
        assert sender.ask("POST", "/complete", length=3).status_code == 200
    db.session.expire_all()
    assert len(draft.submission.answers) == len(read) == 1
    assert list(runtime.storage().list("")) == [f"recordings/{upload_id}/original/0"]
    assert list(runtime.settings().uploads.iterdir()) == []


def test_a_slow_end_leaves_what_another_machine_made_of_it(
    sender: Sender, draft: capture.Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload_id = sender.begin(length=3)
    sender.put(1, b"ID3")

    def quicker(sha256: str) -> None:
        upload = db.session.get_one(Upload, upload_id)
        arrivals.publish(upload, f"recordings/{upload_id}/original/0", sha256)
        capture.send(draft.submission)
        db.session.commit()

    while_hashed(monkeypatch, quicker)
    done = sender.ask("POST", "/complete", length=3)
    assert done.json == {"state": "received", "sha256": hashlib.sha256(b"ID3").hexdigest()}
    db.session.expire_all()
    assert db.session.get_one(Upload, upload_id).state == "received"
    recording = draft.submission.answers[0].recording
    assert recording is not None
    with runtime.storage().open(recording.original_key) as stored:
        assert stored.read() == b"ID3"


@pytest.mark.parametrize("sent", [False, True], ids=["a draft", "sent without it"])
def test_bytes_that_nobody_wants_any_more_go_at_their_end(
    sender: Sender, draft: capture.Opened, monkeypatch: pytest.MonkeyPatch, sent: bool
) -> None:
    upload_id = sender.begin(length=3)
    sender.put(1, b"ID3")

    def unwanted(_sha256: str) -> None:
        uploads.terminate(db.session.get_one(Upload, upload_id))
        if sent:
            capture.send(draft.submission, Closing(written={0: "In writing."}))
        db.session.commit()

    while_hashed(monkeypatch, unwanted)
    assert sender.ask("POST", "/complete", length=3).status_code == (409 if sent else 404)
    db.session.expire_all()
    assert db.session.get_one(Upload, upload_id).state == "ended"
    assert [answer.kind for answer in draft.submission.answers] == ["text"] * sent
    assert list(runtime.storage().list("")) == []


def test_taking_one_back_at_the_moment_it_is_made_an_answer_takes_the_answer(
    sender: Sender, draft: capture.Opened
) -> None:
    upload_id = sender.begin(length=3)
    sender.put(1, b"ID3")
    stale = db.session.get_one(Upload, upload_id)
    assert stale.state == "open"
    with sender.client.application.app_context():
        direct.complete(db.session.get_one(Upload, upload_id), 3)
    assert stale.state == "open"  # as its sender's request has read it
    uploads.terminate(stale)
    db.session.commit()
    db.session.expire_all()
    assert draft.submission.answers == [] and stale.state == "ended"
    assert list(runtime.storage().list("")) == []


def test_an_address_takes_its_own_part_for_a_while(sender: Sender, place: S3Parts) -> None:
    sender.begin(length=1000)
    url = sender.ask("POST", "/parts", number=1, size=1000).json["url"]
    assert f"X-Amz-Expires={direct.ADDRESS_FOR_S}" in url
    assert "content-length%3Bhost" in url  # S3 refuses a body of any other size
    assert url.startswith(place.origin + "/")


def test_addresses_may_be_of_another_name_than_the_bucket_has_inside(bucket: str) -> None:
    outside = open_storage(bucket.replace("direct=yes", "direct=https://media.example.com"))
    assert outside.direct is not None
    assert outside.direct.origin == "https://media.example.com"
    multipart = outside.direct.begin("recordings/x/original/0")  # the server itself stays inside
    address = outside.direct.address("recordings/x/original/0", multipart, 1, 5, 60)
    assert address.startswith("https://media.example.com/heard/heard/recordings/x/original/0?")
    outside.direct.drop("recordings/x/original/0", multipart)


def test_parts_that_nobody_goes_on_with_are_dropped(
    sender: Sender, place: S3Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for begun in place.begun(""):
        place.drop(begun.key, begun.multipart)
    sender.begin()
    sender.put(1, PARTS[0])
    assert sender.ask("DELETE").status_code == 204
    assert sender.ask("GET").status_code == 404
    assert list(place.begun("")) == []
    sender.begin()
    stray = place.begin("recordings/stray/original/0")
    monkeypatch.setattr(uploads, "UNNAMED_FOR", timedelta(0))
    assert direct.sweep() == 1  # of a crash before the commit; the one under way stays
    assert [begun.key.split("/")[1] for begun in place.begun("")] == [sender.at[1:]]
    place.drop("recordings/stray/original/0", stray)  # quiet: it is gone


def test_a_bucket_that_is_away_is_said(
    sender: Sender, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sender.begin(length=3)
    sender.put(1, b"ID3")

    def away(*_: object, **__: object) -> None:
        raise StorageError("The bucket can't be reached.")

    with monkeypatch.context() as patch:
        patch.setattr(S3Parts, "arrived", away)
        answer = sender.ask("POST", "/complete", length=3)
        assert answer.status_code == 503 and "try again" in json.loads(answer.text)["error"]
    assert sender.ask("POST", "/complete", length=3).status_code == 200


def test_without_a_bucket_nothing_goes_straight_to_one(
    client: FlaskClient, draft: capture.Opened, tmp_path: Path
) -> None:
    runtime.use(runtime.Runtime(runtime.settings(), open_storage(tmp_path.as_uri())))
    assert Sender(client, draft.token).ask("POST", position=0).status_code == 404
