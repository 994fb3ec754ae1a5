"""Finds what was said: whole words over every passage, the last one also by its beginning."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table

from app.domain.folding import folded, spans
from app.domain.search import masked_search
from app.domain.search.filters import Filters, current, of_passages, of_voices
from app.extensions import db
from app.models import Segment

MOST_TERMS = 12
MOST = 1000  # passages ranked: where more say it, the newest ones
WIDEST = 20_000
SHORTEST = 3  # letters of a beginning; shorter ones begin half the language
INDEX = table("segment_search", column("rowid"), column("segment_search"), column("rank"))


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a found passage; `found` where it is one of the words searched for."""

    text: str
    found: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages by their ids, best first. `more`: there are others besides these MOST. `cut`: of
    those with the words only the newest WIDEST were held against the filters."""

    ids: tuple[int, ...]
    more: bool = False
    cut: bool = False


def terms(query: str) -> list[str]:
    """The words of a query as they were typed, composed (NFC); they are folded as what was said is.
    All else in it (quotes, operators) separates words."""
    return _typed(query)[:MOST_TERMS]


def longer(query: str) -> bool:
    """Whether it has more words than are looked for."""
    return len(_typed(query)) > MOST_TERMS


def _typed(query: str) -> list[str]:
    typed = unicodedata.normalize("NFC", query)
    found = (typed[start:end] for start, end in spans(typed))
    return [word for word in found if folded(word)]


def ranked(workspace_id: str, words: Sequence[str], filters: Filters, *, masked: bool) -> Ranked:
    """Passages of current transcripts that hold every word.

    Only received submissions of this workspace. `masked`: for those who don't see personal data,
    and don't find by it.
    """
    if not words:
        return Ranked(())
    rules = [*of_voices(workspace_id, filters), *of_passages(filters)]
    asked = _matching(words, masked).where(*rules)
    oldest = _oldest(words) if filters.narrowed else None
    if oldest is not None:
        asked = asked.where(INDEX.c.rowid > oldest)
    found = db.session.execute(asked.limit(MOST + 1)).all()
    best = sorted(found[:MOST], key=lambda row: (-row[1], -row[0]))
    more = len(found) > MOST
    return Ranked(tuple(row[0] for row in best), more, oldest is not None and not more)


def pieces(text: str, words: Sequence[str]) -> Iterator[Piece]:
    """The text cut where a searched word begins and ends. Joined, the pieces are the text."""
    whole = {folded(word) for word in words}
    begun = folded(words[-1]) if words and _begins(words[-1]) else None
    done = 0
    for start, end in spans(text):
        word = folded(text[start:end])
        if word in whole or (begun is not None and word.startswith(begun)):
            if start > done:
                yield Piece(text[done:start], False)
            yield Piece(text[start:end], True)
            done = end
    if done < len(text):
        yield Piece(text[done:], False)


def _matching(words: Sequence[str], masked: bool) -> Select[int, float]:
    """The rows that match, newest first, and how good they are, in the language of the database in
    use. Folded words hold letters, marks and digits only, and stand in quotes: nothing can be said
    in either language by them."""
    newest: ColumnElement[int]
    query: ColumnElement[str]
    if db.engine.dialect.name == "postgresql":
        query = _tsquery(words)
        tsv: ColumnElement[str] = literal_column("segments.tsv")
        asked = current(select(Segment.id, func.ts_rank(tsv, query)))
        holds, newest = tsv.op("@@")(query), Segment.id.expression
    else:
        query = literal(_match(words))
        asked = current(
            select(Segment.id, -INDEX.c.rank)
            .select_from(INDEX)
            .join(Segment, Segment.id == INDEX.c.rowid)
        )
        holds, newest = INDEX.c.segment_search.op("MATCH")(query), INDEX.c.rowid
    asked = masked_search.visible(asked, query) if masked else asked
    return asked.where(holds).order_by(newest.desc())


def _oldest(words: Sequence[str]) -> int | None:
    """The passage up to which SQLite looks, where more than WIDEST have the words: it looks each of
    them up to hold it against the filters. PostgreSQL chooses the better end to begin at itself."""
    if db.engine.dialect.name != "sqlite":
        return None
    holds = INDEX.c.segment_search.op("MATCH")(_match(words))
    newest = select(INDEX.c.rowid).where(holds).order_by(INDEX.c.rowid.desc())
    return db.session.scalar(newest.offset(WIDEST).limit(1))


def _match(words: Sequence[str]) -> str:
    """A query in FTS5's language. What folding makes two words of (½) is found as both in turn."""
    end = "*" if _begins(words[-1]) else ""
    return " AND ".join(f'"{folded(word)}"' for word in words) + end


def _tsquery(words: Sequence[str]) -> ColumnElement[str]:
    """The same in PostgreSQL's, folded by the function that its index is filled through."""
    *whole, last = words
    parts: list[ColumnElement[str]] = [
        func.phraseto_tsquery("simple", func.heard_folded(each)) for each in whole
    ]
    if _begins(last):
        quoted = literal_column("''''").op("||")(func.heard_folded(last))
        parts.append(func.to_tsquery("simple", quoted.op("||")(literal_column("''':*'"))))
    else:
        parts.append(func.phraseto_tsquery("simple", func.heard_folded(last)))
    return reduce(lambda one, other: one.op("&&")(other), parts)


def _begins(word: str) -> bool:
    """Whether the last word of a query may be the beginning of a longer one. CJK has no spaces."""
    return len(word) >= SHORTEST or not word.isascii()
