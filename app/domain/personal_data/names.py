"""Names of people: known ones, and unknown words where a name is announced ("my name is …").

Most of the world's names are on no list, and many on one are words, towns or brands too. So a
known name that is nothing else counts anywhere, an ambiguous one only beside a sign of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.personal_data import cues, shapes, spelt
from app.domain.personal_data.lists import (
    common,
    either,
    every,
    family,
    given,
    lines_of,
    words_of,
)
from app.domain.personal_data.tokens import Token

BRANDS = frozenset(tuple(line.split()) for line in lines_of("brands"))
_BRANDED = frozenset(word for brand in BRANDS for word in brand)
# Words behind which what reads like a name is a place or a thing ("St Martin's hospital").
THINGS = words_of("things")
FEWEST = 3  # letters of an unknown name
NEVER = words_of("never names")
PLACES = words_of("places") | words_of("cities")
NAMES_FIRST = words_of("names first")  # words, but met as names more often
# Before a name that is a word, a brand or a town, too, these make it a thing: "the Ford".
ARTICLES = frozenset(("the", "a", "an", "this", "that", "your", "our", "their", "some", "any"))
SELF = frozenset(("i'm", "im", "am", "we're"))
DOCTORS = frozenset(("doctor", "dr", "professor"))  # which stand without a name, too
ORIGINS = ("ish", "ese", "an")  # "I'm Venezuelan"
VERBAL = ("ed", "ing", "ly")  # of unknown words that are no family names: "Ludovic poured"
_KNOWN_SHORT = 3  # letters of an ambiguous name that a capital alone doesn't make one


@dataclass(frozen=True, slots=True)
class Sight:
    """How an answer is written, and which words are its giver's own name.

    `reading`: it is for the models and not for masks: there the capital of an ambiguous name is
    enough, and a word that nobody knows needs one.
    """

    cased: bool
    known: frozenset[str]
    reading: bool = False


def find(
    words: Sequence[Token],
    taken: frozenset[int],
    known: frozenset[str] = frozenset(),
    *,
    reading: bool = False,
) -> Iterator[tuple[str, range]]:
    """("name", places). `known`: folded words that are the customer's name, as they typed it.
    `reading`: as in `Sight`."""
    sight = Sight(_cased(words, reading), known, reading)
    done = -1
    for at in range(len(words)):
        if at <= done or at in taken:
            continue
        last = _name(words, at, taken, sight)
        if last is not None:
            done = last
            yield "name", range(at, last + 1)
            if (again := spelt.behind(words, at, last, taken)) is not None:
                done = again[-1]
                yield "name", again
        elif (spelled := spelt.alone(words, at, taken)) is not None:
            done = spelled
            yield "name", range(at, spelled + 1)


def _cased(words: Sequence[Token], reading: bool) -> bool:
    """Whether names have capitals here, and other words none. For masks not so where no mark stands
    at all: an engine that writes none gives capitals to the names in a program's vocabulary only.
    """
    capitals = sum(token.capital for token in words)
    marked = reading or any(token.ends or token.comma for token in words)
    return marked and 0 < capitals < max(4, 0.4 * len(words))


def _name(words: Sequence[Token], at: int, taken: frozenset[int], sight: Sight) -> int | None:
    """Where the name that begins here ends; None where none does."""
    word = shapes.bare(words[at].word)
    own = word in sight.known
    if not own and word not in every():
        if word in common() and not (words[at].capital and sight.cased):
            return None  # most words
        word = shapes.joined(word)
    if word in cues.TITLES or not shapes.letters(word):
        return None
    if cues.introduced(words, at) and (word not in NEVER or _closes(words, at)):
        if word in every() or (words[at].capital and sight.cased):
            return _rest(words, at, taken, sight, introduced=True)
    elif word in NEVER or _brand(words, at):
        return None
    if word in given() or word in family():
        if not own and (_placed(words, at) or _in(words, at)):
            return None
        return _rest(words, at, taken, sight)
    cue = cues.strength(words, at)
    if own and (not shapes.plain(word) or words[at].capital or cue > cues.NONE):
        return _rest(words, at, taken, sight)
    meant = _meant if word in either() else _announced
    return _rest(words, at, taken, sight) if meant(words, at, cue, sight) else None


def _announced(words: Sequence[Token], at: int, cue: int, sight: Sight) -> bool:
    """Whether a word that is on no list stands where a name does."""
    token = words[at]
    word = token.word
    if cue < cues.PERSON or word in PLACES or _acronym(token, sight):
        return False
    if at and words[at - 1].word in SELF and word.endswith(ORIGINS):
        return False
    if sight.reading and not token.said[:1].isupper():
        return cue == cues.NAMED and not shapes.plain(word) and words[at - 1].word not in DOCTORS
    if cue == cues.NAMED:
        return not shapes.plain(word) or (token.capital and sight.cased)
    return not shapes.plain(word) and (not sight.cased or token.capital or _begins(words, at))


def _rest(
    words: Sequence[Token],
    at: int,
    taken: frozenset[int],
    sight: Sight,
    *,
    introduced: bool = False,
) -> int:
    """A family name behind, or several; of one who is `introduced`, also what else is a brand."""
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
            or (introduced and following.segment == words[at].segment and _fits(following, sight))
            or (initial and last + 2 < len(words) and _family(words[last + 2], sight))
        ):
            break
        last += 1
    return last


def _family(token: Token, sight: Sight) -> bool:
    word = token.word
    if not shapes.letters(word) or word in NEVER or (word in PLACES and word not in family()):
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
    if sight.reading or word in common() or len(word) < FEWEST:
        return False
    return not word.endswith(VERBAL)


def _closes(words: Sequence[Token], at: int) -> bool:
    """Whether nothing is said of it: "my name is Ford." and not "my name is Polish and long"."""
    return at + 1 == len(words) or words[at].ends or words[at].comma


def _fits(token: Token, sight: Sight) -> bool:
    """Whether it may be the family name of somebody who says so: "my name is Mark Ford"."""
    if not shapes.letters(token.word):
        return False
    if sight.cased:
        return token.capital
    return token.word in _PLAIN_FAMILY or (token.word in PLACES and token.word in every())


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
    if sight.reading:
        return _read(words, at, cue, sight)
    if word in NAMES_FIRST or not shapes.plain(word):
        return cue >= cues.DOES and not (sight.cased and not words[at].said[:1].isupper())
    if sight.cased or words[at].capital:
        return cue >= cues.DOES and words[at].said[:1].isupper()
    return cue == cues.NAMED


def _read(words: Sequence[Token], at: int, cue: int, sight: Sight) -> bool:
    """Whether the models read a word that is also a name as one: by its capital, nearly always."""
    word, token = words[at].word, words[at]
    if sight.cased and token.capital:
        if words[at - 1].word in ARTICLES or _placed(words, at):
            return False
        return len(word) > _KNOWN_SHORT or cue >= cues.DOES
    if not shapes.plain(word):
        return cue >= cues.DOES
    return cue >= (cues.DOES if token.said[:1].isupper() else cues.NAMED) and word in NAMES_FIRST


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


def _in(words: Sequence[Token], at: int) -> bool:
    """ "in Charlotte": a town that is called as people are."""
    return at > 0 and words[at].word in PLACES and words[at - 1].word in ("in", "near")


def _brand(words: Sequence[Token], at: int) -> bool:
    """Whether this word is part of a brand, a title or a place that has a person's name."""
    if words[at].word not in _BRANDED:
        return False
    for size in (2, 3, 4):
        for first in range(at - size + 1, at + 1):
            if first >= 0 and tuple(each.word for each in words[first : first + size]) in BRANDS:
                return True
    return False


def _begins(words: Sequence[Token], at: int) -> bool:
    return at == 0 or words[at - 1].ends
