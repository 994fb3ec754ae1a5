"""What the queue may call. Each takes a row's id; the row knows the rest."""

from __future__ import annotations

from workers.context import context


def run_step(step_id: str) -> None:
    from workers.perform import perform

    with context():
        perform(step_id)


def deliver(delivery_id: str) -> None:
    from app.domain import holding, outbox

    with context(), holding.place() as place:
        place.given_up = True  # unless the row says how it ended
        outbox.deliver(delivery_id, place.fence)
        place.given_up = False
