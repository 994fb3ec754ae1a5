"""Passages that call for a person, and which of them a case tells of already. Pure.

A passage is known by its answer and its time, not by its words: whoever listens again, joins
passages or corrects a comma makes no new call of it. Another danger in it does, and so do other
words than those of which somebody said that nobody is needed for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import masking, timeline, wording
from app.domain.corrections import kinds
from app.domain.folding import folded
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


def danger(reason: str) -> str:
    """The danger that who needs a person for this may be in, as far as that is sure, or ""."""
    named = next((each for each in kinds.IN_DANGER if reason.startswith(each)), "")
    return "" if wording.NOT_SURE in reason else named


def grave(reason: str) -> bool:
    """Whether who needs a person for this may be in danger, as far as that is sure."""
    return bool(danger(reason))


def place(start: float, end: float, position: int) -> Span:
    """Of a passage, also of one that was written."""
    return Span(start, end) if end > start else Span(position, position + 1)


def told(known: Sequence[Any], needs: Iterable[Need]) -> list[Any]:
    """What a case keeps of the passages that it tells of, in this order, as JSON: [[answer, start,
    end, danger, settled], …]. settled: "", or the words' digest where somebody said that nobody is
    needed for them. Older ones have true or false for both."""
    new = [[n.answer_id, n.span.start, n.span.end, danger(n.reason), ""] for n in needs]
    return [*known, *new]


def settled(known: Sequence[Any], unneeded: Need) -> list[Any]:
    """The same once somebody said that nobody is needed there, for these words."""
    *where, _, _ = told([], [unneeded])[0]
    return [*known, [*where, "", _digest(unneeded.words)]]


def taken_back(known: Sequence[Any], need: Need, *, was_settled: bool) -> list[Any]:
    """The same without what was last noted of just this place: who said so takes it back."""
    where = [need.answer_id, need.span.start, need.span.end]
    mine = [at for at, row in enumerate(known) if row[:3] == where and bool(row[4]) == was_settled]
    return [row for at, row in enumerate(known) if at not in mine[-1:]]


def is_new(need: Need, known: Sequence[Any]) -> bool:
    """Not where the case tells of the passage: of one of danger as one of that danger, and of most
    of it. What it told before somebody said that nobody is needed holds for their words only."""
    spans: list[Span] = []
    for span, of_danger, of_words in _of_answer(need, known):
        if of_words and of_words not in (True, _digest(need.words)):
            if _is_most(need, [span]):
                spans.clear()
        elif of_words or not need.grave or of_danger in (True, danger(need.reason)):
            spans.append(span)
    if need.grave:
        return not _is_most(need, spans)
    return not any(_is_there(need, span) for span in spans)


def is_settled(need: Need, known: Sequence[Any]) -> bool:
    """Whether the last that was noted of this place is that nobody is needed there."""
    there = [bool(words) for span, _, words in _of_answer(need, known) if _is_there(need, span)]
    return there[-1:] == [True]


def in_danger(known: Sequence[Any]) -> bool:
    """Whether the case tells of danger in a passage of which nobody has said since that it needs
    nobody, whatever the machine hears there by now."""
    for at, (answer_id, start, end, of_danger, of_words) in enumerate(known):
        if of_danger and not of_words:
            place = Need("", "", answer_id, Span(start, end))
            since = [span for span, _, words in _of_answer(place, known[at + 1 :]) if words]
            if not _is_most(place, since):
                return True
    return False


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


def _of_answer(need: Need, known: Sequence[Any]) -> Iterable[tuple[Span, Any, Any]]:
    for answer_id, start, end, of_danger, of_words in known:
        if answer_id == need.answer_id:
            yield Span(start, end), of_danger, of_words


def _is_there(need: Need, span: Span) -> bool:
    """Half of the shorter one is the same place."""
    return span.overlap(need.span) * 2 > min(span.length, need.span.length)


def _is_most(need: Need, spans: Sequence[Span]) -> bool:
    """Whether these are more than half of it, together."""
    shared = sum(span.overlap(need.span) for span in timeline.merge(spans))
    return shared * 2 > need.span.length


def _digest(words: str) -> str:
    """The same however they are written: with or without a comma."""
    return masking.digest(folded(words))
