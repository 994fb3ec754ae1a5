"""Each MUST of tus 1.0 (https://tus.io/protocols/resumable-upload) for a server, by its section."""

from __future__ import annotations

import hashlib
from email.utils import parsedate_to_datetime

import pytest
from flask.testing import FlaskClient

from app.domain import capture, consent
from app.extensions import db
from app.models import Upload, Workspace, now
from tests import factories
from tests.live import BYTES, b64

DATA = b"\x1aE\xdf\xa3" + b"face and voice" * 50
SIZE = str(len(DATA))


class Tus:
    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.head = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {token}"}

    def __call__(self, method: str, where: str = "/uploads", data: bytes = b"", **said: str):
        headers = {**self.head, **{name.replace("_", "-"): value for name, value in said.items()}}
        return self.client.open(where, method=method, data=data, headers=headers)

    def create(self, **said: str) -> str:
        answer = self("POST", **{"Upload_Length": SIZE, **said})
        assert answer.status_code == 201
        return str(answer.headers["Location"])

    def patch(self, where: str, data: bytes, offset: int, **said: str):
        return self("PATCH", where, data, Upload_Offset=str(offset), Content_Type=BYTES, **said)


@pytest.fixture
def tus(client: FlaskClient, workspace: Workspace) -> Tus:
    invitation = factories.invitation(factories.program(workspace))
    opened = capture.open_submission(
        invitation,
        language="en",
        consent_text=consent.latest(invitation.program),
        purposes=["internal"],
    )
    db.session.commit()
    return Tus(client, opened.token)


def test_core_head_and_patch(tus: Tus) -> None:
    """HEAD: Upload-Offset MUST be there even for 0, Upload-Length if known, Cache-Control
    no-store. PATCH: offset MUST equal the resource's, else 409; Content-Type MUST be ours, else
    415; success MUST be 204 with the new Upload-Offset. Every answer has Tus-Resumable."""
    where = tus.create()
    head = tus("HEAD", where)
    assert (head.status_code, head.headers["Upload-Offset"]) == (200, "0")
    assert (head.headers["Upload-Length"], head.headers["Cache-Control"]) == (SIZE, "no-store")
    assert tus.patch(where, DATA, 1).status_code == 409
    wrong = tus("PATCH", where, DATA, Upload_Offset="0", Content_Type="text/plain")
    assert wrong.status_code == 415
    assert tus("HEAD", where).headers["Upload-Offset"] == "0"
    sent = tus.patch(where, DATA[:9], 0)
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, "9")
    for answer in (head, wrong, sent):
        assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_core_nothing_at_an_unknown_address(tus: Tus) -> None:
    """HEAD: SHOULD be 404, 410 or 403, without Upload-Offset; PATCH: SHOULD be 404."""
    head = tus("HEAD", "/uploads/" + "0" * 26)
    assert head.status_code == 404 and "Upload-Offset" not in head.headers
    assert tus.patch("/uploads/" + "0" * 26, DATA, 0).status_code == 404


def test_core_options(tus: Tus, client: FlaskClient) -> None:
    """MUST name Tus-Version; extensions and their algorithms; Tus-Resumable MUST be ignored."""
    answer = client.options("/uploads", headers={"Tus-Resumable": "0.2.2"})
    assert answer.status_code == 204 and answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        *("creation", "creation-with-upload", "creation-defer-length"),
        *("termination", "checksum", "expiration"),
    }
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    assert int(answer.headers["Tus-Max-Size"]) > 0


def test_core_another_version(tus: Tus) -> None:
    """MUST be 412 with Tus-Version, and MUST NOT be processed."""
    answer = tus("POST", Upload_Length=SIZE, Tus_Resumable="9.0.0")
    assert (answer.status_code, answer.headers["Tus-Version"]) == (412, "1.0.0")
    assert db.session.query(Upload).count() == 0


@pytest.mark.parametrize("actual", ["POST", "GET", "PUT"])
def test_core_the_method_by_its_header(tus: Tus, actual: str) -> None:
    """X-HTTP-Method-Override MUST be taken for the method, the actual one ignored."""
    where = tus.create()
    asked = tus(actual, where, X_HTTP_Method_Override="HEAD")
    assert asked.headers["Upload-Offset"] == "0"
    sent = tus(
        actual, where, DATA, X_HTTP_Method_Override="PATCH", Upload_Offset="0", Content_Type=BYTES
    )
    assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, SIZE)


