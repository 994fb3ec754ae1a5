"""Where a correction belongs once the words were written down anew, edited, split or merged. Pure.

By time where something was spoken: the passage that shares most of the correction's time, and
more than half of the shorter of both. Where nothing was spoken by the words, else it stays with the
passage that it was about last; where that is gone it is about no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.timeline import Span

SAME = 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """A passage, or where one was. `digest`: of its words. `last`: of a mark, the passage that it
    was about until now."""

    position: int
    start: float
    end: float
    digest: str
    last: int | None = None

    @property
    def spoken(self) -> bool:
        return self.end > self.start


def places(marks: Mapping[str, Place], here: Mapping[int, Place]) -> dict[str, int]:
    """The passage (its key in `here`) of each mark that has one."""
    found = {key: _nearest(mark, here) for key, mark in marks.items()}
    return {key: place for key, place in found.items() if place is not None}


def _nearest(mark: Place, here: Mapping[int, Place]) -> int | None:
    if mark.spoken:
        return _best(
            (shared, place.digest == mark.digest, -place.position, key)
            for key, place in here.items()
            if (shared := _shared(mark, place)) > 0
        )
    unspoken = {key: place for key, place in here.items() if not place.spoken}
    alike = {key: place for key, place in unspoken.items() if place.digest == mark.digest}
    if mark.last in alike:
        return mark.last
    if alike:
        return min(alike, key=lambda key: abs(alike[key].position - mark.position))
    return mark.last if mark.last in unspoken else None


def _shared(mark: Place, place: Place) -> float:
    """Seconds of both, 0 where that isn't the same passage."""
    if not place.spoken:
        return 0.0
    one, other = Span(mark.start, mark.end), Span(place.start, place.end)
    shared = one.overlap(other)
    return shared if shared > SAME * min(one.length, other.length) else 0.0


def _best(found: Iterable[tuple[float, bool, int, int]]) -> int | None:
    best = max(found, default=None)
    return best[3] if best else None


def newest(pairs: Sequence[tuple[str, str, int]]) -> dict[str, int]:
    """(correction, kind, passage), the oldest first → the passage of each that counts: of two of a
    kind in one passage, as after a merge, the later one."""
    last: dict[tuple[str, int], str] = {(kind, at): which for which, kind, at in pairs}
    return {which: at for (_, at), which in last.items()}
