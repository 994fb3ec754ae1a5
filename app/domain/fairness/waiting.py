"""Which measures can't be shown yet, and what they wait for. Pure.

Of what is too small no number is told: how many there are beside the groups
that are shown elsewhere would tell how many the hidden ones have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.fairness.measures import MEASURES, Measure
from app.domain.fairness.tables import Table

PAUSED = "inserted_paused"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A measure of which no group is shown. `needs`: whom it counts; `so_far`: how far that is."""

    measure: Measure
    needs: str
    so_far: str


def waiting(tables: Sequence[Table], minimum: int, *, pauses: int) -> list[Waiting]:
    """In the order of the measures. `pauses`: how many recordings are heard again with pauses after
    an audit; with 0 nobody ever is."""
    found = []
    for measure in MEASURES:
        mine = [each for each in tables if each.measure == measure.key]
        if any(each.shows for each in mine):
            continue
        # New ones wait until they are many enough, so who isn't counted may be there.
        so_far = (
            f"Some, but not {minimum} in each of two groups."
            if mine
            else f"Nobody yet, or fewer than {minimum}."
        )
        if measure.key == PAUSED and not pauses:
            so_far = "Switched off: FAIRNESS_PAUSES is 0."
        found.append(Waiting(measure, measure.counts, so_far))
    return found


def lines(tables: Sequence[Table], minimum: int, *, pauses: int) -> Iterator[str]:
    """For a terminal, one for each; none where all are shown."""
    rest = waiting(tables, minimum, pauses=pauses)
    if rest:
        yield f"Not shown yet: each needs two groups of {minimum} or more."
    for each in rest:
        yield f"  {each.measure.name}: counts {each.needs}. {each.so_far}"
