"""The words that the rules go by, read from the files beside this one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from app.domain.personal_data.tokens import fold

HERE = Path(__file__).parent
FILES = tuple(HERE / name for name in ("lists.txt", "names.txt", "words.txt"))


def words_of(section: str) -> frozenset[str]:
    """The words of a section of `lists.txt`. Raises KeyError."""
    return frozenset(_sections("lists.txt")[section].split())


def lines_of(section: str) -> list[str]:
    """The phrases of a section of `lists.txt`, one a line. Raises KeyError."""
    return _sections("lists.txt")[section].strip().splitlines()


@cache
def common() -> frozenset[str]:
    """Words that are no names, for they are used in lower case."""
    return frozenset(fold(word) for word in _read("words.txt").split())


@cache
def given() -> frozenset[str]:
    return _names("given") - either()


@cache
def family() -> frozenset[str]:
    return _names("family") - either()


@cache
def either() -> frozenset[str]:
    """Names that are words, months, towns or brands, too."""
    return _names("either")


@cache
def every() -> frozenset[str]:
    """All names, those that are other words too among them."""
    return given() | family() | either()


def _names(section: str) -> frozenset[str]:
    """As they stand in `names.txt`, which is folded."""
    return frozenset(_sections("names.txt")[section].split())


@cache
def _sections(name: str) -> dict[str, str]:
    parts = re.split(r"^\[([\w ]+)\]$", _read(name), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _read(name: str) -> str:
    text = (HERE / name).read_text(encoding="utf-8")
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))
