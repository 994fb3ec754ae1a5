"""A passage as the models read it: every name in it is the same one.

What a passage feels like, is about and needs can't depend on whether Emily or Oluwaseun tells it.
"""

from __future__ import annotations

import re

from app.domain.personal_data import names
from app.domain.personal_data.tokens import apart, tokens

NOBODY = "Alex"  # a name of no one gender that the encoder knows as one token
_EDGES = re.compile(r"(\W*).*?((?:'(?:s|ll|d|ve|re))?\W*)", re.DOTALL | re.IGNORECASE)


def unnamed(text: str) -> str:
    """The text with NOBODY for each name of a person that is found; several words of one name
    become one. What isn't found stays as it was said."""
    text = text.replace("’", "'")
    spaced = " ".join(apart(word) for word in text.split())
    words = tokens([spaced])
    found = [
        (words[places[0]].place, words[places[-1]].place)
        for _, places in names.find(words, frozenset(), reading=True)
    ]
    if not found:
        return text
    said = spaced.split()
    for first, last in reversed(found):
        before, after = _edges(said[first])[0], _edges(said[last])[1]
        said[first : last + 1] = [f"{before}{NOBODY}{after}"]
    return " ".join(said)


def _edges(word: str) -> tuple[str, str]:
    """What stands around a name: marks, "'s"."""
    match = _EDGES.fullmatch(word)
    assert match is not None  # it takes any text
    return match.group(1), match.group(2)
