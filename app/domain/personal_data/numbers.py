"""Which numbers point at a person: cards, accounts, phones, references. The words before decide,
else the number's own shape; quantities, prices, dates and ages are left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from app.domain.personal_data import amounts, called, checksums, homophones
from app.domain.personal_data.lists import common, words_of
from app.domain.personal_data.spoken import Run, runs, text_of
from app.domain.personal_data.tokens import Token

IMPERSONAL = words_of("impersonal")
LONGEST = 40  # an IBAN has at most 34 characters
POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}")  # BS 7666, without the areas' list
NATIONAL = re.compile(r"[A-Z]{2}\d{6}[A-D]|[A-Z]{5}\d{4}[A-Z]")  # UK insurance number, Indian PAN
BIC = re.compile(r"[a-z]{6}[a-z0-9]{2}(?:[a-z0-9]{3})?")
IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
BEGINS = re.compile(r"[A-Z]{1,2}\d|[A-Z]{4}0|[A-Z]{5}\d{4}")  # all forms, an IBAN's, too


def find(words: Sequence[Token], taken: frozenset[int]) -> Iterator[tuple[str, range]]:
    """(kind, places) of each number that is personal data."""
    yield from _bank(words)
    before: tuple[str, Run] | None = None
    for run in runs(words, taken, homophones.heard(words, taken)):
        kind = ""
        for kind, places in _of(words, run):
            yield kind, places
        if not kind and before and _another(words, before[1], run):
            kind = before[0]
            yield kind, range(run[0].first, run[-1].last + 1)
        before = (kind, run) if kind else None


def _another(words: Sequence[Token], before: Run, run: Run) -> bool:
    """Whether this is one more such number, or its other end: "order 4417 or 4418", "07700 900
    123 or 456"; no amount, and no year."""
    last, first = before[-1].last, run[0].first
    if words[last].ends or first - last != 2 or words[last + 1].word not in ("or", "and"):
        return False
    text = text_of(run)
    if (
        not text.isdigit()
        or re.fullmatch(r"(?:19|20)\d\d", text)
        or amounts.without(words, run) != run
    ):
        return False
    if all(piece.single for piece in (*before, *run)):
        return len(text) >= 3
    return len(run) == 1 and run[0].literal and len(text) == len(before[-1].text) >= 3


def _of(words: Sequence[Token], run: Run) -> Iterator[tuple[str, range]]:
    """What a run holds: what its form tells, and what stands between."""
    begin = 0
    for kind, first, last in _coded(run):
        yield kind, range(run[first].first, run[last].last + 1)
        if first - begin > 1:
            yield from _told(words, run[begin:first])
        begin = last + 1
    if not begin or len(run) - begin > 1:
        yield from _told(words, run[begin:])


def _told(words: Sequence[Token], run: Run) -> Iterator[tuple[str, range]]:
    """What the words before say of a run, or its shape."""
    run = amounts.without(words, run)
    kind = _kind(words, run) if run else None
    if kind:
        first = run[0].first
        while kind == "reference" and first and _prefix(words[first - 1]):
            first -= 1
        yield kind, range(first, run[-1].last + 1)


def _prefix(token: Token) -> bool:
    """The "MB" of "MB 4471 902"."""
    return 2 <= len(token.word) <= 4 and token.said.isalpha() and token.said.isupper()


def _bank(words: Sequence[Token]) -> Iterator[tuple[str, range]]:
    """A bank's code in letters: "SWIFT is DEUTDEFF" (ISO 9362: eight or eleven)."""
    for at in range(1, len(words)):
        before = {each.word for each in words[max(0, at - 3) : at]}
        bic = before & {"swift", "bic"} and BIC.fullmatch(words[at].word)
        if bic and words[at].word not in common():
            yield "account", range(at, at + 1)


def _coded(run: Run) -> Iterator[tuple[str, int, int]]:
    """The pieces that say an IBAN, a postcode, … by their form alone: (kind, first, last)."""
    said, ends = text_of(run), [0, *accumulate(len(piece.text) for piece in run)]
    begin = first = 0
    while first < len(run) and (not begin or len(run) - begin > 1):
        found = None
        if BEGINS.match(said, ends[first]):
            lasts = range(min(len(run), first + LONGEST) - 1, first - 1, -1)
            texts = ((last, said[ends[first] : ends[last + 1]]) for last in lasts)
            alone = first == begin or run[first].literal
            forms = ((_form(text, alone or last - first > 3), last) for last, text in texts)
            found = next((each for each in forms if each[0]), None)
        if found is None:
            first += 1
        else:
            yield found[0], first, found[1]
            begin = first = found[1] + 1


def _form(text: str, whole: bool) -> str:
    """What it is by its form, "" where that is nothing."""
    if not 5 <= len(text) <= LONGEST:
        return ""
    if checksums.iban(text):
        return "account"
    if whole and POSTCODE.fullmatch(text):
        return "address"
    if IFSC.fullmatch(text):
        return "account"
    return "reference" if NATIONAL.fullmatch(text) else ""


def _kind(words: Sequence[Token], run: Run) -> str | None:
    text = text_of(run)
    digits = sum(map(str.isdigit, text))
    bare = text.lstrip("+")
    if digits and bare.isdigit() and checksums.card(bare):
        return "card"
    said, close, near = called.said(words, run[0].first)
    if said is None and near and close in IMPERSONAL and digits < 7:
        return None
    if text.startswith("+") and digits >= 7:
        return "phone"
    if said and _long_enough(said, text, digits, run, near):
        if said == "account" and digits >= 9 and text.startswith(("07", "+", "00")):
            return "phone"
        return said
    if near and digits >= 5:  # "the number is …"
        return "phone" if 7 <= digits <= 15 and bare.isdigit() else "reference"
    return _by_shape(run, text, digits)


def _long_enough(kind: str, text: str, digits: int, run: Run, near: bool) -> bool:
    """How much of a number the words before it make personal."""
    spelled = all(piece.single for piece in run)
    if any(piece.large for piece in run) and len(text) < 9 and not text.startswith("0"):
        return False  # "two thousand and twelve"
    if re.fullmatch(r"(?:19|20)\d\d", text) and kind == "account":
        return False
    if near:
        least = {"card": 3, "account": 4, "phone": 4, "reference": 3}[kind]
        return digits >= least or (kind == "reference" and len(text) >= 5)
    least = {"card": 12, "account": 6, "phone": 6, "reference": 5}[kind]
    return digits >= (least if kind != "reference" or spelled or not text.isdigit() else 6)


def _by_shape(run: Run, text: str, digits: int) -> str | None:
    """Without a word of help: only what nobody says of a quantity."""
    literal = all(piece.literal for piece in run)
    spelled = all(piece.single for piece in run)
    if any(piece.large for piece in run) and not text.startswith("0"):
        return None
    if text.isdigit():
        if (text.startswith("0") and digits >= 9) or (digits == 10 and (literal or spelled)):
            return "phone"
        if digits >= 9:
            return "phone" if digits <= 13 and not (literal and len(run) == 1) else "reference"
        if spelled and not literal and digits >= 6:
            return "phone" if digits >= 7 else "reference"
        if literal and len(run) == 1 and digits >= 8:
            return "reference"
        return "phone" if literal and len(run) == 2 and digits == 7 else None
    if literal and len(run) == 1 and digits >= 6:
        return "reference"
    return "reference" if spelled and len(run) >= 6 and digits >= 3 else None
