import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import runtime
from app.domain.errors import NotFound
from app.extensions import db
from app.models import Member, Recording, Workspace
from app.web.media import Range, Unsatisfiable, disposition, send_object, wanted_range
from storage import keys
from tests import factories
from tests.conftest import sign_in

BODY = bytes(range(256)) * 4000  # about 1 MB, several pieces


@pytest.fixture
def recording(workspace: Workspace) -> Recording:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    recording = answer.recording
    recording.playable_key = keys.playable(recording.id, "try1", "webm")
    recording.playable_type = "video/webm"
    recording.has_audio = False  # so that whoever may come to it may have all of it
    runtime.storage().put(recording.playable_key, BODY)
    db.session.commit()
    return recording


def address(recording: Recording) -> str:
    return f"/media/recordings/{recording.id}/playable"


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        (None, None),
        ("", None),
        ("bytes=0-", Range(0, 999)),
        ("bytes=0-0", Range(0, 0)),
        ("bytes=10-19", Range(10, 19)),
        ("bytes=990-2000", Range(990, 999)),
        ("bytes=-10", Range(990, 999)),
        ("bytes=-5000", Range(0, 999)),
        ("bytes=20-10", None),
        ("bytes=0-1,5-6", None),
        ("pages=1-2", None),
        ("bytes=-", None),
        ("bytes=a-b", None),
        ("bytes=0-" + "9" * 15, Range(0, 999)),
        pytest.param("bytes=0-" + "9" * 4400, None, id="4400 digits"),
        pytest.param("bytes=" + "9" * 4400 + "-", None, id="4400 digits first"),
        ("bytes=٠-٩", None),
    ],
)
def test_reads_the_range_that_is_asked_for(header: str | None, wanted: Range | None) -> None:
    assert wanted_range(header, 1000) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_given(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted_range(header, 1000)


def test_nothing_can_be_cut_from_an_empty_object() -> None:
    with pytest.raises(Unsatisfiable):
        wanted_range("bytes=0-", 0)


def test_the_whole_recording(client: FlaskClient, teammate: Member, recording: Recording) -> None:
    answer = sign_in(client, teammate).get(address(recording))
    assert answer.status_code == 200
    assert answer.data == BODY
    assert answer.headers["Content-Length"] == str(len(BODY))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Type"] == "video/webm"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Content-Disposition"] == "inline"


def test_a_part_of_it(client: FlaskClient, teammate: Member, recording: Recording) -> None:
    answer = sign_in(client, teammate).get(
        address(recording), headers={"Range": "bytes=300000-700000"}
    )
    assert answer.status_code == 206
    assert answer.data == BODY[300000:700001]
    assert answer.headers["Content-Range"] == f"bytes 300000-700000/{len(BODY)}"


def test_a_part_beyond_the_end(client: FlaskClient, teammate: Member, recording: Recording) -> None:
    answer = sign_in(client, teammate).get(address(recording), headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416
    assert answer.headers["Content-Range"] == f"bytes */{len(BODY)}"


def test_a_changed_file_is_sent_whole_and_an_unchanged_one_not_at_all(
    client: FlaskClient, teammate: Member, recording: Recording
) -> None:
    signed_in = sign_in(client, teammate)
    etag = signed_in.get(address(recording)).headers["ETag"]
    part = {"Range": "bytes=0-9"}
    same = signed_in.get(address(recording), headers={**part, "If-Range": etag})
    other = signed_in.get(address(recording), headers={**part, "If-Range": '"old"'})
    known = signed_in.get(address(recording), headers={"If-None-Match": etag})
    assert (same.status_code, len(same.data)) == (206, 10)
    assert (other.status_code, len(other.data)) == (200, len(BODY))
    assert (known.status_code, known.data) == (304, b"")


def test_a_head_request_sends_no_bytes(
    client: FlaskClient, teammate: Member, recording: Recording
) -> None:
    answer = sign_in(client, teammate).head(address(recording))
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == str(len(BODY))
    assert answer.data == b""


@pytest.mark.parametrize("part", ["playable", "poster", "captions.vtt"])
def test_nobody_else_gets_it(
    client: FlaskClient, stranger: Member, recording: Recording, part: str
) -> None:
    where = f"/media/recordings/{recording.id}/{part}"
    assert client.get(where).status_code == 302
    assert sign_in(client, stranger).get(where).status_code == 404


def test_nothing_of_a_withdrawn_voice_is_served(
    client: FlaskClient, teammate: Member, recording: Recording
) -> None:
    signed_in = sign_in(client, teammate)
    kept = {"If-None-Match": signed_in.get(address(recording)).headers["ETag"]}
    assert signed_in.get(address(recording), headers=kept).status_code == 304
    recording.answer.submission.state = "withdrawn"
    db.session.commit()
    assert signed_in.get(address(recording), headers=kept).status_code == 404


def test_the_original_is_never_served(
    client: FlaskClient, teammate: Member, recording: Recording
) -> None:
    recording.playable_key = None
    runtime.storage().put(recording.original_key, b"<script>")
    db.session.commit()
    assert sign_in(client, teammate).get(address(recording)).status_code == 404


def test_captions_come_from_the_words_of_now(
    client: FlaskClient, teammate: Member, recording: Recording
) -> None:
    where = f"/media/recordings/{recording.id}/captions"
    signed_in = sign_in(client, teammate)
    assert signed_in.get(f"{where}.vtt").status_code == 404
    factories.transcript(recording.answer, "It came <b>late</b>.")
    vtt = signed_in.get(f"{where}.vtt")
    assert vtt.mimetype == "text/vtt"
    assert vtt.text.startswith("WEBVTT")
    assert "&lt;b&gt;late" in vtt.text
    assert signed_in.get(f"{where}.srt?download=1").headers["Content-Disposition"] == (
        f'attachment; filename="voice-{recording.id}.srt"'
    )
    assert signed_in.get(f"{where}.exe").status_code == 404


def test_a_download_name_is_plain() -> None:
    assert disposition('a"b\r\nX: y/../ü.mp4') == 'attachment; filename="a-b-X-y-..-.mp4"'
    assert disposition("…") == 'attachment; filename="file"'
    assert disposition(None) == "inline"


def test_an_object_that_is_gone_is_not_found(app: Flask) -> None:
    with app.test_request_context("/"), pytest.raises(NotFound):
        send_object("recordings/none/try/playable.webm", "video/webm")
