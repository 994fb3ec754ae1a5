"""Words as they are compared in a search, the same in what was said and in what is looked for, on
both databases: neither case nor accents count, nor how ß, ligatures, the final ς, and half or
raised characters are written, and what is no letter, digit or mark upon one parts words.

SQLite's index is filled through `folded`; PostgreSQL's through a function of its own that says the
same in SQL (migration 0015): its parser would keep "3.50", "a.b@c.de", "well-known" and a path as
one word each. A test holds the two against each other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINERS = "\u200c\u200d"  # between letters of one word, in Persian and Hindi
_SAME = str.maketrans(dict.fromkeys(range(0x0300, 0x0370)))  # accents and their like go


def folded(text: str) -> str:
    """The words of a text, with single spaces between them."""
    plain = unicodedata.normalize("NFKD", text).translate(_SAME).casefold()
    words = " ".join(plain[start:end] for start, end in spans(plain))
    for joiner in JOINERS:
        words = words.replace(joiner, " ")
    return " ".join(words.split())


def spans(text: str) -> Iterator[tuple[int, int]]:
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
