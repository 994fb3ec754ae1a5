"""A program's names as words of their own for the basic engine: how each is said.

Its dictionary tells how 134 000 words are said; a name made of these is one word more, said as they
are, one after the other. A name with another word in it is passed over: nobody says how it sounds.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.domain.timeline import Span, Word

MOST_WAYS = 6  # of saying one name: the dictionary has up to four for a word
_NUMBERS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SIGNS = {"&": "and", "+": "plus"}
_WORD = re.compile(r"[a-z'][a-z'.-]*")  # the dictionary has silence, too: "<sil>"
_PARTS = re.compile(r"[a-z']+|\d+|[&+]")
_MARKS = ".,;:!?…"
_LONGEST_LETTERED = 5  # "KPMG" is said letter by letter, "UNICEF" isn't
Lookup = Callable[[str], str | None]  # a word's phones, with spaces between


@dataclass(frozen=True, slots=True)
class Entry:
    """`shown`: the name's words as they were written. `said`: the dictionary's words for them.
    `ways`: how it may be said, likeliest first, each with the phones of every shown word."""

    shown: tuple[str, ...]
    said: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]

    def timed(self, way: int, span: Span, confidence: float) -> Iterator[Word]:
        """Its words over that span, which they share by their phones."""
        counts = [len(phones.split()) for phones in self.ways[way]]
        each, done = span.length / sum(counts), 0
        for text, count in zip(self.shown, counts, strict=True):
            start, done = span.start + done * each, done + count
            yield Word(text, start, min(span.start + done * each, span.end), confidence)


def entries(names: Sequence[str], lookup: Lookup) -> list[Entry]:
    """One for each name whose every word the dictionary has."""
    return [entry for name in names if (entry := _entry(name, lookup)) is not None]


def _entry(name: str, lookup: Lookup) -> Entry | None:
    shown: list[str] = []
    said: list[str] = []
    options: list[list[str]] = []
    for written in name.split():
        words = _as_said(written, lookup)
        if words is None:
            return None
        if not words:
            continue  # a dash between words isn't said
        ways = _joined([_pronunciations(word, lookup) for word in words])
        shown.append(written.rstrip(_MARKS))  # "Yahoo!" would end a sentence
        said += words
        options.append([" ".join(way) for way in ways])
    return Entry(tuple(shown), tuple(said), tuple(_joined(options))) if shown else None


def _as_said(written: str, lookup: Lookup) -> list[str] | None:
    """The dictionary's words for a written one; None where it lacks one of them."""
    plain = unicodedata.normalize("NFD", written.replace("’", "'").casefold())
    bare = "".join(each for each in plain if not unicodedata.combining(each)).strip(
        f"{_MARKS}()\"'"
    )
    if _WORD.fullmatch(bare) and lookup(bare):
        return [bare]
    if written.isalpha() and written.isupper() and len(written) <= _LONGEST_LETTERED:
        parts = [f"{letter}." for letter in bare]
    elif any(each.isalnum() and not _PARTS.fullmatch(each) for each in bare):
        return None  # letters that English doesn't have
    else:
        parts = [word for part in _PARTS.findall(bare) for word in _in_words(part)]
    return parts if all(lookup(part) for part in parts) else None


def _in_words(part: str) -> list[str]:
    """`2` → two, `45` → forty five, `365` → three six five; other parts as they are."""
    if not part.isdigit():
        return [_SIGNS.get(part, part)]
    number = int(part)
    if len(part) > 2 or (len(part) == 2 and number < 10):
        return [_NUMBERS[int(digit)] for digit in part]
    if number < 20:
        return [_NUMBERS[number]]
    return [_TENS[number // 10 - 2], *([_NUMBERS[number % 10]] if number % 10 else [])]


def _pronunciations(word: str, lookup: Lookup) -> list[str]:
    """`was` is in the dictionary as was, was(2), was(3)…"""
    found: list[str] = []
    while phones := lookup(word if not found else f"{word}({len(found) + 1})"):
        found.append(phones)
    return found


def _joined(options: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """One of each, all ways of choosing, those first that take the first options. MOST_WAYS."""
    ways: list[tuple[int, tuple[str, ...]]] = [(0, ())]
    for choices in options:
        longer = [
            (rank + place, (*way, choice))
            for rank, way in ways
            for place, choice in enumerate(choices)
        ]
        ways = sorted(longer, key=lambda ranked: ranked[0])[:MOST_WAYS]
    return [way for _, way in ways]
