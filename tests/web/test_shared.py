"""Share links: works, teammate may, stranger may not; ended links are dead in every part."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app import runtime
from app.domain import clips, consent, sharing
from app.extensions import db
from app.models import Member, Segment, ShareLink, Workspace, now
from tests import factories
from tests.conftest import sign_in
from tests.domain.sending import JPEG, Scene, scene

PARTS = ("", "/player", "/clip", "/poster", "/captions.vtt")


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def ready(made: Scene) -> None:
    """The clip as the worker leaves it."""
    clip = clips.request(made.highlight)
    key = f"highlights/{made.highlight.id}/1/plain.mp4"
    stored = runtime.storage().put(key, b"0123456789" * 100, "video/mp4")
    factories.cut(clip, stored.key, stored.size)
    db.session.commit()


def shared(made: Scene, member: Member) -> tuple[ShareLink, str]:
    link, token = sharing.create(made.highlight, member)
    db.session.commit()
    return link, token


def test_a_teammate_makes_a_link_that_anyone_can_open(
    client: FlaskClient, made: Scene, teammate: Member
) -> None:
    sign_in(client, teammate)
    answer = client.post(f"/highlights/{made.highlight.id}/links", data={"days": "7"})
    assert answer.status_code == 200
    found = re.search(r"/s/([\w-]{43})", answer.get_data(as_text=True))
    assert found is not None
    token = found.group(1)
    assert token not in client.get("/shared").get_data(as_text=True)
    anyone = client.application.test_client()
    page = anyone.get(f"/s/{token}")
    assert page.status_code == 200
    assert "Nobody told me it was late." in page.get_data(as_text=True)
    assert "data-unfinished" in page.get_data(as_text=True)
    assert "1 view" in client.get("/shared").get_data(as_text=True)


def test_a_link_lasts_two_weeks_unless_told(
    client: FlaskClient, made: Scene, teammate: Member
) -> None:
    sign_in(client, teammate)
    assert client.post(f"/highlights/{made.highlight.id}/links").status_code == 200
    (link,) = db.session.query(ShareLink)
    assert (link.expires_at - now()).days in (13, 14)


def test_the_moment_plays_when_its_clip_is_there(
    client: FlaskClient, made: Scene, owner: Member
) -> None:
    _, token = shared(made, owner)
    assert client.get(f"/s/{token}/clip").status_code == 404
    ready(made)
    page = client.get(f"/s/{token}/player").get_data(as_text=True)
    assert "<video" in page and "data-unfinished" not in page
    part = client.get(f"/s/{token}/clip", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206 and part.data == b"0123456789"
    assert client.get(f"/s/{token}/poster").data == JPEG
    captions = client.get(f"/s/{token}/captions.vtt").get_data(as_text=True)
    assert captions.startswith("WEBVTT") and "Nobody told me" in captions


def test_nothing_is_kept_or_told_on(client: FlaskClient, made: Scene, owner: Member) -> None:
    _, token = shared(made, owner)
    ready(made)
    for part in PARTS:
        headers = client.get(f"/s/{token}{part}").headers
        assert headers["Referrer-Policy"] == "no-referrer", part
        assert "noindex" in headers["X-Robots-Tag"], part
        assert "no-store" in headers["Cache-Control"], part
    page = client.get(f"/s/{token}").get_data(as_text=True)
    assert made.answer.submission.id not in page


@pytest.mark.parametrize("ending", ["revoked", "expired", "narrowed", "hidden", "withdrawn"])
def test_an_ended_link_is_dead_in_every_part(
    client: FlaskClient, made: Scene, owner: Member, ending: str
) -> None:
    link, token = shared(made, owner)
    ready(made)
    played = client.get(f"/s/{token}/clip")
    assert played.status_code == 200
    if ending == "revoked":
        sign_in(client, owner)
        assert client.post(f"/shared/{link.id}/revoke").status_code == 303
    elif ending == "expired":
        link.expires_at = now()
    elif ending == "narrowed":
        consent.change(made.answer.submission, ["internal"])
    elif ending == "hidden":
        made.highlight.hidden = True
    else:
        consent.withdraw(made.answer.submission)
    db.session.commit()
    for part in PARTS:
        answer = client.get(f"/s/{token}{part}", headers={"Range": "bytes=0-9"})
        assert answer.status_code == 404, part
        assert "Nobody told me" not in answer.get_data(as_text=True)
    # Nor does a player hear that what it has kept still holds.
    kept = {"If-None-Match": played.headers["ETag"]}
    assert client.get(f"/s/{token}/clip", headers=kept).status_code == 404
    assert "This link no longer works." in client.get(f"/s/{token}").get_data(as_text=True)


def test_an_unknown_token_looks_the_same(client: FlaskClient) -> None:
    answer = client.get("/s/" + "a" * 43)
    assert answer.status_code == 404
    assert "This link no longer works." in answer.get_data(as_text=True)


def test_a_clip_that_holds_what_was_masked_since_is_cut_anew(
    client: FlaskClient, made: Scene, owner: Member
) -> None:
    _, token = shared(made, owner)
    ready(made)
    assert client.get(f"/s/{token}/clip").status_code == 200
    db.session.query(Segment).update({"words": []})  # by no way that anybody would follow
    db.session.query(Segment).update({"text": "Ask Priya Raman, nobody told me."})
    db.session.commit()
    assert client.get(f"/s/{token}/clip").status_code == 404
    assert "<video" not in client.get(f"/s/{token}/player").text
    assert "being prepared" in client.get(f"/s/{token}").text
    clip = clips.find(made.highlight)
    assert clip is not None and clips.progress(clip).state == "waiting"


def test_a_clip_that_failed_leaves_the_words(
    client: FlaskClient, made: Scene, owner: Member
) -> None:
    _, token = shared(made, owner)
    clip = clips.find(made.highlight)
    assert clip is not None
    clip.runs[0].steps[0].state = "failed"
    db.session.commit()
    page = client.get(f"/s/{token}").get_data(as_text=True)
    assert "can’t be played right now" in page and "Nobody told me" in page
    assert clips.progress(clip).state == "failed"  # visitors don't set workers to work again


def test_written_words_have_a_page_without_a_player(
    client: FlaskClient, made: Scene, owner: Member
) -> None:
    answer = factories.answer(made.answer.submission, "text", written_text="It never came.")
    transcript = factories.transcript(answer, "It never came.", engine="written")
    highlight = factories.highlight(answer, transcript, end=0.0)
    _, token = sharing.create(highlight, owner)
    db.session.commit()
    page = client.get(f"/s/{token}").get_data(as_text=True)
    assert "It never came." in page and "data-poll" not in page


def test_without_consent_the_page_says_why(client: FlaskClient, made: Scene, owner: Member) -> None:
    consent.change(made.answer.submission, ["internal"])
    db.session.commit()
    sign_in(client, owner)
    path = f"/highlights/{made.highlight.id}/links"
    assert "inside the company only" in client.get(path).get_data(as_text=True)
    answer = client.post(path, data={"days": "7"})
    assert answer.status_code == 422


@pytest.mark.parametrize("days", ["0", "91", "soon", ""])
def test_wrong_days_are_said(client: FlaskClient, made: Scene, owner: Member, days: str) -> None:
    sign_in(client, owner)
    answer = client.post(f"/highlights/{made.highlight.id}/links", data={"days": days})
    assert answer.status_code == 422
    assert db.session.query(ShareLink).count() == 0


def test_a_stranger_may_not(
    client: FlaskClient, made: Scene, owner: Member, stranger: Member
) -> None:
    link, token = shared(made, owner)
    path = f"/highlights/{made.highlight.id}/links"
    assert client.get("/shared").status_code == 302
    assert client.get(path).status_code == 302
    sign_in(client, stranger)
    assert client.get(path).status_code == 404
    assert client.post(path, data={"days": "7"}).status_code == 404
    assert client.post(f"/shared/{link.id}/revoke").status_code == 404
    assert "Nobody told me" not in client.get("/shared").get_data(as_text=True)
    assert client.get(f"/s/{token}").status_code == 200
