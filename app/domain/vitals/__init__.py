"""Whether anybody does the work: what an operator's monitor asks every minute.

`looking` reads it, here it is judged. The public hears no more of this than "ok" or "degraded".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.pipeline import QUEUES
from app.domain.wording import count

# Work that is due and that nobody begins: longer than this, a customer or a colleague notices.
LATE_S = 30 * 60
# The clock ticks every three seconds; an hourly round may take it some minutes.
SILENT_S = 5 * 60


@dataclass(frozen=True, slots=True)
class Vitals:
    """`workers`: of each queue, how many live; None: the queue server is away. `waiting_s`: of each
    queue with due work, seconds since the oldest of it became due. `clock_s`: seconds since the
    clock's last round, None where none is known."""

    workers: Mapping[str, int] | None
    waiting_s: Mapping[str, float] = field(default_factory=dict)
    clock_s: float | None = None


def troubles(seen: Vitals) -> list[str]:
    """A sentence for each thing that an operator should look at; none while all is well."""
    found = []
    if seen.workers is None:
        found.append("The queue server does not answer.")
    else:
        found += [f"No {queue} worker is alive." for queue in QUEUES if not seen.workers.get(queue)]
        if seen.clock_s is None:
            found.append("The clock has not been heard of.")
        elif seen.clock_s > SILENT_S:
            found.append(f"The clock was last heard of {_ago(seen.clock_s)} ago.")
    for queue, seconds in seen.waiting_s.items():
        if seconds > LATE_S:
            found.append(f"Work for {queue} has been waiting for {_ago(seconds)}.")
    return found


def _ago(seconds: float) -> str:
    minutes = int(seconds // 60)
    return count(minutes, "minute") if minutes < 120 else count(minutes // 60, "hour")
