"""Who is told of a new highlight, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update

from app.domain import outbox, sharing
from app.domain.following import next_digest
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Highlight, Member, Notice, Subscription, Transcript


def announce(answer_id: str) -> int:
    """Notes the answer's highlights for those who follow them; how many notes were new.

    Those told at once get one message each, the others' notes wait for their digest.
    Calling it again tells nobody twice, also after the answer was transcribed anew.
    """
    answer = db.session.get(Answer, answer_id)
    if answer is None or sharing.withdrawn(answer.submission):
        return 0
    highlights = db.session.scalars(
        select(Highlight)
        .join(Transcript)
        .where(Highlight.answer_id == answer_id, Highlight.hidden.is_(False), Transcript.current)
        .order_by(Highlight.id)
    ).all()
    following = db.session.scalars(
        select(Subscription)
        .join(Member)
        .where(Subscription.program_id == answer.submission.program_id, Member.active)
        .order_by(Subscription.id)
    ).all()
    noted = 0
    for subscription, news in choose(highlights, following, _told(answer_id)).items():
        notices = [Notice(subscription_id=subscription.id, highlight_id=h.id) for h in news]
        db.session.add_all(notices)
        noted += len(notices)
        if subscription.cadence == "now":
            outbox.add(subscription.channel, "found", subscription=subscription, notices=notices)
    db.session.flush()
    return noted


def choose(
    highlights: Iterable[Highlight],
    subscriptions: Sequence[Subscription],
    told: Iterable[tuple[str, Highlight]],
) -> dict[Subscription, list[Highlight]]:
    """Which highlight goes to which subscription: each channel hears of a moment once.

    Where several of a channel's subscriptions match, one that tells at once comes first.
    `told`: (channel id, highlight) of what was noted before.
    """
    known: dict[str, list[Highlight]] = defaultdict(list)
    for channel_id, highlight in told:
        known[channel_id].append(highlight)
    chosen: dict[Subscription, list[Highlight]] = defaultdict(list)
    ordered = sorted(subscriptions, key=lambda s: (s.cadence != "now", s.id))
    for highlight in highlights:
        for subscription in ordered:
            heard = known[subscription.channel_id]
            if matches(subscription, highlight) and not any(same(highlight, h) for h in heard):
                heard.append(highlight)
                chosen[subscription].append(highlight)
    return dict(chosen)


def matches(subscription: Subscription, highlight: Highlight) -> bool:
    if subscription.theme_id is not None:
        return any(subscription.theme_id in theme.line for theme in highlight.themes)
    if subscription.touchpoint_id is not None:
        return highlight.touchpoint_id == subscription.touchpoint_id
    return True


def same(one: Highlight, other: Highlight) -> bool:
    """Whether two highlights of an answer are one moment: the same, or mostly the same time."""
    if one.id == other.id or one.quote == other.quote:
        return True
    first, second = Span(one.start, one.end), Span(other.start, other.end)
    return first.overlap(second) > 0.5 * min(first.length, second.length)


def digests(moment: datetime) -> int:
    """Sends each due digest that has something to tell; how many. Commits. The clock calls it."""
    due = db.session.execute(
        select(Subscription.id, Subscription.digest_due_at).where(
            Subscription.cadence == "daily", Subscription.digest_due_at <= moment
        )
    ).all()
    db.session.rollback()
    return sum(_digest(subscription_id, was, moment) for subscription_id, was in due)


def _digest(subscription_id: str, was: datetime | None, moment: datetime) -> bool:
    """One digest; of two clocks, the one that moves the due time sends it."""
    won = db.session.scalar(
        update(Subscription)
        .where(Subscription.id == subscription_id, Subscription.digest_due_at == was)
        .values(digest_due_at=next_digest(moment))
        .returning(Subscription.id)
        .execution_options(synchronize_session=False)
    )
    notices = db.session.scalars(
        select(Notice)
        .where(Notice.subscription_id == subscription_id, Notice.delivery_id.is_(None))
        .order_by(Notice.id)
        .with_for_update()  # whoever takes a voice back meanwhile waits, or was first
    ).all()
    if won and notices:
        subscription = db.session.get_one(Subscription, subscription_id)
        outbox.add(subscription.channel, "digest", subscription=subscription, notices=notices)
    db.session.commit()
    return bool(won and notices)


def _told(answer_id: str) -> list[tuple[str, Highlight]]:
    rows = db.session.execute(
        select(Subscription.channel_id, Highlight)
        .join(Notice, Notice.subscription_id == Subscription.id)
        .join(Highlight, Notice.highlight_id == Highlight.id)
        .where(Highlight.answer_id == answer_id)
    )
    return [(channel_id, highlight) for channel_id, highlight in rows]
