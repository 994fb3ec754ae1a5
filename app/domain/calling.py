"""Who calls customers back: sends what tells them, and says by when."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.domain import calls, following, members, outbox
from app.domain.clerk import session
from app.models import Channel, Delivery, FollowUp, Program, now

WORKING_DAYS = 1
HOUR = timedelta(hours=1)
# Letters about customers of one program who asked, in an hour; one tells of all who come after.
ONE_BY_ONE = 10


def tell(follow_up: FollowUp) -> None:
    """A message to each member who calls back. The sample's customers wait for nobody."""
    if session().get_one(Program, follow_up.program_id).is_sample:
        return
    hour = now().replace(minute=0, second=0, microsecond=0)
    together = follow_up.source == "asked" and _asked(follow_up.program_id, hour) > ONE_BY_ONE
    for member in members.of(follow_up.workspace_id):
        if calls.concerns(member):
            channel = following.own_channel(member)
            if not together:
                outbox.add(channel, calls.KIND, payload={"follow_up_id": follow_up.id})
            elif not _collected(channel, follow_up.program_id, hour + HOUR):
                payload = calls.together(follow_up, hour)
                outbox.add(channel, calls.KIND, payload=payload).due_at = hour + HOUR


def due(asked: datetime, working_days: int = WORKING_DAYS) -> datetime:
    """The same time of day that many working days later; Saturday and Sunday don't count.

    What comes in at a weekend counts from Monday's beginning of the same hour.
    """
    moment = asked
    while moment.weekday() >= 5:
        moment += timedelta(days=1)
    for _ in range(working_days):
        moment += timedelta(days=1)
        while moment.weekday() >= 5:
            moment += timedelta(days=1)
    return moment


def _asked(program_id: str, since: datetime) -> int:
    """How many customers have asked since then, this one among them."""
    asked = select(func.count()).where(
        FollowUp.program_id == program_id, FollowUp.source == "asked", FollowUp.created_at >= since
    )
    return session().scalar(asked) or 0


def _collected(channel: Channel, program_id: str, due_at: datetime) -> bool:
    """Whether a letter about all who ask in this hour waits for its end."""
    waiting = select(Delivery).where(
        Delivery.channel_id == channel.id,
        Delivery.kind == calls.KIND,
        Delivery.due_at == due_at,
    )
    return any(calls.is_of(each, program_id) for each in session().scalars(waiting))
