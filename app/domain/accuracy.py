"""How right the machine is: docs/accuracy.md, which `./heard bench accuracy` writes, read back.

Only what that page has is understood: `# `, `## `, paragraphs with `code`, tables. Whatever else
stands there is passed over: a page that is missing or odd has fewer sections, and raises nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
SHORT = 6  # a section of so many figures is shown whole
FEW = 2  # fewer than this many more aren't worth a fold

_NUMBER = r"[0-9]{1,6}(?:\.[0-9]{1,6})?"
_INTERVAL = re.compile(rf"({_NUMBER}) - ({_NUMBER})")
_GOAL = re.compile(rf"([≥≤]) ({_NUMBER})")
_WHAT, _DATA, _N, _VALUE, _BETWEEN, _WANTED, _ENGINE = range(7)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a paragraph; `code`: a command or a place, set in its own letters."""

    text: str
    code: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """What was asked of a figure before it was known: at least, or at most, `value`."""

    at_least: bool
    value: Decimal


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured figure with its 95 % interval. `data`: what it was measured on; `n`: how many of
    them, as written; `engine`: with its version."""

    what: str
    data: str
    n: str
    value: Decimal
    low: Decimal
    high: Decimal
    goal: Goal | None
    engine: str

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where none was set."""
        if self.goal is None:
            return None
        if self.goal.at_least:
            return self.value >= self.goal.value
        return self.value <= self.goal.value

    @property
    def numbers(self) -> tuple[str, str, str]:
        """Value, low, high: two decimals, or three where two would blur a small figure or make it
        look like its goal."""
        every = (self.value, self.low, self.high)
        blurred = min(every) < Decimal("0.1") or (
            self.goal is not None and _rounded(self.value, "0.01") == self.goal.value
        )
        value, low, high = (str(_rounded(each, "0.001" if blurred else "0.01")) for each in every)
        return value, low, high


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the machine: a sentence on how to read its figures, and the figures."""

    title: str
    about: tuple[tuple[Span, ...], ...]
    figures: tuple[Figure, ...]

    @property
    def first(self) -> tuple[Figure, ...]:
        """What is shown at once. Of a long section: the figures on its first data, which is the
        newest, and every figure that has a goal."""
        if len(self.figures) <= SHORT:
            return self.figures
        newest = _data_set(self.figures[0])
        chosen = tuple(each for each in self.figures if each.goal or _data_set(each) == newest)
        return chosen if len(self.figures) - len(chosen) >= FEW else self.figures

    @property
    def rest(self) -> tuple[Figure, ...]:
        """What is folded away."""
        return tuple(each for each in self.figures if each not in self.first)


@dataclass(frozen=True, slots=True)
class Report:
    """The page. No sections: nothing was measured here."""

    about: tuple[tuple[Span, ...], ...] = ()
    sections: tuple[Section, ...] = ()


def read(page: Path) -> Report:
    try:
        return parse(page.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return Report()


def parse(text: str) -> Report:
    """Sections without a figure are left out."""
    top, *parts = re.split(r"^## +", text, flags=re.MULTILINE)
    sections = tuple(each for each in map(_section, parts) if each.figures)
    return Report(_paragraphs(top), sections) if sections else Report()


def _section(part: str) -> Section:
    title, _, body = part.partition("\n")
    rows = (line for line in body.splitlines() if line.lstrip().startswith("|"))
    return Section(title.strip(), _paragraphs(body), tuple(_figures(rows)))


def _figures(rows: Iterator[str]) -> Iterator[Figure]:
    for row in rows:
        cells = [
            each.strip() for each in row.strip().removeprefix("|").removesuffix("|").split("|")
        ]
        if len(cells) != 7 or not re.fullmatch(_NUMBER, cells[_VALUE]):
            continue  # a table's head, its rule, or nothing that the bench wrote
        between = _INTERVAL.fullmatch(cells[_BETWEEN])
        goal = _GOAL.fullmatch(cells[_WANTED])
        if between and (goal or not cells[_WANTED]):
            yield Figure(
                cells[_WHAT],
                cells[_DATA],
                cells[_N],
                Decimal(cells[_VALUE]),
                Decimal(between[1]),
                Decimal(between[2]),
                Goal(goal[1] == "≥", Decimal(goal[2])) if goal else None,
                cells[_ENGINE],
            )


def _paragraphs(text: str) -> tuple[tuple[Span, ...], ...]:
    blocks = (" ".join(block.split()) for block in re.split(r"\n\s*\n", text))
    return tuple(_spans(block) for block in blocks if block and block[0] not in "#|")


def _spans(paragraph: str) -> tuple[Span, ...]:
    pieces = paragraph.split("`")
    return tuple(Span(text, at % 2 == 1) for at, text in enumerate(pieces) if text)


def _data_set(figure: Figure) -> str:
    return figure.data.partition(",")[0]


def _rounded(number: Decimal, to: str) -> Decimal:
    """Half up, as people do by hand."""
    return number.quantize(Decimal(to), ROUND_HALF_UP)
