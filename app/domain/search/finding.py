"""One list of what says it and what means it, and why each passage is in it.

The two are fused by reciprocal rank fusion (Cormack, Clarke & Büttcher 2009): a passage's score is
the sum of 1 / (60 + its rank) over the lists that it is in. Ranks compare where scores of different
kinds don't.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.domain.search import masked_search, meaning, words
from app.domain.search.encoder import NoModel
from app.domain.search.filters import Filters, current, of_passages, of_voices
from app.domain.search.words import Piece
from app.extensions import db
from app.models import Answer, Segment, Submission

K = 60
EVERYTHING = Filters()
LIMIT = 50
UNREADABLE = (
    "Only words are looked for here: a meaning is found from English words, not from names."
)
NOT_YET = "Some passages can't be found by their meaning yet; that is being made ready."


@dataclass(frozen=True, slots=True)
class Hit:
    """A found passage, and why: its words were said, or its meaning is near."""

    segment: Segment
    answer: Answer
    submission: Submission
    pieces: tuple[Piece, ...]
    says: bool = True
    means: bool = False

    @property
    def language(self) -> str:
        return self.segment.language or self.segment.transcript.language


@dataclass(frozen=True, slots=True)
class Found:
    """The best hits. `said`: how many passages hold the words; `more` and `cut`: as words.Ranked
    has them. `meant`: how many others are near in meaning, None where nobody looked. `note`: what
    was not looked for, and why."""

    hits: list[Hit] = field(default_factory=list)
    said: int = 0
    more: bool = False
    meant: int | None = None
    note: str = ""
    cut: bool = False


def by_words(
    workspace_id: str,
    query: str,
    filters: Filters = EVERYTHING,
    limit: int = LIMIT,
    *,
    masked: bool = False,
) -> Found:
    """What is there at once."""
    asked = words.terms(query)
    said = words.ranked(workspace_id, asked, filters, masked=masked)
    rows = _rows(workspace_id, said.ids[:limit], filters)
    return Found(_hits(rows, asked, masked), len(said.ids), said.more, cut=said.cut)


def by_both(
    workspace_id: str,
    query: str,
    filters: Filters = EVERYTHING,
    limit: int = LIMIT,
    *,
    masked: bool = False,
) -> Found:
    """Words and meaning, fused."""
    asked = words.terms(query)
    said = words.ranked(workspace_id, asked, filters, masked=masked)
    meant: Sequence[int] = ()
    meaningful = meaning.said(query)
    note = "" if meaningful else UNREADABLE
    try:
        meant = meaning.ranked(workspace_id, meaningful, filters)
    except NoModel as missing:
        note = missing.sentence
    if not note and meaning.waiting(workspace_id):
        note = NOT_YET
    rows = _rows(workspace_id, fused(said.ids, meant)[:limit], filters)
    says, means = set(said.ids), set(meant)
    hits = [
        replace(hit, says=hit.segment.id in says, means=hit.segment.id in means)
        for hit in _hits(rows, asked, masked)
    ]
    return Found(hits, len(says), said.more, len(means - says), note, said.cut)


def fused(*lists: Sequence[int]) -> list[int]:
    """The ids of all lists, best first; of two that are as good, the one that comes first in the
    earlier list."""
    scores: dict[int, float] = {}
    for ids in lists:
        for rank, each in enumerate(ids, 1):
            scores[each] = scores.get(each, 0.0) + 1 / (K + rank)
    return sorted(scores, key=lambda each: -scores[each])


def _rows(
    workspace_id: str, ids: Sequence[int], filters: Filters
) -> list[tuple[Segment, Answer, Submission]]:
    """These passages with all that a page shows of them, in this order; without those that were
    taken back or changed since they were found."""
    asked = current(select(Segment, Answer, Submission)).where(
        Segment.id.in_(ids), *of_voices(workspace_id, filters), *of_passages(filters)
    )
    rows = db.session.execute(
        asked.options(
            joinedload(Submission.touchpoint),
            joinedload(Submission.program),
            joinedload(Answer.recording),
            joinedload(Segment.transcript),
            selectinload(Segment.labels),
        )
    )
    found = {row[0].id: (row[0], row[1], row[2]) for row in rows}
    return [found[each] for each in ids if each in found]


def _hits(
    rows: Sequence[tuple[Segment, Answer, Submission]], asked: Sequence[str], masked: bool
) -> list[Hit]:
    shown = masked_search.texts([row[0] for row in rows]) if masked else {}
    return [
        Hit(*row, tuple(words.pieces(shown.get(row[0].id, row[0].text), asked))) for row in rows
    ]
