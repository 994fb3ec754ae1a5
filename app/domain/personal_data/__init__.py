"""Finds what points at a person in what was said: names, phone numbers, e-mail and postal
addresses, cards, accounts, order and reference numbers; written, or said word by word.

Rules, checksums and lists of names: `docs/model-cards/personal-data.md` says how well they do and
where they fail. Pure: texts in, spans of words out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from app.domain.personal_data import addresses, electronic, lists, names, numbers
from app.domain.personal_data.tokens import Found, fold, pieces, spans, tokens

__all__ = ["ENGINE", "KINDS", "VERSION", "Found", "find", "fold", "ordinary", "pieces"]

ENGINE, VERSION = "rules", "8"
KINDS = ("name", "phone", "email", "address", "card", "account", "reference")


def find(texts: Sequence[str], known: Iterable[str] = ()) -> list[Found]:
    """Every span in these passages of one answer, in order; none overlap.

    `known`: what the customer typed as their name, which is looked for, too.
    """
    words = tokens(texts)
    given = frozenset(each.word for each in tokens(list(known)) if len(each.word) > 2)
    kinds: dict[int, str] = {}
    for kind, places in electronic.find(words):
        _take(kinds, kind, places)
    for kind, places in addresses.find(words, frozenset(kinds)):
        _take(kinds, kind, places)
    for kind, places in numbers.find(words, frozenset(kinds)):
        _take(kinds, kind, places)
    for kind, places in names.find(words, frozenset(kinds), given):
        _take(kinds, kind, places)
    found: list[Found] = []
    start = None
    for place in range(len(words) + 1):
        kind_here = kinds.get(place)
        if start is not None and kind_here != kinds[start]:
            found += _beyond(found, spans(kinds[start], range(start, place), words))
            start = None
        if kind_here is not None and start is None:
            start = place
    return found


def _beyond(found: Sequence[Found], new: Iterable[Found]) -> Iterator[Found]:
    """These without the word that they share with the one before, as in "Emily/07700900123"."""
    last = found[-1] if found else None
    for each in new:
        if last and (each.segment, each.first) == (last.segment, last.last):
            each = replace(each, first=each.first + 1)
        if each.first <= each.last:
            yield each


def ordinary(words: Iterable[str]) -> bool:
    """Whether all of these, folded, are words that anybody uses."""
    return lists.common().issuperset(words)


def _take(kinds: dict[int, str], kind: str, places: Iterable[int]) -> None:
    for place in places:
        kinds.setdefault(place, kind)
