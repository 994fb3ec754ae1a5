"""Find and replace over passages, with what it would do shown first. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.editing_changes import Piece
from app.domain.editing_words import Passage
from app.domain.errors import Invalid

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """Plain words, no pattern; spaces around them don't count."""

    what: str
    instead: str = ""
    whole_words: bool = True
    same_case: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A passage by its place in the list, how often it is there, and the text that it would get."""

    at: int
    count: int
    text: str
    pieces: tuple[Piece, ...]


def find(passages: Sequence[Passage], wanted: Wanted) -> list[Found]:
    """The passages that hold the words.

    Raises:
        Invalid: nothing to look for, or too long.
    """
    pattern = _pattern(wanted)
    instead = _clean(wanted.instead)
    return [
        _found(at, passage.text, pattern, instead)
        for at, passage in enumerate(passages)
        if pattern.search(passage.text)
    ]


def _pattern(wanted: Wanted) -> re.Pattern[str]:
    what = _clean(wanted.what)
    if not what:
        raise Invalid("Say which words to look for.")
    if max(len(what), len(wanted.instead)) > LONGEST:
        raise Invalid(f"Take {LONGEST} characters at most.")
    said = r"\s+".join(re.escape(word) for word in what.split(" "))
    if wanted.whole_words:
        said = rf"(?<!\w){said}(?!\w)"
    return re.compile(said, 0 if wanted.same_case else re.IGNORECASE)


def _found(at: int, text: str, pattern: re.Pattern[str], instead: str) -> Found:
    pieces: list[Piece] = []
    done = 0
    for match in pattern.finditer(text):
        pieces += [Piece(text[done : match.start()], "same"), Piece(match.group(), "old")]
        pieces.append(Piece(instead, "new"))
        done = match.end()
    pieces.append(Piece(text[done:], "same"))
    after = " ".join("".join(p.text for p in pieces if p.what != "old").split())
    count = sum(piece.what == "old" for piece in pieces)
    return Found(at, count, after, tuple(piece for piece in pieces if piece.text))


def _clean(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
