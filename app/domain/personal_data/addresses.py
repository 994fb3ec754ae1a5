"""Postal addresses: a number with its street, with what is said before and behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.domain.personal_data.lists import words_of
from app.domain.personal_data.spoken import DIGITS, TEENS, runs, text_of
from app.domain.personal_data.tokens import Token

STREETS = words_of("streets")
LEADING = words_of("streets before names")
GLUED = re.compile(r"\w{3,}(?:strasse|str|straat|weg|gasse|allee|platz|laan|gatan|vagen|gade|vej)")
DWELLINGS = words_of("dwellings")
CITIES = words_of("cities")
REGIONS = words_of("regions")
CODES = words_of("codes")
PLAIN = words_of("plain")
HOMES = words_of("homes")
WITHIN = 4  # words between a house's number and its "street"
BEHIND = 9  # words behind a street in which its postcode may come


def find(words: Sequence[Token], taken: frozenset[int]) -> Iterator[tuple[str, range]]:
    """("address", places); `taken` are places that are something else already."""
    numbers = {piece.first: run[-1].last for run in runs(words) for piece in run[:1]}
    numbers.update({at: at for at in range(len(words)) if _house_number(words[at].word)})
    done = -1
    for at in range(len(words)):
        if at <= done or (at in taken and at not in numbers):
            continue
        last = None
        if at in numbers and numbers[at] - at <= 4:
            last = _street_after(words, numbers[at])
        elif words[at].word in LEADING or GLUED.fullmatch(words[at].word):
            last = _number_after(words, at)
        elif words[at].word in STREETS and (first := _unnumbered(words, at)) is not None:
            last, at = at, first
        elif words[at].word in DWELLINGS:
            last = _dwelling(words, at)
        if last is None:
            continue
        first = _dwelling_before(words, at)
        done = _further(words, last, numbers)
        yield "address", range(first, done + 1)
    yield from _codes(words)


def _house_number(word: str) -> bool:
    return bool(re.fullmatch(r"\d{1,5}(?:[a-h]|[-/]\d{1,4}[a-h]?)?", word))


def _street_after(words: Sequence[Token], last: int) -> int | None:
    """Where the street ends that this house number belongs to."""
    if words[last].ends:
        return None
    for ahead in range(last + 1, min(last + 2 + WITHIN, len(words))):
        word = words[ahead].word
        if ahead > last + 1 and word in STREETS:
            return _direction(words, ahead)
        if ahead == last + 1 and (word in LEADING or GLUED.fullmatch(word)):
            return min(ahead + (2 if word in LEADING else 0), len(words) - 1)
        if ahead == last + 1 and word == "rue":
            return min(ahead + 2, len(words) - 1)
        if word in PLAIN or (words[ahead].ends and word not in STREETS):
            return None
        if word in DIGITS and ahead > last + 1:
            return None
    return None


def _direction(words: Sequence[Token], at: int) -> int:
    following = words[at + 1].word if at + 1 < len(words) and not words[at].ends else ""
    return at + 1 if following in ("north", "south", "east", "west", "nw", "ne", "sw", "se") else at


def _number_after(words: Sequence[Token], at: int) -> int | None:
    """ "Hauptstrasse 45", "calle mayor cinco": the number stands behind."""
    reach = 1 if words[at].word not in LEADING else 4
    for ahead in range(at + 1, min(at + 1 + reach, len(words))):
        if (
            _house_number(words[ahead].word)
            or words[ahead].word in DIGITS
            or words[ahead].word in TEENS
        ):
            return ahead
        if words[ahead].word in PLAIN - {"la", "the", "de"}:
            return None
    return None


def _unnumbered(words: Sequence[Token], at: int) -> int | None:
    """ "I live on maple avenue": a street without a number, where somebody's home is told."""
    for back in (at - 1, at - 2):
        if back < 1 or words[back].word in PLAIN:
            return None
        if words[back - 1].word in ("on", "at", "in") and any(
            each.word in HOMES for each in words[max(0, back - 5) : back - 1]
        ):
            return back
    return None


