"""What a word is by its look: one of the language, a name that is joined or shortened, letters."""

from __future__ import annotations

from app.domain.personal_data.lists import common, every, given
from app.domain.personal_data.spoken import DIGITS, TEENS, TENS

_SHORTENED = ("ll", "d", "ve", "re")  # "Emily'll"


def plain(word: str) -> bool:
    """Whether it is a word of the language, or made of such: "old-fashioned", "sixty-four"."""
    parts = word.split("-")
    return word in common() or (
        len(parts) > 1
        and all(
            len(p) < 2 or p in common() or p in DIGITS or p in TENS or p in TEENS for p in parts
        )
    )


def bare(word: str) -> str:
    """ "emily'll" → "emily"; "o'brien" as it is."""
    if "'" not in word:
        return word
    before, _, after = word.partition("'")
    return before if after in _SHORTENED else word


def joined(word: str) -> str:
    """ "anne-marie", "hyun-woo": as a name that is listed, where its parts or the whole are."""
    parts = word.split("-")
    if len(parts) < 2:
        return word
    if (whole := "".join(parts)) in given():
        return whole
    if all(part in every() for part in parts):
        return next((part for part in parts if part in given()), word)
    return word


def letters(word: str) -> bool:
    """Whether it can be a name by its signs: "o'neill", but no "it's" and no "seven"."""
    before, apostrophe, _ = word.partition("'")
    return (
        not (apostrophe and before not in ("o", "d", "n", "m"))
        and len(word) >= 2
        and word.replace("-", "").replace("'", "").isalpha()
        and word not in DIGITS
        and word not in TENS
        and word not in TEENS
    )
