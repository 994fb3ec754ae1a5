"""What the models read of a passage: people's names as one, and spoken spellings as plain words.

A passage's feeling and its need for a person depend neither on who tells it
(`app.domain.personal_data.reading`) nor on how they talk: "it wis awfy guid, so it wis" is read as
"it was very good". What is shown, searched and quoted stays as it was said.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from app.domain import personal_data
from app.domain.personal_data import lists
from app.domain.personal_data.reading import unnamed
from app.domain.search.encoder import MOST_CHARACTERS
from workers.understand.turns import TURNS

LIST = Path(__file__).with_name("spellings.txt")
_WORD = re.compile(r"(?<![\w'])'?\w[\w']*")
_SPACES = re.compile(r" ([.,!?])")


def read_as(text: str) -> str:
    """The text as the models read it, as far as they do; see above."""
    return unnamed(plainly(text[:MOST_CHARACTERS]))


def plainly(text: str) -> str:
    """The text with plain words for the spellings of spellings.txt and without tags such as
    "innit"; as it was where nothing would be left."""
    words, phrases = spellings()
    seen: set[str] = set()

    def word(match: re.Match[str]) -> str:
        said = match.group(0)
        lower = said.lower()
        plain = words.get(lower)
        if plain is None or (said[0].isupper() and (lower in lists.every() or _within(match))):
            seen.add(lower)
            if lower.endswith(("in", "in'")):
                seen.add("in'" if lower.endswith("'") else "in")
            elif lower.startswith("t'"):
                seen.add("t'")
            return said
        seen.update(plain.split())
        return plain

    plain = phrases.sub(lambda match: words[match.group(0).lower()], text.replace("’", "'"))
    plain = _WORD.sub(word, plain)
    for needed, turn, instead in _turns():
        if not seen.isdisjoint(needed):
            plain = turn.sub(instead, plain)
    plain = _SPACES.sub(r"\1", " ".join(plain.split()))
    return plain if any(map(str.isalnum, plain)) else text


@cache
def versioned(*versions: str) -> str:
    """Heads' versions and the way texts are read for them, in one: either changes what is said."""
    read = hashlib.sha256("\n".join([*versions, *map(repr, TURNS)]).encode())
    read.update(personal_data.VERSION.encode())
    for path in (LIST, *lists.FILES):
        read.update(path.read_bytes())
    return read.hexdigest()[:8]


def _within(match: re.Match[str]) -> bool:
    """Whether a word stands inside a sentence: there a capital makes it a name ("Kent")."""
    before = match.string[: match.start()].rstrip()
    return before[-1:] not in (*'.!?…:;"', "") and match.group(0).upper() != match.group(0)


@cache
def spellings() -> tuple[dict[str, str], re.Pattern[str]]:
    """Plain words by the spoken ones, and a pattern of those that are several words."""
    words = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        plain, colon, said = line.partition(": ")
        if colon and not line.startswith("#"):
            words.update(dict.fromkeys(said.split(", "), plain))
    several = sorted((said for said in words if " " in said), key=len, reverse=True)
    every = "|".join(map(re.escape, several))
    return words, re.compile(rf"(?<![\w'])(?:{every})(?![\w'])", re.IGNORECASE)


@cache
def _turns() -> tuple[tuple[frozenset[str], re.Pattern[str], str], ...]:
    return tuple(
        (frozenset(needed.split()), re.compile(turn, re.IGNORECASE), instead)
        for needed, turn, instead in TURNS
    )
