"""Names of people: known ones, and unknown words where a name is announced ("my name is …").

Most of the world's names are on no list, and many on one are words, towns or brands too. So a
known name that is nothing else counts anywhere, an ambiguous one only beside a sign of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.personal_data import cues
from app.domain.personal_data.lists import common, either, family, given, lines_of, words_of
from app.domain.personal_data.spoken import DIGITS, TEENS, TENS
from app.domain.personal_data.tokens import Token

BRANDS = frozenset(tuple(line.split()) for line in lines_of("brands"))
# Words behind which what reads like a name is a place or a thing ("St Martin's hospital").
THINGS = words_of("things")
FEWEST = 3  # letters of an unknown name
NEVER = words_of("never names")
PLACES = words_of("places") | words_of("cities")
NAMES_FIRST = words_of("names first")  # words, but met as names more often
LETTER_CUES = frozenset(["spelled", "spelt", "spell", "spelling", "that's", "thats"])


@dataclass(frozen=True, slots=True)
class Sight:
    """How an answer is written, and which words are its giver's own name."""

    cased: bool
    known: frozenset[str]


def find(
    words: Sequence[Token], taken: frozenset[int], known: frozenset[str] = frozenset()
) -> Iterator[tuple[str, range]]:
    """("name", places). `known`: folded words that are the customer's name, as they typed it."""
    capitals = sum(token.capital for token in words)
    sight = Sight(0 < capitals < max(4, 0.4 * len(words)), known)
    done = -1
    for at in range(len(words)):
        if at <= done or at in taken:
            continue
        last = _name(words, at, taken, sight)
        if last is not None:
            done = last
            yield "name", range(at, last + 1)
        elif (spelled := _spelled(words, at, taken)) is not None:
            done = spelled
            yield "name", range(at, spelled + 1)


def _name(words: Sequence[Token], at: int, taken: frozenset[int], sight: Sight) -> int | None:
    """Where the name that begins here ends; None where none does."""
    word = words[at].word
    if word in cues.TITLES or not _letters(word) or word in NEVER or _brand(words, at):
        return None
    sure = word in given() or word in family()
    cue = cues.strength(words, at)
    known = word in sight.known and (not _plain(word) or words[at].capital or cue > cues.NONE)
    if known:
        return _rest(words, at, taken, sight)
    if sure:
        if _placed(words, at):
            return None
    elif word in either():
        if not _meant(words, at, cue, sight):
            return None
    elif cue < cues.PERSON or word in PLACES or _acronym(words[at], sight):
        return None
    elif cue == cues.NAMED:
        if _plain(word) and not (words[at].capital and sight.cased):
            return None
    elif _plain(word) or (sight.cased and not words[at].capital and not _begins(words, at)):
        return None
    return _rest(words, at, taken, sight)


def _rest(words: Sequence[Token], at: int, taken: frozenset[int], sight: Sight) -> int:
    """A family name behind, or several."""
    last = at
    particles = ("de", "da", "van", "der", "von", "bin", "al", "el", "di", "la", "dos", "del", "o")
    while last + 1 < len(words) and last - at < 3 and last + 1 not in taken:
        if (
            words[last].ends
            or words[last].comma
            or words[last].said.rstrip(".,!?").endswith(("'s", "’s"))
        ):
            break
        following = words[last + 1]
        word = following.word
        if word in particles and last + 2 < len(words) and _family(words[last + 2], sight):
            last += 2
            continue
        initial = (
            len(word) == 1
            and following.said.rstrip(".").isupper()
            and following.capital
            and word != "i"
        )
        if not (
            _family(following, sight)
            or (initial and last + 2 < len(words) and _family(words[last + 2], sight))
        ):
            break
        last += 1
    return last


def _family(token: Token, sight: Sight) -> bool:
    word = token.word
    if not _letters(word) or word in NEVER or (word in PLACES and word not in family()):
        return False
    if sight.cased:
        return (
            token.capital
            and (word not in common() or word in either() or word in family())
            and word not in THINGS
        )
    if word in family() or word in given() or word in sight.known:
        return True
    if word in either():
        return word not in common() or word in _PLAIN_FAMILY
    return word not in common() and len(word) >= FEWEST


# Family names that are words, but hardly stand behind a given name as such.
_PLAIN_FAMILY = words_of("plain family names")


def _meant(words: Sequence[Token], at: int, cue: int, sight: Sight) -> bool:
    """Whether a word that is also a name is one here."""
    word = words[at].word
    if _full_name(words, at, sight):
        return True
    before = words[at - 1].word if at else ""
    if word in PLACES and before in ("in", "from", "to", "at", "near", "of"):
        return False
    if word in NAMES_FIRST or not _plain(word):
        return cue >= cues.DOES and not (sight.cased and not words[at].said[:1].isupper())
    if sight.cased or words[at].capital:
        return cue >= cues.DOES and words[at].said[:1].isupper()
    return cue == cues.NAMED


def _plain(word: str) -> bool:
    """Whether it is a word of the language, or made of such: "old-fashioned", "sixty-four"."""
    parts = word.split("-")
    return word in common() or (
        len(parts) > 1
        and all(
            len(p) < 2 or p in common() or p in DIGITS or p in TENS or p in TEENS for p in parts
        )
    )


def _acronym(token: Token, sight: Sight) -> bool:
    return sight.cased and len(token.word) <= 4 and token.said.strip(".,!?").isupper()


def _full_name(words: Sequence[Token], at: int, sight: Sight) -> bool:
    """ "Grace Okonkwo", "will thompson": an ambiguous word with a sure family name behind."""
    if words[at].ends or words[at].comma or at + 1 >= len(words):
        return False
    following = words[at + 1]
    if following.word not in family():
        return False
    return not sight.cased or following.capital


def _placed(words: Sequence[Token], at: int) -> bool:
    """ "Charlotte airport", "at nelson street": named after somebody."""
    after = [each.word for each in words[at + 1 : at + 3]]
    return bool(after[:1]) and after[0] in THINGS


def _spelled(words: Sequence[Token], at: int, taken: frozenset[int]) -> int | None:
    """ "spelled P A T E L", or letters behind a name."""
    before = [each.word for each in words[max(0, at - 2) : at]]
    if not any(each in LETTER_CUES for each in before):
        return None
    last = at
    while (
        last < len(words)
        and last not in taken
        and len(words[last].word) == 1
        and words[last].word.isalpha()
    ):
        last += 1
    return last - 1 if last - at >= 3 else None


def _brand(words: Sequence[Token], at: int) -> bool:
    """Whether this word is part of a brand, a title or a place that has a person's name."""
    for size in (2, 3, 4):
        for first in range(at - size + 1, at + 1):
            if first >= 0 and tuple(each.word for each in words[first : first + size]) in BRANDS:
                return True
    return False


def _begins(words: Sequence[Token], at: int) -> bool:
    return at == 0 or words[at - 1].ends


def _letters(word: str) -> bool:
    before, apostrophe, _ = word.partition("'")
    return (
        not (apostrophe and before not in ("o", "d", "n", "m"))
        and len(word) >= 2
        and word.replace("-", "").replace("'", "").isalpha()
        and word not in DIGITS
        and word not in TENS
        and word not in TEENS
    )
