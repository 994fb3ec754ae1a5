"""Numbers and codes as they are said: "double seven", "oh", "S W one A", or in digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.personal_data import checksums
from app.domain.personal_data.tokens import Token

DIGITS = {
    word: str(value)
    for value, said in enumerate(
        ("zero oh o nought naught nil", "one won", "two", "three", "four", "five", "six",
         "seven", "eight", "nine niner")
    )
    for word in said.split()
}  # fmt: skip
# What a recogniser may write for them, among others only (`homophones`)
HOMOPHONES = {"for": "4", "fore": "4", "to": "2", "too": "2", "ate": "8"}
TEENS = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TIMES = {"double": 2, "triple": 3, "treble": 3}
LARGE = {"hundred": "00", "thousand": "000"}
JOINS = frozenset(("dash", "hyphen", "slash", "-", "–", "/", "space", "dot", "point", "."))
FILLS = frozenset(
    ("um", "uh", "er", "erm", "ah", "then", "and", "so", "like", "okay", "ok", "yeah")
)
MOST_FILLS = 2

_LITERAL = re.compile(r"[+(#]*\d[\d().\-–/]*")
_GROUPED = re.compile(r"0\d{2,}(?:,\d{3,})+|(?!20)\d{4}(?:,\d{3,6})+")
_CODE = re.compile(  # each way to read a word is one only: no word makes it try many
    r"(?=[^\W\d_]*[-/#]?\d)#?[a-z0-9]+(?:[-/][a-z0-9]+)*"
    r"|(?=[a-z0-9/-]*[a-z0-9]\d)[a-z][a-z0-9]*(?:-*[-/][a-z0-9]+)*-*"
)
_NOT = re.compile(
    r"\d+(?:st|nd|rd|th|am|pm|k|m|g|x|s|d|kg|km|gb|mb|tb|ml|cm|mm|p|mph|%|hrs?|mins?|ish|inch)|\d+x\d+"
    r"|\d{1,2}[/.\-]\d{1,2}[/.\-](?:\d{2}|\d{4})|\d{4}-\d{2}-\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?"
    r"|\d+\.\d{1,2}|\d{1,2}:\d{2}(?:am|pm)?|\d+/\d+|(?:19|20)\d\d-\d\d(?:\d\d)?"
)
# Where one number ends and the next begins without a blank: "07700 900 123/07700 900 456"
_TWO = re.compile(r"[\d().\-–]*\d{2}[/,;|&]+\(?(?:\+\d|\d{3})[\d().\-–]*|\d[/,;|&]+0")
_TWINS = re.compile(r"\+?\(?(?:\d[().\-–]*){9,15}(?:[/,;|&+]+\(?(?:\d[().\-–]*){9,15})+")
_LONG = 18  # characters, which two numbers have more than
_SORT = re.compile(r"\d\d[-.]\d\d[-.]\d\d")
_IBAN_BEGINS = re.compile(r"[a-z]{2}\d\d")
_MONEY = re.compile(r"[£$€₹%¥]")


@dataclass(frozen=True, slots=True)
class Piece:
    """What the words `first`..`last` say: capitals and digits. `single`: one digit or letter a
    word; `large`: with a hundred or a thousand in it."""

    first: int
    last: int
    text: str
    single: bool = False
    literal: bool = False
    large: bool = False


Run = list[Piece]


def text_of(run: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in run)


def runs(
    words: Sequence[Token],
    taken: frozenset[int] = frozenset(),
    heard: frozenset[int] = frozenset(),
) -> list[Run]:
    """Every longest row of numbers and single letters, a few fillers between them at most.
    `heard`: places of words that are digits there."""
    found: list[Run] = []
    at = 0
    while at < len(words):
        run: Run = []
        ahead = at
        while (piece := _piece(words, ahead, taken, heard, inside=bool(run))) is not None:
            run.append(piece)
            ahead = _after(words, piece.last + 1, taken, heard)
        at = run[-1].last + 1 if run else at + 1
        run = _without_lost_letters(run)
        if any(each.isdigit() for each in text_of(run)) or len(run) >= 3:
            found.append(run)
    return found


def _after(words: Sequence[Token], at: int, taken: frozenset[int], heard: frozenset[int]) -> int:
    """The next word that may belong to the run: past joins and fillers that lead on to one."""
    ahead = at
    while ahead < len(words) and ahead - at < MOST_FILLS + 1:
        word = words[ahead].word or words[ahead].said
        if word in JOINS or word in FILLS:
            ahead += 1
            continue
        return ahead if ahead == at or _piece(words, ahead, taken, heard, inside=True) else at
    return at


def _piece(
    words: Sequence[Token],
    at: int,
    taken: frozenset[int],
    heard: frozenset[int],
    *,
    inside: bool,
) -> Piece | None:
    if at >= len(words) or at in taken:
        return None
    token = words[at]
    word = token.word
    if at in heard and word in HOMOPHONES:
        return Piece(at, at, HOMOPHONES[word], single=True)
    if word in TIMES and at + 1 < len(words):
        said = HOMOPHONES.get(words[at + 1].word, "") if at + 1 in heard else ""
        said = said or DIGITS.get(words[at + 1].word) or _letter(words[at + 1].word)
        said = said or (words[at + 1].word if words[at + 1].word.isdigit() else "")
        return Piece(at, at + 1, said * TIMES[word], True) if len(said) == 1 else None
    if word == "plus" and at + 1 < len(words) and not inside:
        following = _piece(words, at + 1, taken, heard, inside=True)
        return (
            Piece(at, following.last, "+" + following.text, following.single)
            if following and following.text.isdigit()
            else None
        )
    if word in DIGITS and (
        word not in ("o", "won", "oh") or inside or at in heard or _number_follows(words, at)
    ):
        return Piece(at, at, DIGITS[word], single=True)
    if word in TEENS:
        return Piece(at, at, str(10 + TEENS.index(word)))
    if (tens := _tens(words, at)) is not None:
        return tens
    if word in LARGE and inside:
        return Piece(at, at, LARGE[word], large=True)
    if _MONEY.search(token.said):
        return None
    if not word.isalpha():
        return _written(words, at, inside=inside)
    banks = inside and len(word) == 4 and _IBAN_BEGINS.fullmatch(words[at - 1].word)
    if banks or (inside and 2 <= len(word) <= 4 and token.said.isupper()):
        return Piece(at, at, word.upper(), literal=True)
    letter = _letter(word)
    return Piece(at, at, letter, single=True) if letter else None


def _written(words: Sequence[Token], at: int, *, inside: bool) -> Piece | None:
    """What a word says that has figures in it."""
    word = words[at].word
    if len(word) > 2 and _two(words, at, inside=inside):
        return Piece(at, at, re.sub(r"\D", "", word), literal=True)
    if _NOT.fullmatch(word) and not (_SORT.fullmatch(word) and _called_sort(words, at)):
        return None
    if _LITERAL.fullmatch(word) or _in_groups(word):
        return Piece(at, at, re.sub(r"[^\d+]", "", word), literal=True, single=len(word) == 1)
    if any(each.isdigit() for each in word) and _CODE.fullmatch(word):
        return Piece(at, at, re.sub(r"[^a-z0-9]", "", word).upper(), literal=True)
    return None


def _two(words: Sequence[Token], at: int, *, inside: bool) -> bool:
    """Whether a word is two numbers, or where one ends and the next begins."""
    if inside and words[at - 1].word[-1:].isdigit() and _TWO.fullmatch(words[at].word):
        return True
    return len(words[at].word) > _LONG and _TWINS.fullmatch(words[at].word) is not None


def _in_groups(word: str) -> bool:
    """ "4242,4242,4242,4242", "07700,900,456": no amount and no row of such, or of years."""
    return bool(_GROUPED.fullmatch(word)) and (
        word[0] == "0" or checksums.card(word.replace(",", ""))
    )


def _called_sort(words: Sequence[Token], at: int) -> bool:
    """What else is a date may be a sort code."""
    return any(each.word in ("sort", "code", "account") for each in words[max(0, at - 4) : at])


def _letter(word: str) -> str:
    return word.upper() if len(word) == 1 and "a" <= word <= "z" else ""


def _number_follows(words: Sequence[Token], at: int) -> bool:
    if at + 1 >= len(words):
        return False
    word = words[at + 1].word
    return word in DIGITS or word in TIMES or word in TENS or word in TEENS or word[:1].isdigit()


def _tens(words: Sequence[Token], at: int) -> Piece | None:
    first, _, rest = words[at].word.partition("-")
    if first not in TENS:
        return None
    value = (TENS.index(first) + 2) * 10
    if rest:
        return Piece(at, at, str(value + int(DIGITS[rest]))) if rest in DIGITS else None
    following = words[at + 1].word if at + 1 < len(words) else ""
    if following in DIGITS and following not in ("oh", "o", "zero", "nought", "naught", "nil"):
        return Piece(at, at + 1, str(value + int(DIGITS[following])))
    return Piece(at, at, str(value))


def _without_lost_letters(run: Run) -> Run:
    """Without "a" and "I" at either end, which are words of their own."""
    while run and run[0].text in ("A", "I") and not (len(run) > 1 and run[1].text.isalpha()):
        run = run[1:]
    while run and run[-1].text in ("A", "I") and not (len(run) > 1 and run[-2].text.isalpha()):
        run = run[:-1]
    return run
