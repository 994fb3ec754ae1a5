"""Finds what was said: whole words over every passage, the last one also by its beginning."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, column, func, literal_column, select, table

from app.domain.search import masked_search
from app.domain.search.filters import Filters, current, of_passages, of_voices
from app.extensions import db
from app.models import Segment

MOST_TERMS = 12
MOST = 1000  # passages ranked: where more say it, the newest ones
WIDEST = 20_000
SHORTEST = 3  # letters of a beginning; shorter ones begin half the language
_TERM = re.compile(r"[^\W_]+")
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
    """The words of a query; all else in it (quotes, operators) separates words."""
    return _TERM.findall(unicodedata.normalize("NFC", query).casefold())[:MOST_TERMS]


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
    whole = {_folded(word) for word in words}
    begun = _folded(words[-1]) if words and _begins(words[-1]) else None
    done = 0
    for match in _TERM.finditer(text):
        word = _folded(match.group())
        if word in whole or (begun is not None and word.startswith(begun)):
            if match.start() > done:
                yield Piece(text[done : match.start()], False)
            yield Piece(match.group(), True)
            done = match.end()
    if done < len(text):
        yield Piece(text[done:], False)


def _matching(words: Sequence[str], masked: bool) -> Select[int, float]:
    """The rows that match, newest first, and how good they are, in the language of the database in
    use. Words hold letters and digits only, so nothing can be said in either language by them."""
    newest: ColumnElement[int]
    if db.engine.dialect.name == "postgresql":
        bare = [_folded(word) for word in words]
        said = " & ".join([*bare[:-1], bare[-1] + (":*" if _begins(words[-1]) else "")])
        query = func.to_tsquery("simple", said)
        tsv: ColumnElement[str] = literal_column("segments.tsv")
        asked = current(select(Segment.id, func.ts_rank(tsv, query)))
        holds, newest = tsv.op("@@")(query), Segment.id.expression
    else:
        said = _match(words)
        asked = current(
            select(Segment.id, -INDEX.c.rank)
            .select_from(INDEX)
            .join(Segment, Segment.id == INDEX.c.rowid)
        )
        holds, newest = INDEX.c.segment_search.op("MATCH")(said), INDEX.c.rowid
    asked = masked_search.visible(asked, said) if masked else asked
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
    """A query in FTS5's language."""
    end = "*" if _begins(words[-1]) else ""
    return " ".join([*(f'"{word}"' for word in words[:-1]), f'"{words[-1]}"{end}'])


def _begins(word: str) -> bool:
    """Whether the last word of a query may be the beginning of a longer one. CJK has no spaces."""
    return len(word) >= SHORTEST or not word.isascii()


def _folded(text: str) -> str:
    """Lower case without accents, as SQLite's index compares words."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
