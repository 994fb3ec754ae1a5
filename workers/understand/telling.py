"""The words that say that a person is needed, where no plain ones do.

The head reads a passage as a whole. What tells is the clause that is enough for the head to give
the same reason, or two that follow each other; where no part is enough, the whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

from app.domain.search.encoder import MOST_CHARACTERS
from workers.understand.base import HandOff
from workers.understand.encoder import Encoded
from workers.understand.hand_off import hand_offs
from workers.understand.wording import read_as

MOST = 16  # parts of one passage that are looked at; a spoken one has three or four
FEWEST = 3  # words of a clause: "and then" belongs to what follows
_ENDS = re.compile(
    r"[,;:]?\s+(?:and|but|or|so)\s+|\s*[,;:—–]\s+|(?<=[.!?…])\s+"
    r"|\s+(?=(?:because|since|although|though|while|when|if|then|who|which)\b)",
    re.IGNORECASE,
)


def worded(
    texts: Sequence[str], found: Sequence[HandOff], encode: Callable[[Sequence[str]], Encoded]
) -> list[HandOff]:
    """`found`, one per text, each that is needed with its words as they were said. Parts of all of
    them are encoded together."""
    silent = [row for row, each in enumerate(found) if each.needed and not each.words]
    every = {row: parts(texts[row]) for row in silent}
    flat = [part for row in silent for _, part in every[row]]
    alone = iter(hand_offs(flat, encode([read_as(part) for part in flat])))
    result = list(found)
    for row in silent:
        same = [
            (one, each.score, part)
            for (one, part), each in zip(every[row], alone, strict=False)
            if each.reason == found[row].reason
        ]
        said = max(same)[2] if same else texts[row][:MOST_CHARACTERS].strip()
        result[row] = replace(found[row], words=(said,))
    return result


def parts(text: str) -> list[tuple[bool, str]]:
    """A text's clauses, and those that follow each other in pairs, as they were said, each with
    whether it is a single one; none of a text that is one clause."""
    text = text[:MOST_CHARACTERS].strip()
    places = [[0, len(text)]]
    for end in _ENDS.finditer(text):
        if min(_words(text[places[-1][0] : end.start()]), _words(text[end.end() :])) >= FEWEST:
            places[-1][1] = end.start()
            places.append([end.end(), len(text)])
    if len(places) < 2:
        return []
    ones = [(True, text[begin:end]) for begin, end in places]
    twos = [(False, text[a[0] : b[1]]) for a, b in pairwise(places)] if len(places) > 2 else []
    return (ones + twos)[:MOST]


def _words(text: str) -> int:
    return len(text.split())
