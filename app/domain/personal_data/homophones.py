"""Digits that a recogniser wrote as the words that sound like them: "double one for five six".

"For", "to" and the like are words nearly everywhere, so they count in a row of digits only: one
that is announced, or as long as a phone number, and that says three others one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from app.domain.personal_data import called
from app.domain.personal_data.amounts import EITHER, LONGEST, UNITS
from app.domain.personal_data.spoken import DIGITS, HOMOPHONES, LARGE, TEENS, TENS, TIMES
from app.domain.personal_data.tokens import Token

PAUSES = frozenset(("um", "uh", "er", "erm", "ah", "dash", "hyphen", "space", "-", "–"))
_PARTS = PAUSES.union(DIGITS, HOMOPHONES, LARGE, TIMES)
FEWEST, MOST = 3, 60  # words of a number; two may stand in a row
WRITTEN = 4  # figures in one word at most: "077 double oh for …"
AMERICAN = 10  # digits of a phone number that begins with no 0
UNKNOWN = 99
PHONE = 9  # digits, of which at least
IN_A_ROW = 3  # are said so, that may be a phone number of its own
LOCAL = 7  # digits, with as many in a row, that may be one that is announced
CALLED = 4  # digits of what is called by what it is: "card ending four to …"


@dataclass(frozen=True, slots=True)
class _Said:
    """`size` digits at `place`; `like`: by a word that only sounds like one; `single`: one by one,
    also "double" so many."""

    place: int
    size: int
    like: bool = False
    single: bool = True
    letter: bool = False


def heard(words: Sequence[Token], taken: frozenset[int]) -> frozenset[int]:
    """The places of words that sound like digits and are said as such."""
    found: set[int] = set()
    done = -1
    for at in [at for at, token in enumerate(words) if token.word in HOMOPHONES]:
        if at <= done or at in taken:
            continue
        begin, end = at, at + 1
        while begin - 1 > done and begin - 1 not in taken and _part(words[begin - 1].word):
            begin -= 1
        while end < len(words) and end not in taken and _part(words[end].word):
            end += 1
        done = end - 1
        if FEWEST <= end - begin <= MOST:
            found.update(_digits(words, _row(words, begin, end)))
    return frozenset(found)


def _part(word: str) -> bool:
    return word in _PARTS or _size(word) > 0


def _row(words: Sequence[Token], begin: int, end: int) -> list[_Said]:
    """What these words say."""
    row: list[_Said] = []
    times = 1
    for at in range(begin, end):
        word = words[at].word
        if word in TIMES:
            times = TIMES[word]
        elif word in HOMOPHONES:
            row.append(_Said(at, times, like=True))
            times = 1
        elif size := _size(word):
            single = word in DIGITS or len(word) == 1
            letter = single and word not in DIGITS and word.isalpha()
            row.append(_Said(at, size * times, single=single, letter=letter))
            times = 1
    return row


def _size(word: str) -> int:
    """How many digits or letters a word says; 0 where it says none."""
    if word in DIGITS or word in LARGE:
        return 1
    if len(word) == 1 and word.isalnum():
        return 0 if word in ("a", "i") else 1
    if word.isdigit():
        return len(word) if len(word) <= WRITTEN else 0
    return 2 if word in TEENS or word.partition("-")[0] in TENS else 0


def _digits(words: Sequence[Token], row: list[_Said]) -> list[int]:
    """The places of those in a row that count."""
    begin = row[0].place
    before = words[begin - 1].word if begin else ""
    announces = before in called.STRICT or before in ("in", "are")
    if sum(each.size for each in row) < (CALLED if announces else LOCAL):
        return []
    first = next((at for at, each in enumerate(row) if not each.like), len(row))
    head, row = row[:first], row[first:]
    if not row:
        return []
    kind, _, near = called.said(words, begin)
    strict = announces and near and (kind != "reference" or _numbered(words, begin))
    digit = words[row[0].place].word
    zero = DIGITS.get(digit, digit[0]) == "0" and digit != "nil"  # a score
    full = LONGEST + 1 if before == "plus" else LONGEST if zero else AMERICAN
    row, tail = _parted(words, row, full if zero or kind == "phone" else UNKNOWN, zero=zero)
    size = sum(each.size for each in row)
    if near or zero:
        row += _ending(words, tail, size, full, zero=zero)
    if strict and kind and len(row) > 1:
        row = head + row
    size = sum(each.size for each in row)
    if strict and kind and size >= CALLED and all(each.single for each in row):
        return [each.place for each in row]
    if any(each.letter for each in row):
        return []
    least = LOCAL if near else PHONE if zero else UNKNOWN
    return [each.place for each in row] if size >= least and _most(row) >= IN_A_ROW else []


def _numbered(words: Sequence[Token], at: int) -> bool:
    """Whether a number is told: "order number is", and not "the delivery is"."""
    return any(each.word in called.STRICT - {"is"} for each in words[max(0, at - 3) : at])


def _parted(
    words: Sequence[Token], row: list[_Said], full: int, *, zero: bool
) -> tuple[list[_Said], list[_Said]]:
    """The row up to its last digit that is none by its sound only, and what sounds like some
    behind. A number as long as its kind is over, and an amount is no part of it."""
    size = 0
    for at, each in enumerate(row):
        last = words[each.place - 1]
        if each.like and (size >= full or (not zero and (last.ends or last.comma))):
            row = row[:at]
            break
        size += each.size
    if full == AMERICAN and sum(each.size for each in row) not in (LOCAL, AMERICAN):
        sums = list(accumulate(each.size for each in row))
        over = (at for at, each in enumerate(row) if each.like and sums[at] - each.size == LOCAL)
        row = row[: next(over, len(row))]
    end = len(row)
    while end and row[end - 1].like:
        end -= 1
    row, tail = row[:end], row[end:]
    following = words[row[-1].place + 1].word if row[-1].place + 1 < len(words) else ""
    counts = following in UNITS and following not in EITHER
    while counts and len(row) > 2 and row[-2].like and sum(each.size for each in row) != full:
        row = row[:-2]  # "… for two hours"
    return row, tail


def _ending(
    words: Sequence[Token], tail: list[_Said], size: int, full: int, *, zero: bool
) -> list[_Said]:
    """What only sounds like digits at the end of a number: as many as it lacks, or where nothing
    follows that "for" or "to" leads to."""
    if not tail or words[tail[0].place - 1].comma or words[tail[0].place - 1].ends:
        return []
    for at in range(len(tail)):
        size += tail[at].size
        if zero and size == full:
            return tail[: at + 1]
    last = tail[-1].place
    closes = last + 1 == len(words) or words[last].ends or words[last].comma
    return tail if closes and size <= full else []


def _most(row: list[_Said]) -> int:
    """How many digits are said one after the other by their own words."""
    most = here = 0
    for each in row:
        here = here + each.size if each.single and not each.like else 0
        most = max(most, here)
    return most
