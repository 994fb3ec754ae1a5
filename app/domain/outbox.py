"""Messages that must arrive: at least once, by one worker at a time, with a stable id.

The lease is that of `app.domain.leases`, as for steps.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import and_, func, select
from sqlalchemy.exc import DBAPIError

from app import queue, runtime
from app.domain import audit, channels, gone_out, leases, messages
from app.domain.clerk import after_commit
from app.domain.errors import ChannelError, Conflict
from app.domain.messages import Message
from app.extensions import db
from app.models import Channel, Delivery, Notice, Subscription, new_id, now

log = logging.getLogger(__name__)

QUEUE = "notify"
# Longer than a send can take: ten answers of a mail server at 10 s each.
LEASE_S = 120
# Then every 4 hours: 30 attempts last about 4 days, as long as mail servers try (RFC 5321, 4.5.4.1)
BACKOFF_S = (5, 60, 300, 1800, 7200, 14_400)
ATTEMPTS = 30
NOTHING_LEFT = (
    "Not sent: what it told of was taken back, hidden or done meanwhile, or its reader has left."
)
SWITCHED_OFF = "This channel is off, since its receiver said that it is gone."
UNEXPECTED = "Something unexpected went wrong; the log has details."


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send one message, for `LEASE_S`."""

    delivery_id: str
    fence: str
    attempt: int


def add(
    channel: Channel,
    kind: str,
    *,
    subscription: Subscription | None = None,
    notices: Sequence[Notice] = (),
    payload: Mapping[str, str] | None = None,
) -> Delivery:
    """Puts a message into the outbox; it is rung for once the caller has committed.

    `payload` names what else the message is composed of, by id.
    """
    delivery = Delivery(
        id=new_id(),
        channel_id=channel.id,
        subscription_id=subscription.id if subscription else None,
        kind=kind,
        payload=dict(payload or {}),
    )
    delivery.notices = list(notices)
    db.session.add(delivery)
    db.session.flush()
    if kind == "test":
        _noted(delivery, channel, "channel.tested")
    _ring_after_commit(delivery.id)
    return delivery


def deliver(delivery_id: str, fence: str | None = None) -> bool:
    """Sends one message; whether it went out now. Commits. What went wrong is on the row.

    `fence`: that of the place where it is done (`app.domain.holding`).

    Raises:
        DBAPIError: the database is away; nobody was told, or the message goes out once more.
    """
    claim = take(delivery_id, fence)
    if claim is None:
        return False
    once, news = False, frozenset[str]()
    try:
        delivery = db.session.get_one(Delivery, delivery_id)
        once = delivery.kind == "test"
        message, news = _written(delivery)
        if message is None:
            _settle(claim, state="done", error=NOTHING_LEFT)
            return False
        channel_id, kind = delivery.channel_id, channels.kind_of(delivery.channel.kind)
        settings = channels.settings_of(delivery.channel)
        if delivery.channel.disabled_at and not once:
            raise ChannelError(SWITCHED_OFF, permanent=True, unsent=True)
        db.session.commit()  # no transaction stays open while the network takes its time
        answered = kind.send(settings, message)
    except ChannelError as error:
        if error.gone and not once:
            channels.disable(channel_id)
        news = news if error.unsent else frozenset()
        permanent = error.permanent or once
        _fail(claim, error.sentence, permanent=permanent, answered=error.answered, untold=news)
        return False
    except DBAPIError:
        raise
    except Exception:  # the row must say that it failed, whatever a library raised
        log.exception("Delivery %s failed unexpectedly", claim.delivery_id)
        db.session.rollback()
        _fail(claim, UNEXPECTED, permanent=once)
        return False
    return _settle(claim, state="done", error=None, answered=answered)


def _written(delivery: Delivery) -> tuple[Message | None, frozenset[str]]:
    """The message as it stands now, and the voices that it tells of for the first time, which is
    noted; the caller commits that before anything goes out."""
    while (message := messages.compose(delivery)) is not None:
        news = gone_out.begin(delivery.id, message.voices)
        if news is not None:
            return message, news
        db.session.rollback()  # one was taken back at this moment: it is written without it
    return None, frozenset()


