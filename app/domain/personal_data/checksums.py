"""Numbers that check themselves."""

from __future__ import annotations

import re

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")


def luhn(digits: str) -> bool:
    """Whether the last digit of a card's number fits the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and set(digits) != {"0"}


def card(digits: str) -> bool:
    """Whether this may be a payment card: 13-19 digits that fit, of a scheme's first digit. Never
    one with a letter in it."""
    numeric = digits.isascii() and digits.isdigit()
    return numeric and 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn(digits)


def iban(text: str) -> bool:
    """Whether capitals and digits are an IBAN: the remainder by 97 is 1 (ISO 13616-1, 6)."""
    if not _IBAN.fullmatch(text):
        return False
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1
