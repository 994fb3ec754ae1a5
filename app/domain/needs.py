"""Passages that call for a person, and which of them a case tells of already. Pure.

A passage is known by its answer and its time, not by its words: whoever listens again, joins
passages or corrects a comma makes no new call of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import wording
from app.domain.corrections import kinds
from app.domain.timeline import Span

LONGEST = 2000  # characters that a case shows of what was said


@dataclass(frozen=True, slots=True)
class Need:
    """`reason`: as a case shows it; `words`: what was said. `span`: seconds in its answer, of one
    that was written the passage's number and the next."""

    reason: str
    words: str
    answer_id: str
    span: Span

    @property
    def grave(self) -> bool:
        return grave(self.reason)


def grave(reason: str) -> bool:
    """Whether who needs a person for this may be in danger, as far as that is sure."""
    return reason.startswith(kinds.IN_DANGER) and wording.NOT_SURE not in reason


def place(start: float, end: float, position: int) -> Span:
    """Of a passage, also of one that was written."""
    return Span(start, end) if end > start else Span(position, position + 1)


def told(known: Sequence[Any], needs: Iterable[Need], *, settled: bool = False) -> list[Any]:
    """What a case keeps of the passages that it tells of, as JSON: [[answer, start, end, grave,
    settled], …]. settled: somebody said that nobody is needed there."""
    new = [[n.answer_id, n.span.start, n.span.end, n.grave, settled] for n in needs]
    return [*known, *new]


def is_new(need: Need, known: Sequence[Any]) -> bool:
    """Not where the case tells of the passage, as one of danger if it is one."""
    return not any(danger or not need.grave for danger, _ in _there(need, known))


def is_settled(need: Need, known: Sequence[Any]) -> bool:
    return any(settled for _, settled in _there(need, known))


def shown(lines: Iterable[str]) -> str:
    """What was said, a passage a line, as far as there is room: none is cut but the first, which is
    between two words."""
    kept: list[str] = []
    for line in dict.fromkeys(filter(None, lines)):
        if len("\n".join([*kept, line])) <= LONGEST:
            kept.append(line)
        elif not kept:
            kept.append(line[:LONGEST].rpartition(" ")[0] or line[:LONGEST])
    return "\n".join(kept)


def _there(need: Need, known: Sequence[Any]) -> Iterable[tuple[bool, bool]]:
    """(grave, settled) of what is known of this place: half of the shorter one is the same."""
    for answer_id, start, end, danger, settled in known:
        span = Span(start, end)
        shorter = min(span.length, need.span.length)
        if answer_id == need.answer_id and span.overlap(need.span) * 2 > shorter:
            yield danger, settled
