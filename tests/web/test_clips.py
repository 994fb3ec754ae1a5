"""Downloading a clip: works, teammate may, stranger may not."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app import runtime
from app.domain import clips, consent, runs
from app.extensions import db
from app.models import AuditEntry, Member, PersonalData, Step, Transcript, Workspace
from app.web import rechecking
from tests import factories
from tests.conftest import sign_in
from tests.domain.sending import Scene, scene
from tests.web.pages import lasting


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def test_a_clip_is_ordered_watched_and_downloaded(
    client: FlaskClient, made: Scene, teammate: Member
) -> None:
    sign_in(client, teammate)
    path = f"/highlights/{made.highlight.id}/clip"
    assert "Make the clip" in client.get(path).get_data(as_text=True)
    answer = client.post(path, data={"kind": "plain"})
    assert answer.status_code == 303
    assert "Waiting for its turn" in client.get(answer.location).get_data(as_text=True)
    (step,) = db.session.query(Step)
    claim = runs.claim(step.id)
    assert claim is not None
    runs.report(claim, 40, "Cutting")
    progress = client.get(f"{path}/progress").get_data(as_text=True)
    assert "Cutting, 40 %" in progress and "data-unfinished" in progress
    clip = clips.find(made.highlight)
    assert clip is not None
    stored = runtime.storage().put(f"highlights/{made.highlight.id}/1/plain.mp4", b"mp4")
    factories.cut(clip, stored.key)
    assert "data-unfinished" not in client.get(f"{path}/progress").get_data(as_text=True)
    file = client.get(path)
    assert file.data == b"mp4" and file.content_type == "video/mp4"
    assert file.headers["Content-Disposition"].startswith('attachment; filename="heard-')


def test_a_slow_download_is_noted_once(
    client: FlaskClient, made: Scene, teammate: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rechecking, "AGAIN_S", -1.0)
    clips.request(made.highlight, "plain")
    clip = clips.find(made.highlight)
    assert clip is not None
    body = bytes(3_000_000)
    stored = runtime.storage().put(f"highlights/{made.highlight.id}/1/plain.mp4", body)
    factories.cut(clip, stored.key)
    assert sign_in(client, teammate).get(f"/highlights/{made.highlight.id}/clip").data == body
    assert db.session.query(AuditEntry).filter_by(action="clip.downloaded").count() == 1


def test_one_that_holds_what_was_masked_since_is_not_given_away(
    client: FlaskClient, made: Scene, teammate: Member, owner: Member
) -> None:
    """Nor is the rest of it sent to who has begun to load it."""
    clip = clips.request(made.highlight, "plain")
    stored = runtime.storage().put(f"highlights/{made.highlight.id}/1/plain.mp4", b"mp4")
    factories.cut(clip, stored.key)
    path = f"/highlights/{made.highlight.id}/clip"
    assert sign_in(client, teammate).get(path).data == b"mp4"
    transcript = db.session.get_one(Transcript, made.highlight.transcript_id)
    rows = [  # as somebody leaves it who has no way to the clip
        PersonalData(
            answer_id=transcript.answer_id, segment_id=each.id, position=each.position,
            first_word=0, last_word=0, start=each.start, end=each.end, source="person",
            kind="other",
        )
        for each in transcript.segments
    ]  # fmt: skip
    factories.save(*rows)
    page = client.get(path)
    assert "mp4" not in lasting(page.text) and "Make the clip" in page.text
    client.post(path, data={"kind": "plain"})
    assert "Waiting for its turn" in client.get(f"{path}?wait=1").text
    assert runtime.storage().stat(stored.key) is None


def test_why_it_failed_is_said(client: FlaskClient, made: Scene, teammate: Member) -> None:
    sign_in(client, teammate)
    path = f"/highlights/{made.highlight.id}/clip"
    client.post(path, data={"kind": "captioned"})
    (step,) = db.session.query(Step)
    claim = runs.claim(step.id)
    assert claim is not None
    runs.fail(claim, "The disk is full.", permanent=True)
    page = client.get(f"{path}?kind=captioned").get_data(as_text=True)
    assert "The disk is full." in page and "Try again" in page


def test_captions_come_as_a_file(client: FlaskClient, made: Scene, teammate: Member) -> None:
    sign_in(client, teammate)
    answer = client.get(f"/highlights/{made.highlight.id}/clip/captions.vtt?download=1")
    assert answer.get_data(as_text=True).startswith("WEBVTT")
    assert answer.headers["Content-Disposition"].endswith('.vtt"')


def test_an_unknown_kind_is_nothing(client: FlaskClient, made: Scene, teammate: Member) -> None:
    sign_in(client, teammate)
    path = f"/highlights/{made.highlight.id}/clip"
    assert client.get(f"{path}?kind=sideways").status_code == 404
    assert client.post(path, data={"kind": "sideways"}).status_code == 422


def test_a_stranger_may_not(client: FlaskClient, made: Scene, stranger: Member) -> None:
    path = f"/highlights/{made.highlight.id}/clip"
    assert client.get(path).status_code == 302
    sign_in(client, stranger)
    for address in (path, f"{path}/progress", f"{path}/captions.vtt"):
        assert client.get(address).status_code == 404, address
    assert client.post(path).status_code == 404


def test_what_was_withdrawn_is_gone(client: FlaskClient, made: Scene, teammate: Member) -> None:
    path = f"/highlights/{made.highlight.id}/clip"
    consent.withdraw(made.answer.submission)
    db.session.commit()
    sign_in(client, teammate)
    assert client.get(path).status_code == 404
