"""Bad inputs 1 to 13, the protocol's, each with the answer that it must get from the server as it
is shipped: its threads, its limits, its database. Number 12 is in test_protocol_repeated.py."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Answer, Recording, Run, Submission, Upload, now
from tests import services
from tests.live import BYTES, Live, b64, bearer, live, tus

pytestmark = pytest.mark.slow

MOST = 1_000_000
DATA = b"\x1aE\xdf\xa3" + os.urandom(299_996)
# As shipped, but with fewer threads and less patience, so that a hundred are many soon.
SETTINGS = """
import app.host.crowd
app.host.crowd.PATIENCE, app.host.crowd.HURRY = 4, 1
from app.gunicorn import *
threads, workers = 8, 2
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("protocol")
    (folder / "settings.py").write_text(SETTINGS)
    with live(folder / "data", migrated, MAX_UPLOAD_MB="1") as server:
        server.stop()
        server.config = str(folder / "settings.py")
        server.start()
        yield server


@pytest.fixture
def token(server: Live) -> str:
    return server.draft()


def where(server: Live, token: str, length: int = len(DATA), **more: str) -> str:
    answer = server.create(token, length, **more)
    assert answer.status == 201, answer.body
    return str(answer.headers["Location"])


def head(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def status_without_body(server: Live, method: str, path: str, headers: dict[str, str]) -> int:
    """The answer to a head whose body never comes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=25) as wire:
        wire.sendall(head(method, path, headers))
        return int(wire.recv(4096).split(b" ")[1])


def parts_left(server: Live, location: str) -> list[str]:
    upload_id = location.rpartition("/")[2]
    return [path.name for path in (server.data / "uploads").glob(f"{upload_id}*")]


def kept(server: Live, token: str) -> list[tuple[str, int]]:
    """The hash and size of each recording of a submission, with its object's true ones."""
    with server.app.app_context():
        query = (
            select(Recording)
            .join(Answer)
            .join(Submission)
            .where(Submission.token_hash == token_hash(token))
        )
        found = []
        for recording in db.session.scalars(query):
            data = (server.data / "objects" / recording.original_key).read_bytes()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (
                recording.sha256,
                recording.size,
            )
            found.append((recording.sha256, recording.size))
        db.session.remove()
        return found


def test_01_an_empty_file(server: Live, token: str) -> None:
    answer = server.create(token, 0)
    assert (answer.status, answer.body) == (422, b"This file is empty.\n")
    later = server.ask("POST", "/uploads", **tus(token), Upload_Defer_Length="1")
    at = later.headers["Location"]
    assert server.patch(token, at, b"", 0, Upload_Length="0").status == 422
    assert kept(server, token) == []


def test_02_a_declared_size_over_the_limit_before_the_body(server: Live, token: str) -> None:
    body = {"Content_Type": BYTES, "Content_Length": str(MOST + 1)}
    declared = {**tus(token), "Upload_Length": str(MOST + 1), **body}
    assert status_without_body(server, "POST", "/uploads", declared) == 413
    at = where(server, token)
    longer = {**tus(token), "Upload_Offset": "0", **body}
    assert status_without_body(server, "PATCH", at, longer) == 413
    assert server.offset(token, at) == 0


def test_03_a_body_in_chunks_over_the_limit(server: Live, token: str) -> None:
    later = server.ask("POST", "/uploads", **tus(token), Upload_Defer_Length="1")
    at = later.headers["Location"]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    said = {"Upload-Offset": "0", "Content-Type": BYTES, "Tus-Resumable": "1.0.0", **bearer(token)}
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(400):
            sent += 100_000
            yield bytes(100_000)

    with suppress(ConnectionError):  # cut off in the midst of it, as it should be
        connection.request("PATCH", urlsplit(at).path, pieces(), said, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()
    assert parts_left(server, at) == []
    assert server.ask("HEAD", at, **tus(token)).status == 404


def test_04_a_wrong_offset(server: Live, token: str) -> None:
    at = where(server, token)
    assert server.patch(token, at, DATA[:1000], 0).status == 204
    for offset in (0, 999, 1001, 10**9):
        answer = server.patch(token, at, b"x" * 500, offset)
        assert (answer.status, answer.headers["Upload-Offset"]) == (409, "1000")
    assert server.patch(token, at, DATA[1000:], 1000).status == 204
    assert kept(server, token) == [(hashlib.sha256(DATA).hexdigest(), len(DATA))]


def test_05_two_patches_at_once(server: Live, token: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            at = where(server, token)
            asked = [pool.submit(server.patch, token, at, DATA, 0) for _ in range(2)]
            statuses = sorted(each.result().status for each in asked)
            assert statuses[0] == 204 and statuses[1] in (409, 423), statuses
            assert kept(server, token) == [(hashlib.sha256(DATA).hexdigest(), len(DATA))]


def test_06_bytes_past_the_declared_length(server: Live, token: str) -> None:
    at = where(server, token, 1000)
    assert server.patch(token, at, DATA[:1001], 0).status == 413
    assert server.patch(token, at, DATA[:600], 0).status == 204
    assert server.patch(token, at, DATA[600:1001], 600).status == 413
    assert server.offset(token, at) == 600
    assert server.patch(token, at, DATA[600:1000], 600).status == 204
    assert server.patch(token, at, b"one more", 1000).status == 409
    assert kept(server, token) == [(hashlib.sha256(DATA[:1000]).hexdigest(), 1000)]


def test_07_finalised_early(server: Live, token: str) -> None:
    at = where(server, token)
    server.patch(token, at, DATA[:1000], 0)
    assert server.send(token).status == 409
    server.patch(token, at, DATA[1000:], 1000)
    assert server.send(token).status == 200


def test_08_finalised_twice(server: Live, token: str) -> None:
    at = where(server, token)
    server.patch(token, at, DATA, 0)
    closing = {"name": "Ada", "hashes": {"0": hashlib.sha256(DATA).hexdigest()}}
    first, second = server.send(token, **closing), server.send(token, **closing)
    assert (first.status, second.status, second.json) == (200, 200, first.json)
    shouted = {"name": "Ada", "hashes": {"0": hashlib.sha256(DATA).hexdigest().upper()}}
    assert server.send(token, **shouted).status == 200
    other = server.send(token, **{**closing, "name": "Bob"})
    assert other.status == 422
    assert "already sent" in other.json["error"]
    with server.app.app_context():
        query = select(Submission).where(Submission.token_hash == token_hash(token))
        submission = db.session.scalars(query).one()
        assert submission.display_name == "Ada"
        runs = select(func.count(Run.id)).where(Run.answer_id == submission.answers[0].id)
        assert db.session.scalar(runs) == 1
        db.session.remove()


def test_09_a_wrong_hash(server: Live, token: str) -> None:
    at = where(server, token)
    wrong = f"sha256 {b64(hashlib.sha256(b'other').digest())}"
    assert server.patch(token, at, DATA, 0, Upload_Checksum=wrong).status == 460  # tus, checksum
    assert server.offset(token, at) == 0 and kept(server, token) == []
    server.patch(token, at, DATA, 0)
    answer = server.send(token, hashes={"0": hashlib.sha256(b"other").hexdigest()})
    assert answer.status == 422
    with server.app.app_context():
        query = select(Submission).where(Submission.token_hash == token_hash(token))
        submission = db.session.scalars(query).one()
        assert submission.state == "draft" and submission.answers[0].runs == []
        db.session.remove()


def test_10_a_foreign_an_expired_and_an_unknown_upload(server: Live, token: str) -> None:
    at, expired = where(server, token), where(server, other := server.draft())
    with server.app.app_context():
        db.session.get_one(Upload, expired.rpartition("/")[2]).expires_at = now()
        db.session.commit()
        db.session.remove()
    said = set()
    for shown, asked in ((other, at), (token, expired), (token, "/uploads/" + "0" * 26)):
        for answer in (
            server.patch(shown, asked, DATA, 0),
            server.ask("DELETE", asked, **tus(shown)),
        ):
            names = frozenset(name for name in answer.headers if name != "Date")
            said.add((answer.status, answer.body, names))
    assert len(said) == 1 and next(iter(said))[0] == 404
    assert server.patch(other, expired, DATA, 0).status == 410  # to whom it belongs


@pytest.mark.timeout(180)
def test_11_a_hundred_that_drip(server: Live, token: str) -> None:
    at = where(server, token)
    form = {"Content_Type": "application/x-www-form-urlencoded", "Content_Length": "9000"}
    bytes_ = {**tus(token), "Upload_Offset": "0", "Content_Type": BYTES, "Content_Length": "9000"}
    heads = (
        b"GET /healthz HTTP/1.1\r\nX-Drip: ",
        head("POST", f"/r/{server.code}/form", form),
        head("PATCH", at, bytes_),
    )
    wires = []
    for number in range(100):
        wire = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        wire.sendall(heads[number % 3])
        wire.setblocking(False)
        wires.append(wire)
    dripping = list(wires)

    def drip() -> bool:
        for wire in list(dripping):
            try:
                wire.send(b"x")
                if wire.recv(4096) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                continue
            except ConnectionError:
                dripping.remove(wire)
        return not dripping

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(server.ask, "GET", f"/r/{server.code}", timeout=30)
        services.eventually(drip, 60, "all that drip are closed")
        assert others.result().status == 200
    for wire in wires:
        wire.close()
    assert server.ask("GET", "/healthz", timeout=30).status == 200

    def goes_on() -> bool:  # once the last that dripped into it has let go of it
        return server.patch(token, at, DATA, server.offset(token, at)).status in (204, 413)

    services.eventually(goes_on, 30, "the upload goes on")


def test_13_a_name_that_climbs(server: Live, token: str) -> None:
    name = "../../etc/passwd\x00\r\nSet-Cookie: a=b\u202egnp.exe" + "x" * 5000
    said = f"filename {b64(name)},filetype {b64('video/webm')}"
    at = where(server, token, Upload_Metadata=said)
    asked = server.ask("HEAD", at, **tus(token))
    assert asked.headers["Upload-Metadata"] == said and "Set-Cookie" not in asked.headers
    server.patch(token, at, DATA, 0)
    with server.app.app_context():
        upload = db.session.get_one(Upload, at.rpartition("/")[2])
        recording = db.session.get_one(Recording, upload.id)
        assert recording.original_key == f"recordings/{upload.id}/original/0"
        assert len(recording.filename) == 200 and recording.filename.isprintable()
        db.session.remove()


def test_nobody_was_answered_with_an_error_of_ours(server: Live) -> None:
    """What else a sender may get wrong; never an answer of 500 or above."""
    token = new_token()
    for body in (b"", b"{", b"[]", b'{"purposes": 7}', json.dumps({"consent_text": "\0"}).encode()):
        where_to = f"/r/{server.code}/submission"
        answer = server.ask("PUT", where_to, body, **bearer(token), Content_Type="application/json")
        assert 400 <= answer.status < 500, answer.body
