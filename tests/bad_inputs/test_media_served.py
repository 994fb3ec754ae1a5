"""Bad inputs 18, 36 and 37: what leaves the house is rebuilt, and stops when it must."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import runtime
from app.domain import clips, consent, sharing
from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Member, Recording, ShareLink, Workspace, now
from app.web import rechecking
from storage import keys
from tests.bad_inputs.make_media import SCRIPT, TITLE, catalogue
from tests.conftest import sign_in
from tests.domain.sending import Scene, scene
from workers.media.cut import Span, cut
from workers.media.normalise import normalise
from workers.media.probe import probe

BODY = bytes(range(256)) * 4096 * 8  # 8 MB
RANGE = {"Range": "bytes=100-"}


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def stored(made: Scene, playable: bytes, kind: str = "video/webm") -> Recording:
    recording = made.highlight.answer.recording
    assert recording is not None
    recording.playable_key = keys.playable(recording.id, "1", kind.partition("/")[2])
    recording.playable_type = kind
    runtime.storage().put(recording.playable_key, playable)
    db.session.commit()
    return recording


def addresses(made: Scene, staff: Member, clip: bytes) -> tuple[list[str], ShareLink]:
    """Every address under which the recording or a piece of it lies: staff's, the customer's,
    a share link's."""
    recording, highlight = made.highlight.answer.recording, made.highlight
    assert recording is not None
    mine = new_token()
    highlight.submission.token_hash = token_hash(mine)
    link, shared = sharing.create(highlight, staff)
    row = clips.request(highlight)
    row.key, row.media_type = keys.clip(highlight.id, "1", row.kind), "video/mp4"
    row.holds = clips.content(highlight, row.kind).digest
    runtime.storage().put(row.key, clip)
    db.session.commit()
    return [
        f"/media/recordings/{recording.id}/playable",
        f"/mine/{mine}/recordings/{recording.id}/playable",
        f"/s/{shared}/clip",
    ], link


@pytest.mark.slow
@pytest.mark.parametrize("name", ["page-inside.mp4", "title.mp4"])
def test_only_what_was_rebuilt_is_served_and_as_nothing_but_media(
    client: FlaskClient, made: Scene, owner: Member, tmp_path: Path, name: str
) -> None:
    (bad,) = (each for each in catalogue("http://127.0.0.1:9", tmp_path) if each.name == name)
    path, clip = tmp_path / name, tmp_path / "clip.mp4"
    bad.write(path)
    assert b"alert(" in path.read_bytes()
    rebuilt = normalise(path, probe(path), tmp_path)
    cut(rebuilt.playable, Span(0.0, 0.5), clip)
    recording = stored(made, rebuilt.playable.read_bytes(), rebuilt.mime)
    recording.filename = "../x\r\nSet-Cookie: a=b\u202e.html"
    runtime.storage().put(recording.original_key, path.read_bytes())
    sign_in(client, owner)
    where, _ = addresses(made, owner, clip.read_bytes())

    for address in [*where, f"{where[0]}?download"]:
        answer = client.get(address)
        assert answer.status_code == 200
        assert SCRIPT.encode() not in answer.data
        assert TITLE.encode() not in answer.data
        headers = answer.headers
        assert headers["Content-Type"] == "video/mp4"
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        named = headers["Content-Disposition"]
        assert named in ("inline", f'attachment; filename="voice-{recording.id}.mp4"')


def withdrawn(made: Scene, _link: ShareLink) -> None:
    consent.withdraw(made.highlight.submission)


def revoked(_made: Scene, link: ShareLink) -> None:
    sharing.revoke(link)


def expired(_made: Scene, link: ShareLink) -> None:
    link.expires_at = now() - timedelta(seconds=1)


ENDS = [(withdrawn, (0, 1, 2)), (revoked, (2,)), (expired, (2,))]


@pytest.mark.parametrize(("end", "dead"), ENDS)
def test_an_old_address_is_dead_at_the_next_request(
    client: FlaskClient,
    made: Scene,
    owner: Member,
    end: Callable[[Scene, ShareLink], None],
    dead: tuple[int, ...],
) -> None:
    stored(made, BODY)
    sign_in(client, owner)
    where, link = addresses(made, owner, BODY)
    first = [client.get(address, headers=RANGE) for address in where]
    for answer in first:
        assert answer.status_code == 206
        # Kept by nobody between, and asked for again before it plays from a browser's store.
        kept = answer.headers["Cache-Control"]
        assert "private" in kept or kept == "no-store"
        assert "no-cache" in kept or "no-store" in kept

    end(made, link)
    db.session.commit()

    for number in dead:
        for headers in ({}, RANGE, {"If-None-Match": first[number].headers["ETag"]}):
            answer = client.get(where[number], headers=headers)
            assert answer.status_code in (404, 410)
            assert BODY[:64] not in answer.data


def test_what_is_still_being_sent_stops(
    client: FlaskClient, made: Scene, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow reader began before it was withdrawn."""
    monkeypatch.setattr(rechecking, "AGAIN_S", 0.0)
    stored(made, BODY)
    sign_in(client, owner)
    where, _ = addresses(made, owner, BODY)
    whole = client.get(where[0], headers=RANGE)
    assert whole.data == BODY[100:]  # it went on, for it was allowed
    for address in where:
        pieces = client.get(address, headers=RANGE).iter_encoded()
        got = len(next(pieces))
        assert 0 < got < len(BODY) / 2
        state = made.highlight.submission.state
        made.highlight.submission.state = "withdrawn"
        db.session.commit()
        with pytest.raises(ConnectionResetError):
            next(pieces)
        made.highlight.submission.state = state
        db.session.commit()


MANY = "bytes=" + ",".join(f"{each}-{each + 1}" for each in range(0, 3000, 3))
ODD = ["bytes=", "bytes=x-y", "bytes=--5", "bytes=5-1", "bytes=0-0,-1", "0-5", "bytes=1e3-",
       "bytes=-" + "9" * 15, "bytes=" + "9" * 5000 + "-", "bytes=0-" * 500, "\t", MANY]  # fmt: skip


@pytest.mark.parametrize("header", [*ODD, "bytes=99999999-", "bytes=-0"], ids=range(len(ODD) + 2))
def test_odd_ranges_give_one_range_or_none_and_take_no_memory(
    client: FlaskClient, made: Scene, owner: Member, header: str
) -> None:
    recording = stored(made, BODY)
    sign_in(client, owner)
    address = f"/media/recordings/{recording.id}/playable"
    client.get(address, headers=RANGE).close()
    tracemalloc.start()
    try:
        answer = client.get(address, headers={"Range": header}, buffered=False)
        length = sum(len(piece) for piece in answer.iter_encoded())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert answer.status_code in (200, 206, 416)
    assert "multipart" not in answer.headers["Content-Type"]
    if answer.status_code == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(BODY)}"
    else:
        assert length == int(answer.headers["Content-Length"]) <= len(BODY)
    assert peak < 3_000_000