def test_creation(tus: Tus) -> None:
    """MUST say a length or that it is deferred ("1", else 400); 413 past Tus-Max-Size; 201 with
    Location; HEAD MUST give the metadata back word for word; keys MUST be unique."""
    assert tus("POST").status_code == 400
    assert tus("POST", Upload_Defer_Length="2").status_code == 400
    assert tus("POST", Upload_Length=str(10**15)).status_code == 413
    said = f"filename {b64('é.webm')},kind {b64('video')},is_odd"
    assert tus("HEAD", tus.create(Upload_Metadata=said)).headers["Upload-Metadata"] == said
    assert tus("POST", Upload_Length=SIZE, Upload_Metadata="a YQ==,a YQ==").status_code == 400


def test_creation_with_the_length_later(tus: Tus) -> None:
    """HEAD MUST say Upload-Defer-Length: 1 until it is known; once set it MUST NOT change."""
    where = tus("POST", Upload_Defer_Length="1").headers["Location"]
    assert tus("HEAD", where).headers["Upload-Defer-Length"] == "1"
    assert tus.patch(where, DATA[:9], 0, Upload_Length=SIZE).status_code == 204
    assert tus("HEAD", where).headers["Upload-Length"] == SIZE
    assert tus.patch(where, DATA[9:], 9, Upload_Length="99").status_code == 409
    assert tus("HEAD", where).headers["Upload-Length"] == SIZE


def test_creation_with_upload(tus: Tus) -> None:
    """The body MUST be application/offset+octet-stream; 201 MUST say the Upload-Offset."""
    assert tus("POST", "/uploads", DATA, Upload_Length=SIZE).status_code == 415
    made = tus("POST", "/uploads", DATA[:9], Upload_Length=SIZE, Content_Type=BYTES)
    assert (made.status_code, made.headers["Upload-Offset"]) == (201, "9")
    assert tus.patch(made.headers["Location"], DATA[9:], 9).status_code == 204
    longer = tus("POST", "/uploads", DATA, Upload_Length="9", Content_Type=BYTES)
    assert longer.status_code == 413


def test_expiration(tus: Tus) -> None:
    """Upload-Expires MUST be in every PATCH answer of an upload that will expire, and in the
    creation's; as an HTTP date. Afterwards 404 or 410."""
    made = tus("POST", Upload_Length=SIZE)
    where = made.headers["Location"]
    for answer in (made, tus.patch(where, DATA[:9], 0)):
        assert parsedate_to_datetime(answer.headers["Upload-Expires"]) > now()
    db.session.get_one(Upload, where.rpartition("/")[2]).expires_at = now()
    db.session.commit()
    assert tus.patch(where, DATA[9:], 9).status_code in (404, 410)


def test_checksum(tus: Tus) -> None:
    """MUST be checked against this request's bytes: 460 and dropped if wrong; 400 for an
    unknown algorithm; sha1 MUST be known."""
    where = tus.create()
    wrong = f"sha1 {b64(hashlib.sha1(b'other').digest())}"
    assert tus.patch(where, DATA, 0, Upload_Checksum=wrong).status_code == 460
    assert tus.patch(where, DATA, 0, Upload_Checksum="crc32 AAAA").status_code == 400
    assert tus("HEAD", where).headers["Upload-Offset"] == "0"
    right = f"sha1 {b64(hashlib.sha1(DATA).digest())}"
    assert tus.patch(where, DATA, 0, Upload_Checksum=right).status_code == 204


@pytest.mark.parametrize("data", [b"", DATA[:9], DATA], ids=["empty", "begun", "whole"])
def test_termination(tus: Tus, data: bytes) -> None:
    """MUST be 204 for an upload that is there, finished or not; then 404 or 410."""
    where = tus.create()
    tus.patch(where, data, 0)
    assert tus("DELETE", where).status_code == 204
    assert tus("HEAD", where).status_code in (404, 410)
