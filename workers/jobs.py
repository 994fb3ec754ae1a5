"""What the queue may call. Each takes a row's id; the row knows the rest."""

from __future__ import annotations

import logging

from app.extensions import db
from workers.context import context

log = logging.getLogger(__name__)


def run_step(step_id: str) -> None:
    from workers.perform import perform

    with context():
        perform(step_id)


def deliver(delivery_id: str) -> None:
    from app.domain import holding, outbox, troubles

    with context(), holding.place() as place:
        try:
            outbox.deliver(delivery_id, place.fence)
        except troubles.RAISED as trouble:
            if not troubles.away(trouble):
                raise
            place.given_up = True
            db.session.rollback()
            log.warning("Delivery %s: %s; it goes again.", delivery_id, trouble)


def make_vectors(transcript_id: str) -> None:
    from workers.vectors import make

    with context():
        make(transcript_id)
