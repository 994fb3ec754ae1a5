"""Reads who is at work, from the queue server and from the rows of the steps."""

from __future__ import annotations

import time
from collections import Counter
from typing import cast

from redis.exceptions import RedisError
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from app import queue, runtime
from app.domain.pipeline import QUEUES, STEPS
from app.domain.vitals import Vitals
from app.models import Step, now

BEAT = "heard:clock"  # when a clock ended its last round, in seconds since 1970


def beat() -> None:
    """The clock was here. Raises RedisError."""
    queue.connect(runtime.settings().redis_url).set(BEAT, time.time())


def look(session: Session | scoped_session[Session], redis_url: str) -> Vitals:
    """Raises SQLAlchemyError: the database is away."""
    moment = now()
    due = session.execute(
        select(Step.name, func.min(Step.due_at))
        .where(Step.state == "due", Step.due_at <= moment)
        .group_by(Step.name)
    )
    waiting: dict[str, float] = {}
    for name, since in due:
        if kind := STEPS.get(name):
            age = (moment - since).total_seconds()
            waiting[kind.queue] = max(age, waiting.get(kind.queue, 0.0))
    held = select(Step.name).where(Step.state == "leased", Step.lease_until > moment)
    at_work = Counter(STEPS[name].queue for name in session.scalars(held) if name in STEPS)
    try:
        told = queue.workers(redis_url, QUEUES)
        said = cast("bytes | None", queue.connect(redis_url).get(BEAT))
    except RedisError:
        return Vitals(None, waiting)
    # One in the midst of a long job gives no sign to the queue server, but renews its lease.
    workers = {name: max(told[name], at_work[name]) for name in QUEUES}
    return Vitals(workers, waiting, max(0.0, time.time() - float(said)) if said else None)
