"""People's names read as one and the same, so that nobody is understood differently for theirs.

A passage's feeling, themes and need for a person can't depend on whether Emily or Oluwaseun tells
it: before the encoder reads a passage, every name that is found becomes PLACEHOLDER. What is not
found stays as it was said.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

PLACEHOLDER = "Alex"  # a name of no one gender that the encoder knows as one token
LIST = Path(__file__).with_name("names.txt")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*", re.UNICODE)
_CUE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|doctor|nurse|auntie|aunt|uncle|named|called|name is|name's|names"
    r"|i'm|i am|this is|it's|here's|lady|bloke|guy|man|woman|girl|boy|lad|chap|fella|driver|manager"
    r"|engineer|son|daughter|husband|wife|brother|sister|mum|mother|dad|father|nan|gran|grandma"
    r"|grandad|friend|colleague|neighbour|neighbor|grandson|granddaughter|nephew|niece|cousin"
    r"|partner|mate|boss|and|with|by|to|from|for|ask|asked|told|thanks|thank you|dear|hi|hello)"
    r"[\s.,]*$",
    re.IGNORECASE,
)
# After these a word with a capital is a name even where no list has it.
_SURE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|auntie|aunt|uncle|named|called|my name is|my name's|name's"
    r"|my (?:son|daughter|husband|wife|brother|sister|nephew|niece|cousin|partner|grandson"
    r"|granddaughter|neighbour|friend|colleague|mate|boss)|this is|i'm)[\s.,]*$",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"(?:ish|ian|ese|ean|can|man|lim|day)$|^(?:Deaf|Blind|English|Irish|God|I)$")


@cache
def lists() -> dict[str, frozenset[str]]:
    """`given`, `family` and `star` (those that are ordinary words too), in lower case."""
    found: dict[str, set[str]] = {"given": set(), "family": set(), "star": set()}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        kind, colon, names = line.partition(":")
        if colon and not line.startswith("#"):
            found[kind] |= set(names.split())
    return {kind: frozenset(names) for kind, names in found.items()}


def unnamed(text: str) -> str:
    """The text with PLACEHOLDER for each person's name that is found: by the list, or by its
    capital after words such as "Mrs" or "my son". Several names in a row become one."""
    parts: list[str] = []
    end, last = 0, -1  # `last`: where a name that was replaced ended
    text = text.replace("’", "'")
    for match in _WORD.finditer(text):
        word, before = match.group(0), text[: match.start()]
        if not _is_name(word, before[-40:], follows=bool(last >= 0 and not before[last:].strip())):
            continue
        parts.append(text[end : match.start()])
        if last >= 0 and not before[last:].strip():
            parts[-1] = ""  # a family name after a given one
        else:
            parts.append(PLACEHOLDER)
        end = last = match.end()
    return "".join([*parts, text[end:]])


def _is_name(word: str, before: str, *, follows: bool) -> bool:
    lower = word.casefold()
    known = lists()
    capital = word[0].isupper() and (len(word) == 1 or not word.isupper())
    begins = not before.strip() or before.rstrip()[-1] in '.!?…:;"“(-'
    if lower in known["star"]:
        return capital and (follows or bool(_CUE.search(before)) or (not begins and len(word) > 3))
    if lower in known["given"] or lower in known["family"]:
        return True
    if not capital or len(word) < 2:
        return False
    return follows or (bool(_SURE.search(before)) and not _PEOPLE.search(word))
