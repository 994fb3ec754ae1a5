"""The protocol as a sender meets it, over a real socket where that matters."""

from __future__ import annotations

import base64
import hashlib
import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from app import runtime
from app.domain import capture, consent, erasing, parts
from app.extensions import db
from app.models import Upload, Workspace, now
from tests import factories, services

DATA = b"\x1aE\xdf\xa3" + bytes(range(256)) * 400


@pytest.fixture
def draft(workspace: Workspace) -> capture.Opened:
    invitation = factories.invitation(factories.program(workspace))
    opened = capture.open_submission(
        invitation,
        language="en",
        consent_text=consent.latest(invitation.program),
        purposes=["internal"],
    )
    db.session.commit()
    return opened


@pytest.fixture
def head(draft: capture.Opened) -> dict[str, str]:
    return {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {draft.token}"}


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def create(client: FlaskClient, head: dict[str, str], **more: str) -> TestResponse:
    said = {"Upload-Length": str(len(DATA)), **{k.replace("_", "-"): v for k, v in more.items()}}
    return client.post("/uploads", headers={**head, **said})


def patch(
    client: FlaskClient, head: dict[str, str], where: str, data: bytes, offset: object, **more: str
) -> TestResponse:
    said = {
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        **{k.replace("_", "-"): v for k, v in more.items()},
    }
    return client.patch(where, data=data, headers={**head, **said})


def test_what_the_server_can_do(client: FlaskClient) -> None:
    answer = client.options("/uploads")
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert "creation-defer-length" in answer.headers["Tus-Extension"].split(",")
    assert int(answer.headers["Tus-Max-Size"]) == runtime.settings().max_upload


def test_a_file_in_three_pieces(
    client: FlaskClient, draft: capture.Opened, head: dict[str, str]
) -> None:
    name = "../../etc\x00\r\n‮" + "x" * 500 + ".webm"
    said = f"filename {b64(name)},filetype {b64('video/webm;codecs=vp8,opus')},kind {b64('video')}"
    made = create(client, head, Upload_Metadata=said)
    assert made.status_code == 201
    where = made.headers["Location"]
    assert draft.token not in where
    for start, end in ((0, 1000), (1000, 70_000), (70_000, len(DATA))):
        asked = client.head(where, headers=head)
        assert asked.headers["Upload-Offset"] == str(start)
        assert asked.headers["Upload-Length"] == str(len(DATA))
        assert asked.headers["Cache-Control"] == "no-store"
        sent = patch(client, head, where, DATA[start:end], start)
        assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(end))
    recording = draft.submission.answers[0].recording
    assert recording is not None
    assert recording.sha256 == hashlib.sha256(DATA).hexdigest()
    assert recording.declared_type == "video/webm;codecs=vp8,opus"
    assert len(recording.filename) == 200 and recording.filename.isprintable()
    assert ".." not in recording.original_key
    # Known to be whole also when that last answer got lost on the way.
    assert client.head(where, headers=head).headers["Upload-Offset"] == str(len(DATA))


