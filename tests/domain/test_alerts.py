"""Who is told of what, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.domain import alerts, consent, following
from app.domain.errors import Invalid, NotFound
from app.extensions import db
from app.models import Channel, Delivery, Member, Notice, Subscription, Workspace
from tests import factories
from tests.domain.sending import Scene, another, follow, scene


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def told() -> list[tuple[str, str]]:
    """(what is followed, the delivery's kind) of each delivery."""
    return [(row.subscription.id, row.kind) for row in db.session.query(Delivery)]


def announce(made: Scene) -> int:
    count = alerts.announce(made.answer.id)
    db.session.commit()
    return count


def test_a_theme_a_touchpoint_and_all_are_followed(
    made: Scene, workspace: Workspace, teammate: Member, owner: Member
) -> None:
    third = factories.member(workspace)
    program = made.program
    theme = follow(teammate, program, f"theme:{program.themes[0].id}")
    place = follow(owner, program, f"touchpoint:{program.touchpoints[0].id}")
    everything = follow(third, program)
    follow(factories.member(workspace), program, f"theme:{program.themes[1].id}")
    follow(factories.member(workspace), program, f"touchpoint:{program.touchpoints[1].id}")
    follow(factories.member(workspace), factories.program(workspace, name="Another"))
    assert announce(made) == 3
    assert sorted(told()) == sorted((s.id, "found") for s in (theme, place, everything))


def test_announcing_again_tells_nobody_again(made: Scene, teammate: Member) -> None:
    follow(teammate, made.program)
    assert announce(made) == 1
    assert announce(made) == 0
    assert db.session.query(Delivery).count() == 1


def test_the_same_moment_transcribed_anew_is_no_news(made: Scene, teammate: Member) -> None:
    follow(teammate, made.program)
    announce(made)
    made.answer.transcripts[0].current = False
    anew = factories.transcript(made.answer, "Nobody told me that it was so late.")
    factories.highlight(made.answer, anew, start=0.5, end=5.5)
    factories.highlight(made.answer, anew, start=30.0, end=36.0, quote="And then it rained.")
    assert announce(made) == 1


def test_one_channel_hears_of_a_moment_once(made: Scene, teammate: Member) -> None:
    program = made.program
    follow(teammate, program, f"theme:{program.themes[0].id}", cadence="daily")
    first = follow(teammate, program, f"touchpoint:{program.touchpoints[0].id}")
    assert announce(made) == 1
    assert told() == [(first.id, "found")]


def test_several_moments_of_an_answer_make_one_message(made: Scene, teammate: Member) -> None:
    follow(teammate, made.program)
    factories.highlight(
        made.answer, made.answer.transcripts[0], start=20.0, end=25.0, quote="I was so glad."
    )
    assert announce(made) == 2
    (delivery,) = db.session.query(Delivery)
    assert len(delivery.notices) == 2


def test_hidden_withdrawn_and_unfollowed_are_silent(made: Scene, teammate: Member) -> None:
    subscription = follow(teammate, made.program)
    made.highlight.hidden = True
    db.session.commit()
    assert announce(made) == 0
    made.highlight.hidden = False
    assert made.answer.submission.consent is not None
    made.answer.submission.consent.withdrawn_at = datetime.now(UTC)
    db.session.commit()
    assert announce(made) == 0
    made.answer.submission.consent.withdrawn_at = None
    following.unfollow(subscription)
    db.session.commit()
    assert announce(made) == 0


def test_an_answer_that_is_gone_is_nothing_to_tell(app: Flask) -> None:
    assert alerts.announce("gone") == 0


def test_a_digest_gathers_a_day_and_goes_out_once(made: Scene, teammate: Member) -> None:
    subscription = follow(teammate, made.program, cadence="daily")
    due = subscription.digest_due_at
    announce(made)
    announce(another(made.program, "The driver was kind."))
    assert db.session.query(Delivery).count() == 0
    assert alerts.digests(due - timedelta(seconds=1)) == 0
    assert alerts.digests(due + timedelta(hours=3)) == 1
    assert alerts.digests(due + timedelta(hours=3)) == 0
    (delivery,) = db.session.query(Delivery)
    assert delivery.kind == "digest" and len(delivery.notices) == 2
    db.session.refresh(subscription)
    assert subscription.digest_due_at == due + timedelta(days=1)


def test_a_day_without_news_sends_no_digest(made: Scene, teammate: Member) -> None:
    subscription = follow(teammate, made.program, cadence="daily")
    due = subscription.digest_due_at
    assert alerts.digests(due) == 0
    db.session.refresh(subscription)
    assert subscription.digest_due_at == due + timedelta(days=1)


def test_of_two_clocks_one_sends(made: Scene, teammate: Member) -> None:
    subscription = follow(teammate, made.program, cadence="daily")
    announce(made)
    due = subscription.digest_due_at
    assert alerts._digest(subscription.id, due, due)
    another(made.program, "Later.")
    assert not alerts._digest(subscription.id, due, due)
    assert db.session.query(Delivery).count() == 1


def test_digests_come_at_seven() -> None:
    assert following.next_digest(datetime(2026, 5, 1, 6, 59, tzinfo=UTC)).hour == 7
    early = datetime(2026, 5, 1, 7, 0, tzinfo=UTC)
    assert following.next_digest(early) == datetime(2026, 5, 2, 7, 0, tzinfo=UTC)


def test_what_a_withdrawal_takes_is_taken_from_the_notices_too(
    made: Scene, teammate: Member
) -> None:
    follow(teammate, made.program, cadence="daily")
    announce(made)
    consent.withdraw(made.answer.submission)
    db.session.commit()
    assert db.session.query(Notice).count() == 0


def test_following_twice_changes_the_cadence(made: Scene, teammate: Member) -> None:
    follow(teammate, made.program)
    follow(teammate, made.program, cadence="daily")
    (subscription,) = db.session.query(Subscription)
    assert subscription.cadence == "daily" and subscription.digest_due_at


def test_what_is_not_ours_is_not_followed(
    made: Scene, workspace: Workspace, teammate: Member, stranger: Member
) -> None:
    for name in (
        f"theme:{made.program.themes[0].id}",
        f"touchpoint:{made.program.touchpoints[0].id}",
        f"program:{made.program.id}",
        "theme:",
        "nonsense",
    ):
        with pytest.raises(NotFound):
            following.followed(stranger.workspace_id, name)
    what = following.followed(workspace.id, f"program:{made.program.id}")
    other = following.own_channel(factories.member(workspace))
    foreign: Channel = following.own_channel(stranger)
    for channel in (other, foreign):
        with pytest.raises(Invalid):
            following.follow(teammate, what, channel, "now")
    with pytest.raises(Invalid):
        following.follow(teammate, what, following.own_channel(teammate), "hourly")
