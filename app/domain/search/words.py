"""Finds what was said: whole words over every passage, the last one also while being typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, column, func, literal_column, select, table
from sqlalchemy.orm import joinedload, selectinload

from app.domain.search import masked_search
from app.extensions import db
from app.models import Answer, Label, Segment, Submission, Transcript

MOST_TERMS = 12
_TERM = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Filters:
    """An empty value filters nothing."""

    program_id: str = ""
    touchpoint_id: str = ""
    sentiment: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a found passage; `found` where it is one of the words searched for."""

    text: str
    found: bool


Found = Select[Segment, Answer, Submission]


@dataclass(frozen=True, slots=True)
class Hit:
    segment: Segment
    answer: Answer
    submission: Submission
    pieces: tuple[Piece, ...]


def terms(query: str) -> list[str]:
    """The words of a query; all else in it (quotes, operators) separates words."""
    return _TERM.findall(unicodedata.normalize("NFC", query).casefold())[:MOST_TERMS]


def search(
    workspace_id: str,
    query: str,
    filters: Filters | None = None,
    limit: int = 50,
    *,
    masked: bool = False,
) -> list[Hit]:
    """Passages of current transcripts that hold every word, best first.

    Only received submissions of this workspace. A query without a word finds nothing. `masked`: for
    those who don't see personal data, and don't find by it.
    """
    words = terms(query)
    if not words:
        return []
    asked = _asked(workspace_id, filters or Filters()).options(
        joinedload(Submission.touchpoint),
        joinedload(Submission.program),
        joinedload(Answer.recording),
        selectinload(Segment.labels),
    )
    asked, best = _matching(asked, words, masked)
    rows = db.session.execute(asked.order_by(best, Segment.id.desc()).limit(limit)).all()
    shown = masked_search.texts([row[0] for row in rows]) if masked else {}
    return [
        Hit(segment, answer, submission, tuple(pieces(shown.get(segment.id, segment.text), words)))
        for segment, answer, submission in rows
    ]


def count(
    workspace_id: str, query: str, filters: Filters | None = None, *, masked: bool = False
) -> int:
    """How many passages `search` would find without its limit."""
    words = terms(query)
    if not words:
        return 0
    asked, _ = _matching(_asked(workspace_id, filters or Filters()), words, masked)
    return db.session.scalar(asked.with_only_columns(func.count())) or 0


def pieces(text: str, words: Sequence[str]) -> Iterator[Piece]:
    """The text cut where a searched word begins and ends. Joined, the pieces are the text."""
    whole, begun = {_folded(word) for word in words}, _folded(words[-1])
    done = 0
    for match in _TERM.finditer(text):
        word = _folded(match.group())
        if word in whole or word.startswith(begun):
            if match.start() > done:
                yield Piece(text[done : match.start()], False)
            yield Piece(match.group(), True)
            done = match.end()
    if done < len(text):
        yield Piece(text[done:], False)


def _asked(workspace_id: str, filters: Filters) -> Found:
    asked: Found = (
        select(Segment, Answer, Submission)
        .join(Transcript, and_(Segment.transcript_id == Transcript.id, Transcript.current))
        .join(Answer, Transcript.answer_id == Answer.id)
        .join(Submission, Answer.submission_id == Submission.id)
        .where(Submission.workspace_id == workspace_id, Submission.state == "received")
    )
    if filters.program_id:
        asked = asked.where(Submission.program_id == filters.program_id)
    if filters.touchpoint_id:
        asked = asked.where(Submission.touchpoint_id == filters.touchpoint_id)
    if filters.sentiment:
        feeling = select(Label.segment_id).where(
            Label.kind == "sentiment", Label.value == filters.sentiment
        )
        asked = asked.where(Segment.id.in_(feeling))
    return asked


def _matching(
    asked: Found, words: Sequence[str], masked: bool
) -> tuple[Found, ColumnElement[float]]:
    """The rows that match and what puts the best first, in the language of the database in use.
    Words hold letters and digits only, so nothing can be said in either language through them."""
    if db.engine.dialect.name == "postgresql":
        bare = [_folded(word) for word in words]
        said = " & ".join([*bare[:-1], bare[-1] + ":*"])
        asked = masked_search.visible(asked, said) if masked else asked
        query = func.to_tsquery("simple", said)
        tsv: ColumnElement[str] = literal_column("segments.tsv")
        return asked.where(tsv.op("@@")(query)), func.ts_rank(tsv, query).desc()
    index = table("segment_search", column("rowid"), column("segment_search"), column("rank"))
    said = " ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"*'])
    asked = masked_search.visible(asked, said) if masked else asked
    matching = asked.join(index, index.c.rowid == Segment.id).where(
        index.c.segment_search.op("MATCH")(said)
    )
    return matching, index.c.rank


def _folded(text: str) -> str:
    """Lower case without accents, as SQLite's index compares words."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
