"""How a delivery stands, in a reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain import channels
from app.domain.wording import count
from app.models import Delivery, now
from app.web.presenters import ago

# What happens next, said after why it did not arrive.
USELESS = "Sent again by itself it would fail again: mend this, then send it again."
ENOUGH = "It was tried often enough; send it again when this is mended."
BY_ITSELF = "It is tried again by itself."


@dataclass(frozen=True, slots=True)
class Standing:
    """How a delivery stands, in words. tone: done, waiting, problem."""

    tone: str
    word: str
    reason: str = ""
    may_try: bool = False

    def told(self, delivery: Delivery) -> str:
        """`3 tries, the last answered 503`; empty before the first."""
        if not delivery.attempts:
            return ""
        tries = count(delivery.attempts, "try", "tries")
        last = "the last " if delivery.attempts > 1 else ""
        return tries + (f", {last}answered {delivery.answered}" if delivery.answered else "")


def standing(delivery: Delivery) -> Standing:
    """The delivery's state as a reader says it."""
    error = delivery.error or ""
    match delivery.state:
        case "done" if error:
            return Standing("done", "Not needed", error)
        case "done":
            return Standing("done", f"Sent {ago(delivery.finished_at or delivery.created_at)}")
        case "leased":
            return Standing("waiting", "Being sent")
        case "failed":
            return Standing("problem", "Did not arrive", _then(error, USELESS), may_try=True)
        case "dead":
            return Standing("problem", "Given up", _then(error, ENOUGH), may_try=True)
    if error:
        soon = delivery.due_at < now() + timedelta(minutes=1)
        word = f"Trying again {'soon' if soon else ago(delivery.due_at)}"
        return Standing("problem", word, _then(error, BY_ITSELF), may_try=True)
    return Standing("waiting", "Waiting to be sent")


def _then(error: str, following: str) -> str:
    """`Connection refused. It is tried again by itself.`"""
    what = error.strip() or "Why it did not arrive is not known"
    return f"{what if what[-1] in '.!?' else what + '.'} {following}"


def with_standing(rows: Sequence[Delivery]) -> list[tuple[Delivery, Standing, str]]:
    """Each with its standing and where it goes."""
    return [(each, standing(each), channels.where(each.channel)) for each in rows]