def test_a_length_said_at_the_end(
    client: FlaskClient, draft: capture.Opened, head: dict[str, str]
) -> None:
    where = client.post("/uploads", headers={**head, "Upload-Defer-Length": "1"}).headers[
        "Location"
    ]
    assert patch(client, head, where, DATA[:1000], 0).status_code == 204
    asked = client.head(where, headers=head)
    assert asked.headers["Upload-Offset"] == "1000"
    assert asked.headers["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in asked.headers
    whole = str(len(DATA))
    for length, status in (("0", 422), ("999", 422), (str(10**12), 413), ("x", 400)):
        answer = patch(client, head, where, b"", 1000, Upload_Length=length)
        assert answer.status_code == status, length
    assert patch(client, head, where, DATA[1000:2000], 1000, Upload_Length=whole).status_code == 204
    asked = client.head(where, headers=head)
    assert asked.headers["Upload-Length"] == whole
    assert "Upload-Defer-Length" not in asked.headers
    other = patch(client, head, where, DATA[2000:], 2000, Upload_Length=str(len(DATA) + 1))
    assert other.status_code == 409
    assert patch(client, head, where, DATA[2000:], 2000, Upload_Length=whole).status_code == 204
    recording = draft.submission.answers[0].recording
    assert recording is not None and recording.sha256 == hashlib.sha256(DATA).hexdigest()


def test_a_length_said_when_all_bytes_are_here(
    client: FlaskClient, draft: capture.Opened, head: dict[str, str]
) -> None:
    where = client.post("/uploads", headers={**head, "Upload-Defer-Length": "1"}).headers[
        "Location"
    ]
    assert patch(client, head, where, DATA, 0).status_code == 204
    assert draft.submission.answers == []
    assert (
        patch(client, head, where, b"", len(DATA), Upload_Length=str(len(DATA))).status_code == 204
    )
    db.session.refresh(draft.submission)
    assert draft.submission.answers[0].recording is not None


@pytest.mark.parametrize(
    ("said", "status", "sentence"),
    [
        ({"Upload_Defer_Length": "1"}, 400, "number"),  # and a length
        ({"Upload_Defer_Length": "2"}, 400, "number"),
        ({"Upload_Length": "0"}, 422, "empty"),
        ({"Upload_Length": str(10**12)}, 413, "larger"),
        ({"Upload_Length": "-5"}, 400, "number"),
        ({"Upload_Length": "٣"}, 400, "number"),
        ({"Upload_Length": "9" * 400}, 400, "number"),
        ({"Upload_Metadata": "filename !!!"}, 400, "can't be read"),
        ({"Upload_Metadata": f"filename {b64('x' * 6200)}"}, 400, "can't be read"),  # too much
        ({"Upload_Metadata": f"kind {b64('video')},kind {b64('video')}"}, 400, "can't be read"),
        ({"Upload_Metadata": f"filetype {b64('text/html')}"}, 415, "not a video"),
        ({"Upload_Metadata": f"kind {b64('text')}"}, 415, "not a video"),
        ({"Upload_Metadata": f"position {b64('7')}"}, 422, "no such question"),
        ({"Upload_Metadata": f"position {b64('-1')}"}, 422, "no such question"),
        ({"Tus_Resumable": "0.2.2"}, 412, "version"),
        ({"Authorization": "Bearer nobody"}, 404, "nothing"),
        ({"Authorization": ""}, 404, "nothing"),
    ],
)
def test_what_is_not_accepted(
    client: FlaskClient, head: dict[str, str], said: dict[str, str], status: int, sentence: str
) -> None:
    said = {key: value.encode().decode("latin-1") for key, value in said.items()}
    answer = create(client, head, **said)
    assert answer.status_code == status
    assert sentence in answer.text
    assert answer.mimetype == "text/plain"
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_wrong_offset_is_told_the_right_one(client: FlaskClient, head: dict[str, str]) -> None:
    where = create(client, head).headers["Location"]
    patch(client, head, where, DATA[:100], 0)
    answer = patch(client, head, where, DATA[:100], 0)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (409, "100")
    assert patch(client, head, where, b"", "abc").status_code == 400
    assert patch(client, head, where, b"x", 100, Content_Type="text/plain").status_code == 415
    assert patch(client, head, where, DATA, 100).status_code == 413
    assert client.head(where, headers=head).headers["Upload-Offset"] == "100"


def test_checksums(client: FlaskClient, head: dict[str, str], draft: capture.Opened) -> None:
    where = create(client, head).headers["Location"]
    wrong = f"sha256 {b64(hashlib.sha256(b'other').digest())}"
    answer = patch(client, head, where, DATA, 0, Upload_Checksum=wrong)
    assert answer.status_code == 460
    assert client.head(where, headers=head).headers["Upload-Offset"] == "0"
    assert draft.submission.answers == []
    assert patch(client, head, where, DATA, 0, Upload_Checksum="md5 AAAA").status_code == 400
    assert patch(client, head, where, DATA, 0, Upload_Checksum="sha1 !").status_code == 400
    right = f"sha1 {b64(hashlib.sha1(DATA).digest())}"
    assert patch(client, head, where, DATA, 0, Upload_Checksum=right).status_code == 204


def test_foreign_expired_and_unknown_uploads_look_the_same(
    client: FlaskClient, head: dict[str, str], draft: capture.Opened
) -> None:
    where = create(client, head).headers["Location"]
    upload_id = where.rpartition("/")[2]
    other = capture.open_submission(
        draft.submission.invitation,  # type: ignore[arg-type]
        language="en",
        consent_text=consent.latest(draft.submission.program),
        purposes=["internal"],
    )
    db.session.commit()
    foreign = client.head(where, headers={**head, "Authorization": f"Bearer {other.token}"})
    unknown = client.head("/uploads/nosuchupload", headers=head)
    odd = client.head("/uploads/%00%ff", headers=head)
    db.session.get_one(Upload, upload_id).expires_at = now()
    db.session.commit()
    expired = client.head(where, headers=head)
    assert {foreign.status_code, unknown.status_code} == {404}
    assert expired.status_code == 410
    assert odd.status_code == 400
    gone = patch(client, head, where, DATA, 0)
    assert gone.status_code == 410 and "sent again" in gone.text
    assert patch(client, head, "/uploads/nosuchupload", DATA, 0).status_code == 404


def test_terminate(client: FlaskClient, head: dict[str, str]) -> None:
    where = create(client, head).headers["Location"]
    override = {**head, "X-HTTP-Method-Override": "HEAD"}
    assert client.post(where, headers=override).headers["Upload-Offset"] == "0"
    assert client.post(where, headers=head).status_code == 405
    assert client.delete(where, headers=head).status_code == 204
    assert client.head(where, headers=head).status_code == 404
    assert list(runtime.settings().uploads.iterdir()) == []


def test_after_withdrawal_nothing_is_taken(
    client: FlaskClient, head: dict[str, str], draft: capture.Opened
) -> None:
    where = create(client, head).headers["Location"]
    consent.withdraw(draft.submission)
    db.session.commit()
    assert patch(client, head, where, DATA, 0).status_code == 404
    assert create(client, head).status_code == 404
    erasing.due()  # as the clock does; of a draft the bytes wait for it
    assert list(runtime.settings().uploads.iterdir()) == []


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def offset_at(port: int, where: str, head: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("HEAD", where, headers=head)
    answer = connection.getresponse()
    answer.read()
    return int(answer.headers.get("Upload-Offset", -1))


def start_patch(port: int, where: str, head: dict[str, str], length: int) -> socket.socket:
    lines = [
        f"PATCH {where} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/offset+octet-stream",
        "Upload-Offset: 0",
        f"Content-Length: {length}",
        *(f"{name}: {value}" for name, value in head.items()),
    ]
    wire = socket.create_connection(("127.0.0.1", port))
    wire.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    return wire


def test_a_cut_connection_keeps_what_arrived(
    client: FlaskClient, head: dict[str, str], draft: capture.Opened, port: int
) -> None:
    where = create(client, head).headers["Location"]
    wire = start_patch(port, where, head, len(DATA))
    wire.sendall(DATA[:50_000])
    wire.close()
    services.eventually(lambda: offset_at(port, where, head) > 0, 60, "what came is counted")
    services.eventually(lambda: not held(where), 60, "the cut one has let go")
    assert offset_at(port, where, head) == 50_000
    assert patch(client, head, where, DATA[50_000:], 50_000).status_code == 204
    db.session.refresh(draft.submission)
    recording = draft.submission.answers[0].recording
    assert recording is not None and recording.sha256 == hashlib.sha256(DATA).hexdigest()


def held(where: str) -> bool:
    """Whether someone holds the upload's lock. Asking by locking would get in the way."""
    inode = parts.path_of(where.rpartition("/")[2]).stat().st_ino
    return any(f":{inode} " in line for line in Path("/proc/locks").read_text().splitlines())


def test_two_senders_at_once_are_one_sender(
    client: FlaskClient, head: dict[str, str], port: int
) -> None:
    where = create(client, head).headers["Location"]
    slow = start_patch(port, where, head, len(DATA))
    slow.sendall(DATA[:1000])
    services.eventually(lambda: held(where), 20, "the first sender holds the upload")
    answer = patch(client, head, where, b"", 0)  # nothing to add: asks only whether it may
    assert answer.status_code == 423
    slow.sendall(DATA[1000:])
    assert slow.recv(4096).startswith(b"HTTP/1.1 204")
    slow.close()


def test_a_body_of_unknown_length_is_cut_where_it_was_announced_to_end(
    client: FlaskClient, head: dict[str, str], port: int
) -> None:
    where = create(client, head).headers["Location"]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    said = {**head, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    connection.request("PATCH", where, iter([DATA, DATA]), said, encode_chunked=True)
    assert connection.getresponse().status == 413
    assert list(runtime.settings().uploads.iterdir()) == []
    other = create(client, head).headers["Location"]
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PATCH", other, iter([DATA[:9], DATA[9:]]), said, encode_chunked=True)
    assert connection.getresponse().status == 204


@pytest.mark.parametrize("page", ["", "/form"])
def test_the_page_says_how_large_a_file_may_be(
    client: FlaskClient, workspace: Workspace, page: str
) -> None:
    invitation = factories.invitation(factories.program(workspace))
    assert "At most 500.0 MB." in client.get(f"/r/{invitation.code}{page}").text
