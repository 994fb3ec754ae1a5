"""Finds what was said: whole words over every passage, the last one also by its beginning."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, column, func, literal, literal_column, select, table

from app.domain.search import masked_search
from app.domain.search.filters import Filters, current, of_passages, of_voices
from app.extensions import db
from app.models import Segment

MOST_TERMS = 12
MOST = 1000  # passages ranked: where more say it, the newest ones
WIDEST = 20_000
SHORTEST = 3  # letters of a beginning; shorter ones begin half the language
JOINERS = "\u200c\u200d"  # between letters of one word, in Persian and Hindi
# How a word may be written otherwise. PostgreSQL's index takes ligatures apart, SQLite's doesn't.
OTHERWISE = (
    (("ss", "ß"),),
    (("ffi", "ﬃ"), ("ffl", "ﬄ"), ("ff", "ﬀ"), ("fi", "ﬁ"), ("fl", "ﬂ")),
    (("fi", "ﬁ"), ("fl", "ﬂ")),
)
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
    """The words of a query as they were typed, composed (NFC): each index folds them as it folded
    what was said. All else in it (quotes, operators) separates words."""
    typed = unicodedata.normalize("NFC", query)
    found = (typed[start:end] for start, end in _spans(typed))
    return [word for word in found if any(each.isalnum() for each in _folded(word))][:MOST_TERMS]


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
    for start, end in _spans(text):
        word = _folded(text[start:end])
        if word in whole or (begun is not None and word.startswith(begun)):
            if start > done:
                yield Piece(text[done:start], False)
            yield Piece(text[start:end], True)
            done = end
    if done < len(text):
        yield Piece(text[done:], False)


def _matching(words: Sequence[str], masked: bool) -> Select[int, float]:
    """The rows that match, newest first, and how good they are, in the language of the database in
    use. Words hold letters, marks and digits only, and stand in quotes: nothing can be said in
    either language by them."""
    newest: ColumnElement[int]
    query: ColumnElement[str]
    if db.engine.dialect.name == "postgresql":
        query = func.to_tsquery("simple", func.heard_folded(_asked(words, "'", ":*", "|", " & ")))
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
    """A query in FTS5's language."""
    return _asked(words, '"', "*", "OR", " AND ")


def _asked(words: Sequence[str], quote: str, begins: str, either: str, both: str) -> str:
    """The words in any of their spellings, in a database's language."""
    said = []
    for at, word in enumerate(words):
        end = begins if at == len(words) - 1 and _begins(word) else ""
        ways = [f"{quote}{way}{quote}{end}" for way in _spellings(word)]
        said.append(f"({f' {either} '.join(ways)})" if len(ways) > 1 else ways[0])
    return both.join(said)


def _spellings(word: str) -> list[str]:
    """The word as it was typed, and how else it may be written: ß and ss, ﬁ and fi, ς and σ (which
    are one letter to SQLite's index, and two to PostgreSQL's)."""
    plain = unicodedata.normalize("NFC", word.casefold())
    ways = [word, plain]
    if plain.endswith("σ"):
        ways.append(f"{plain[:-1]}ς")
    for pairs in OTHERWISE:
        way = plain
        for letters, letter in pairs:
            way = way.replace(letters, letter)
        ways.append(way)
    # Letter by letter, as PostgreSQL does it: Python knows that a Σ at the end is a ς.
    return list({"".join(map(str.lower, way)): way for way in ways}.values())


def _begins(word: str) -> bool:
    """Whether the last word of a query may be the beginning of a longer one. CJK has no spaces."""
    return len(word) >= SHORTEST or not word.isascii()


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each word begins and ends: letters and digits with the marks upon them, without which a
    word of Hindi or Thai falls to pieces."""
    start = -1
    for at, letter in enumerate(text):
        if letter.isalnum():
            start = at if start < 0 else start
        elif start >= 0 and letter not in JOINERS and unicodedata.category(letter)[0] != "M":
            yield start, at
            start = -1
    if start >= 0:
        yield start, len(text)


def _folded(text: str) -> str:
    """What two words have in common that are found as one: neither case nor accents count, nor
    how ß, ligatures and the final ς are written."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")
