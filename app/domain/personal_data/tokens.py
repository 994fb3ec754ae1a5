"""Words as the finders look at them: folded, in order, over all passages of an answer.

A number or a name goes on where a recogniser heard a pause, so passages are read as one.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_EDGES = "\"'“”‘’«»()[]{}<>.,;:!?…¿¡*_~"
_SAYS_I = ("i", "i'm", "i'll", "i've", "i'd", "ok")


@dataclass(frozen=True, slots=True)
class Token:
    """One word. `said` as it stands, `word` folded: lower case, no accents, nothing around it.

    `capital`: written with one where no sentence begins. `ends`: a sentence ends after it;
    `comma`: a part of one does.
    """

    said: str
    word: str
    segment: int
    place: int
    capital: bool
    ends: bool
    comma: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Words `first`..`last` (both included) of passage `segment` are personal data."""

    kind: str
    segment: int
    first: int
    last: int


def fold(text: str) -> str:
    """`Zoë’s,` → `zoe`: as names and cues are compared."""
    if text.isascii():
        return text.strip(_EDGES).lower().removesuffix("'s")
    plain = text.replace("’", "'").strip(_EDGES).casefold()
    plain = plain.removesuffix("'s").replace("ß", "ss").replace("ł", "l").replace("ø", "o")
    plain = unicodedata.normalize("NFD", plain)
    return "".join(each for each in plain if not unicodedata.combining(each))


def tokens(texts: Sequence[str]) -> list[Token]:
    """Every word of these passages; words are what whitespace separates, as `str.split` does."""
    found: list[Token] = []
    begins = True
    for number, text in enumerate(texts):
        for place, said in enumerate(text.split()):
            word = fold(said)
            bare = said.strip(_EDGES)
            capital = bool(bare) and bare[0].isupper() and not begins and word not in _SAYS_I
            ends = said.rstrip("\"'”’»)").endswith((".", "!", "?", "…"))
            comma = said.endswith((",", ";", ":"))
            found.append(Token(said, word, number, place, capital, ends, comma))
            begins = ends
    return found


def spans(kind: str, places: Iterable[int], words: Sequence[Token]) -> list[Found]:
    """Places in `words` as spans, one for each passage that they lie in."""
    made: list[Found] = []
    for place in sorted(places):
        token, last = words[place], made[-1] if made else None
        if last and last.segment == token.segment and last.last == token.place - 1:
            made[-1] = Found(kind, last.segment, last.first, token.place)
        else:
            made.append(Found(kind, token.segment, token.place, token.place))
    return made