def take(delivery_id: str, fence: str | None = None) -> Claim | None:
    """The lease of a due message, or of one whose worker is gone. Commits.

    None when there is nothing to do: sent, held by another, not due yet, or gone.
    """
    fence = fence or new_id()
    attempt = leases.take(Delivery, delivery_id, fence, lease_s=LEASE_S, most=ATTEMPTS)
    return None if attempt is None else Claim(delivery_id, fence, attempt)


def again(delivery: Delivery) -> None:
    """Sends a message anew, with its old id. The caller commits.

    Raises:
        Conflict: a worker is sending it right now.
    """
    if delivery.state == "leased" and delivery.lease_until and delivery.lease_until > now():
        raise Conflict("This is being sent right now.")
    delivery.state, delivery.attempts, delivery.error = "due", 0, None
    delivery.due_at, delivery.finished_at, delivery.fence = now(), None, None
    db.session.flush()
    _noted(delivery, delivery.channel, "delivery.again")
    _ring_after_commit(delivery.id)


def again_all(channel: Channel, since: datetime) -> int:
    """Sends anew, each with its old id, what gave up or did not arrive at this channel since then;
    how many. The caller commits."""
    failed = db.session.scalars(
        select(Delivery)
        .where(Delivery.channel_id == channel.id, Delivery.created_at >= since, _FAILED)
        .order_by(Delivery.id)
    ).all()
    for delivery in failed:
        again(delivery)
    return len(failed)


def failed_by_channel(ids: Sequence[str]) -> dict[str, int]:
    """How many messages did not arrive at each of these channels; none where all did."""
    rows = db.session.execute(
        select(Delivery.channel_id, func.count())
        .where(Delivery.channel_id.in_(ids), _FAILED)
        .group_by(Delivery.channel_id)
    )
    return {row[0]: row[1] for row in rows}


# A test is asked for by somebody who waits; sent again later it says nothing.
_FAILED = and_(Delivery.state.in_(("failed", "dead")), Delivery.kind != "test")


def _noted(delivery: Delivery, channel: Channel, action: str) -> None:
    audit.record(
        channel.workspace_id,
        action,
        subject=("delivery", delivery.id),
        details={"channel": channel.id},
    )


def sweep() -> None:
    """Lays down what was tried often enough by workers that died. Commits."""
    leases.bury(Delivery, ATTEMPTS)
    db.session.commit()


def ring_due(most: int = 200) -> int:
    """Rings for due messages that aren't in the queue yet; how many. The clock calls it.

    Raises:
        redis.exceptions.RedisError: the queue is away.
    """
    url, first = runtime.settings().redis_url, partial(leases.waiting_longest, Delivery)
    return queue.ring_new(url, QUEUE, queue.DELIVER, first, most)


def _fail(
    claim: Claim,
    sentence: str,
    *,
    permanent: bool,
    answered: int | None = None,
    untold: Collection[str] = (),
) -> None:
    """Puts the reason on the row; due again later unless it is of no use. `untold`: the voices of
    which it has told nobody after all."""
    values: dict[str, object] = {"state": "due", "error": sentence, "answered": answered}
    if permanent:
        values["state"] = "failed"
    elif claim.attempt >= ATTEMPTS:
        values["state"] = "dead"
    else:
        pause = BACKOFF_S[min(claim.attempt, len(BACKOFF_S)) - 1]
        values["due_at"] = now() + timedelta(seconds=pause / runtime.settings().retry_speed)
    _settle(claim, untold=untold, **values)


def _settle(claim: Claim, *, untold: Collection[str] = (), **values: object) -> bool:
    """Writes the end of an attempt. Commits. False when the lease was lost meanwhile."""
    values |= {"finished_at": now(), "lease_until": None}
    written = leases.write(Delivery, claim.delivery_id, claim.fence, **values)
    if written:
        gone_out.stayed(claim.delivery_id, untold)
    db.session.commit()
    if not written:
        log.warning("Delivery %s was taken over by another worker.", claim.delivery_id)
    return written


def _ring_after_commit(delivery_id: str) -> None:
    url = runtime.settings().redis_url
    after_commit(lambda: queue.ring(url, QUEUE, queue.DELIVER, delivery_id))
