"""Links end when they should, and show only what its customer agreed to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain import clips, consent, sharing
from app.domain.clerk import token_hash
from app.domain.errors import Expired, Invalid, NotFound
from app.extensions import db
from app.models import Member, ShareLink, Workspace, now
from tests import factories
from tests.domain.sending import Scene, scene


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def test_a_link_opens_until_it_ends(made: Scene, owner: Member) -> None:
    link, token = sharing.create(made.highlight, owner, 3)
    db.session.commit()
    assert len(token) >= 43  # 256 bits
    assert link.token_hash == token_hash(token) and token not in str(vars(link))
    assert sharing.find(token) is link
    link.expires_at = now()
    db.session.commit()
    with pytest.raises(Expired):
        sharing.find(token)


def test_a_revoked_link_is_dead_at_once(made: Scene, owner: Member) -> None:
    link, token = sharing.create(made.highlight, owner)
    sharing.revoke(link)
    first = link.revoked_at
    sharing.revoke(link)
    assert link.revoked_at == first
    with pytest.raises(Expired):
        sharing.find(token)


def test_an_unknown_token_opens_nothing(made: Scene) -> None:
    with pytest.raises(NotFound):
        sharing.find("nothing")


@pytest.mark.parametrize("days", [0, -1, 91])
def test_a_link_lasts_from_one_to_ninety_days(made: Scene, owner: Member, days: int) -> None:
    with pytest.raises(Invalid):
        sharing.create(made.highlight, owner, days)


@pytest.mark.parametrize("purposes", [["internal"], []])
def test_without_consent_nothing_is_shared(made: Scene, owner: Member, purposes: list[str]) -> None:
    assert made.answer.submission.consent is not None
    made.answer.submission.consent.purposes = purposes
    db.session.commit()
    with pytest.raises(Invalid, match="did not agree"):
        sharing.create(made.highlight, owner)
    assert db.session.query(ShareLink).count() == 0


def test_consent_narrowed_later_ends_the_link(made: Scene, owner: Member) -> None:
    _, token = sharing.create(made.highlight, owner)
    consent.change(made.answer.submission, ["internal"])
    db.session.commit()
    with pytest.raises(Expired):
        sharing.find(token)


def test_hiding_the_moment_ends_the_link(made: Scene, owner: Member) -> None:
    link, token = sharing.create(made.highlight, owner)
    made.highlight.hidden = True
    db.session.commit()
    with pytest.raises(Expired):
        sharing.find(token)
    assert sharing.state(link, now()) == "withdrawn"
    with pytest.raises(Invalid):
        sharing.create(made.highlight, owner)


def test_a_withdrawn_voice_is_gone(made: Scene, owner: Member) -> None:
    _, token = sharing.create(made.highlight, owner)
    consent.withdraw(made.answer.submission)
    db.session.commit()
    with pytest.raises((Expired, NotFound)):
        sharing.find(token)


def test_the_clip_is_ordered_with_the_link_and_views_count(made: Scene, owner: Member) -> None:
    link, _ = sharing.create(made.highlight, owner)
    assert clips.progress(clips.find(made.highlight)).state == "waiting"
    sharing.count_view(link)
    sharing.count_view(link)
    db.session.commit()
    db.session.refresh(link)
    assert link.views == 2


def test_links_are_listed_newest_first(made: Scene, owner: Member, stranger: Member) -> None:
    older, _ = sharing.create(made.highlight, owner)
    older.created_at -= timedelta(days=1)
    newer, _ = sharing.create(made.highlight, owner)
    elsewhere = scene(stranger.workspace)
    sharing.create(elsewhere.highlight, stranger)
    db.session.commit()
    assert set(sharing.links(owner.workspace_id)) == {older, newer}
    assert set(sharing.links_of(made.highlight)) == {older, newer}


def test_written_words_are_shared_without_a_clip(made: Scene, owner: Member) -> None:
    answer = factories.answer(made.answer.submission, "text", written_text="It never came.")
    transcript = factories.transcript(answer, "It never came.", engine="written")
    highlight = factories.highlight(answer, transcript, start=0.0, end=0.0)
    _, token = sharing.create(highlight, owner)
    assert sharing.find(token).highlight is highlight
    assert clips.find(highlight) is None
