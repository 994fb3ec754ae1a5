"""Word error and inserted words: what was heard against what was said. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_NOT_WORDS = re.compile(r"[^\w']+")
# Kana and Han: each sign is a word here, as there are no spaces to tell words by.
_SIGN = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_INSERTED = 1
_EDIT = 1 << 20  # more than any number of words: fewest edits first, then fewest insertions


@dataclass(frozen=True, slots=True)
class Heard:
    """How what was heard differs from what was said, in words: all edits, and those of them that
    were heard and never said."""

    said: int
    edits: int
    inserted: int


def plain(text: str) -> list[str]:
    """Lower-case words without marks, the form in which two texts are compared."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("’", "'")
    bare = (word.strip("'") for word in _SIGN.sub(r" \1 ", _NOT_WORDS.sub(" ", folded)).split())
    return [word for word in bare if word]


def compare(said: Sequence[str], heard: Sequence[str]) -> Heard:
    """By the fewest edits (Levenshtein 1966), and among those by the fewest insertions.

    Only a band around the diagonal is looked at, twice as wide until the result fits into it,
    which is then exact (Ukkonen 1985).
    """
    start, end = _same(said, heard)
    a, b = said[start : len(said) - end], heard[start : len(heard) - end]
    width = max(8, 2 * abs(len(a) - len(b)))
    while True:
        cost = _banded(a, b, width)
        if cost // _EDIT <= width or width >= len(a) + len(b):
            return Heard(len(said), cost // _EDIT, cost % _EDIT)
        width *= 2


def _same(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """How many words both share at the beginning, and then at the end."""
    most, start, end = min(len(a), len(b)), 0, 0
    while start < most and a[start] == b[start]:
        start += 1
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, end


def _banded(a: Sequence[str], b: Sequence[str], width: int) -> int:
    far = (len(a) + len(b) + 1) * _EDIT
    row = [far] * (len(b) + 1)
    for j in range(min(len(b), width) + 1):
        row[j] = j * (_EDIT + _INSERTED)
    for i, word in enumerate(a, 1):
        low, high = max(1, i - width), min(len(b), i + width)
        diagonal = row[low - 1]
        row[low - 1] = i * _EDIT if low == 1 else far
        for j in range(low, high + 1):
            above = row[j]
            row[j] = min(
                diagonal + (0 if word == b[j - 1] else _EDIT),
                above + _EDIT,
                row[j - 1] + _EDIT + _INSERTED,
            )
            diagonal = above
        if high < len(b):
            row[high + 1] = far
    return row[len(b)]