def _dwelling(words: Sequence[Token], at: int) -> int | None:
    """ "Flat 3b, Lotus Apartments": a home within a house."""
    if at + 1 >= len(words):
        return None
    numbered = at + 2 if words[at + 1].word in ("number", "no") and at + 2 < len(words) else at + 1
    word = words[numbered].word
    if not (_house_number(word) or word in DIGITS or word in TEENS):
        return None
    for ahead in range(numbered + 1, min(numbered + 8, len(words))):
        if words[ahead].word in STREETS:
            return ahead
        if words[ahead].ends or words[ahead].word in PLAIN:
            break
    return None


def _dwelling_before(words: Sequence[Token], at: int) -> int:
    """A flat's number, a house's name's number: "flat 2, | 14 park road"."""
    if at > 0 and words[at - 1].word in ("number", "no"):
        at -= 1
    if at > 0 and words[at - 1].word in DWELLINGS:
        return at - 1
    for back in range(at - 1, max(-1, at - 4), -1):
        if words[back].word in DWELLINGS and back + 1 < at:
            between = words[back + 1].word
            return back if _house_number(between) or between in DIGITS else at
        if words[back].word in PLAIN or words[back].ends:
            break
    return at


def _further(words: Sequence[Token], last: int, numbers: dict[int, int]) -> int:
    """On to the town, the region and the code where these follow."""
    end = last
    for ahead in range(last + 1, min(last + 1 + BEHIND, len(words))):
        word = words[ahead].word
        if word in CITIES or (
            word in REGIONS
            and ahead - end <= 2
            and (words[ahead].capital or (word in REGIONS and len(word) > 2))
        ):
            end = ahead
        elif ahead in numbers and _code(words, ahead, numbers[ahead], end):
            end = max(end, numbers[ahead])
        elif (
            word in STREETS
            and ahead - end <= 3
            and not any(w.word in PLAIN for w in words[end + 1 : ahead])
        ):
            end = ahead
        if words[ahead].ends and ahead >= end:
            break
        if ahead - end > 4:
            break
    return end


def _code(words: Sequence[Token], first: int, last: int, end: int) -> bool:
    text = "".join(text_of(run) for run in runs(words[first : last + 1]))
    between = {each.word for each in words[end + 1 : first]}
    return (
        first - end <= 4
        and bool(re.fullmatch(r"\d{4,6}|[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", text))
        and not between & (PLAIN - {"in", "my", "and", "is"})
    )


def _codes(words: Sequence[Token]) -> Iterator[tuple[str, range]]:
    """A ZIP or PIN code that is called one, or stands with its region or town."""
    for run in runs(words):
        first, last = run[0].first, run[-1].last
        text = text_of(run)
        before = [each.word for each in words[max(0, first - 4) : first]]
        called = any(each in CODES for each in before) or (
            "code" in before
            and any(each in ("zip", "pin", "post", "postal", "area") for each in before)
        )
        if called and 4 <= len(text) <= 9:
            yield "address", range(first, last + 1)
        elif re.fullmatch(r"\d{5}", text) and run[0].literal and first > 0:
            beside = words[last + 1].word if last + 1 < len(words) else ""
            if (words[first - 1].word in REGIONS and words[first - 1].said.isupper()) or words[
                first - 1
            ].word in CITIES:
                yield "address", range(first - 1, last + 1)
            elif beside in CITIES:
                yield "address", range(first, last + 2)
        elif re.fullmatch(r"\d{6}", text) and first > 0 and words[first - 1].word in CITIES:
            yield "address", range(first - 1, last + 1)
        elif re.fullmatch(r"\d{1,5}", text) and before[-2:] in (["po", "box"], ["post", "box"]):
            yield "address", range(first - 2, last + 1)
