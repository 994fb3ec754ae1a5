"""What a person typed, made clean, or refused in a sentence."""

from __future__ import annotations

import re
import unicodedata

from app.domain.errors import Invalid

EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3: a path has 256 characters with its brackets


def line(text: str | None, what: str, *, most: int = 120, needed: bool = True) -> str:
    """One line without control characters, its spaces joined. `what` begins the sentence.

    Raises:
        Invalid: it is needed and missing, or longer than `most` characters.
    """
    return _sized(" ".join(_printable(text or "").split()), what, most, needed)


def paragraph(text: str | None, what: str, *, most: int = 4000, needed: bool = True) -> str:
    """Like `line`, but line breaks stay."""
    kept = "\n".join(
        " ".join(_printable(each).split()) for each in (text or "").strip().splitlines()
    )
    return _sized(kept, what, most, needed)


def email(text: str | None, what: str = "The e-mail address", *, needed: bool = True) -> str:
    """In lower case, so that one person has one account.

    Raises:
        Invalid: it doesn't look like name@place.
    """
    address = line(text, what, most=LONGEST_EMAIL, needed=needed).lower()
    if address and not EMAIL.fullmatch(address):
        raise Invalid(f"{what} must look like name@example.com.")
    return address


def one_of(value: str | None, what: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise Invalid(f"{what} must be one of {', '.join(known)}.")
    return value


def within(number: int, what: str, least: int, most: int) -> int:
    if not least <= number <= most:
        raise Invalid(f"{what} must be between {least:,} and {most:,}.")
    return number


def _printable(text: str) -> str:
    """Control characters become spaces: no database or spreadsheet wants them (Cc), nor do
    marks that turn the direction of the text around them (bidi overrides)."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(
        " " if unicodedata.category(each) == "Cc" or each in "\u202a\u202b\u202d\u202e" else each
        for each in normal
    )


def _sized(text: str, what: str, most: int, needed: bool) -> str:
    if needed and not text:
        raise Invalid(f"{what} is missing.")
    if len(text) > most:
        raise Invalid(f"{what} is longer than {most:,} characters.")
    return text
