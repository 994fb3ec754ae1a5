"""Names said letter by letter: "Siobhan, S I O B H A N", "spelt B-A-K-A-R-E", "K for kilo, A, T".

Letters are an acronym nearly everywhere else ("the A T M"), so they count where somebody says that
they spell, or where they are those of the name right before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from app.domain.personal_data import cues
from app.domain.personal_data.lists import words_of
from app.domain.personal_data.tokens import Token

SPELLS = frozenset(("spelled", "spelt", "spell", "spelling", "spells"))
SAYS = frozenset(("that's", "thats"))
# What may stand between a name and its letters; a few of them
_MARKS = frozenset(("", "-", "–", "—", "/", "·"))
_BETWEEN = _MARKS | SPELLS | SAYS | words_of("before letters")
_MOST_BETWEEN = 6
_NAMES = {"zed": "z", "zee": "z", "aitch": "h", "haitch": "h"}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_PAUSES = _MARKS | frozenset(("um", "uh", "er", "erm", "dash", "hyphen", "capital", "then"))
_AS = {
    "for": [["for"]],
    "as": [["as", "in"], ["as"]],
    "like": [["like"]],
    "is": [["is", "for"]],
}
_SIGNS = ("-", ".", "–", "·")
_HYPHENED = re.compile(r"[a-z](?:[-.–·][a-z])+")
FEWEST = 3  # letters that are a name's
ANY = (
    4  # that spell who was introduced, whatever the recogniser heard: "my name is Neve, N I A M H"
)
_OF_NO_PERSON = frozenset(("company", "account", "product", "business", "brand", "user", "domain"))
_ALIKE = 0.6  # of one, how much of a name these letters have to be
_LONGEST = 60  # words of one name that is spelt


def letters(words: Sequence[Token], at: int, taken: frozenset[int]) -> tuple[str, int]:
    """The letters said from here on, and the last place of them; "" where none are."""
    said, last, coded = "", at - 1, False
    end = min(len(words), at + _LONGEST)
    while at < end and at not in taken:
        word, times = words[at].word, 1
        if word in _TIMES and at + 1 < end:
            at, times = at + 1, _TIMES[word]
            word = words[at].word
        word = _NAMES.get(word, word)
        if len(word) == 1 and word.isalpha():
            said += word * times
        elif word[1:2] in _SIGNS and _HYPHENED.fullmatch(word):
            said += word[::2]
        elif said and word in _PAUSES:
            at += 1
            continue
        else:
            break
        place = _as(words, at, word, any_word=coded)
        coded = coded or place > at
        at = last = place
        at += 1
    return said, last


def _as(words: Sequence[Token], at: int, letter: str, *, any_word: bool) -> int:
    """The place of the word that a letter is told by: "K for kilo", "B as in bravo"; once one was,
    also "U for you"."""
    if at + 1 == len(words) or words[at + 1].word not in _AS:
        return at
    for phrase in _AS[words[at + 1].word]:
        ahead = at + 1 + len(phrase)
        if [each.word for each in words[at + 1 : ahead]] == phrase and ahead < len(words):
            word = words[ahead].word
            return ahead if len(word) > 1 and (any_word or word.startswith(letter)) else at
    return at


def behind(words: Sequence[Token], first: int, last: int, taken: frozenset[int]) -> range | None:
    """The letters that spell the name `first`..`last`, behind it."""
    at = last + 1
    spells, says = False, cues.introduced(words, first)
    while at < len(words) and at - last <= _MOST_BETWEEN and words[at].word in _BETWEEN:
        if words[at].word == "i" and _letter(words, at + 1):
            break
        spells = spells or words[at].word in SPELLS
        says = says or words[at].word in SAYS
        at += 1
    if at >= len(words) or not _letter(words, at):
        return None
    said, end = letters(words, at, taken)
    if not said:
        return None
    name = [re.sub(r"\W", "", words[each].word) for each in range(first, last + 1)]
    if _goes_on(words, end) and not any(each.endswith(said[-1]) for each in name):
        said, end = said[:-1], end - 1
    told = (spells and len(said) >= FEWEST) or (says and len(said) >= ANY)
    return range(at, end + 1) if told or _spell(said, name) else None


def alone(words: Sequence[Token], at: int, taken: frozenset[int]) -> int | None:
    """Where letters end that begin here and are said to spell something: "spelled P A T E L"."""
    if not _letter(words, at):
        return None
    before = [each.word for each in words[max(0, at - 2) : at]]
    announced = (
        not SPELLS.isdisjoint(before)
        or before[-1:] == ["surname"]
        or before == ["surname", "is"]
        or (before[-1:] == ["name"] and before[0] in cues.WHOSE)
        or (len(words[at].word) == 1 and not SAYS.isdisjoint(before))
        or (before[-1:] in (["is"], ["name's"]) and cues.introduced(words, at))
    )
    if at > 2 and before == ["name", "is"] and words[at - 3].word in _OF_NO_PERSON:
        return None
    if not announced:
        return None
    said, last = letters(words, at, taken)
    return last if len(said) >= FEWEST else None


def _letter(words: Sequence[Token], at: int) -> bool:
    word = words[at].word if at < len(words) else ""
    if len(word) == 1:
        return word.isalpha()
    if word in _TIMES or word in _NAMES:
        return True
    return word[1:2] in _SIGNS and _HYPHENED.fullmatch(word) is not None


def _goes_on(words: Sequence[Token], at: int) -> bool:
    """Whether a letter begins what is said next: "… H A N I rang"."""
    token = words[at]
    return token.word in ("i", "a") and not (at + 1 == len(words) or token.ends or token.comma)


def _spell(said: str, name: Sequence[str]) -> bool:
    """Whether these letters are the name's, or nearly so: a recogniser writes names as it can."""
    if len(said) > _LONGEST:
        return False
    for each in (*name, "".join(name)):
        if said == each:
            return len(said) > 1
        if len(said) >= FEWEST and (
            each.startswith(said) or SequenceMatcher(None, said, each[:_LONGEST]).ratio() >= _ALIKE
        ):
            return True
    return False
