"""Passages with their true spans, and how many of them were found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.personal_data import find

SPOKEN = Path(__file__).with_name("spoken.txt")
_MARK = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Passage:
    """`spans`: (kind, first word, last word), both included. `optional`: words that may be
    covered or not, such as a title before a name."""

    text: str
    spans: tuple[tuple[str, int, int], ...]
    optional: frozenset[int] = frozenset()


@dataclass(slots=True)
class Result:
    """By kind: true spans, those found whole, words masked that are nobody's, and all masked."""

    true: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    claimed: int = 0
    right: int = 0

    @property
    def recall(self) -> float:
        return sum(self.found.values()) / sum(self.true.values())

    @property
    def precision(self) -> float:
        """Of the spans that were masked, those with a word of somebody's in them."""
        return self.right / self.claimed


def read(line: str) -> Passage:
    """A line such as `ring {phone:555 0100} and {name:Mrs Fitz|name:Fitz}`: the last alternative is
    what must be found, words of the first may be."""
    words: list[str] = []
    spans: list[tuple[str, int, int]] = []
    optional: set[int] = set()
    done = 0
    for mark in _MARK.finditer(line):
        words += line[done : mark.start()].split()
        whole, *must = [each.partition(":") for each in mark.group(1).split("|")]
        said = whole[2].split()
        needed = (must[-1] if must else whole)[2].split()
        first = len(words) + (len(said) - len(needed) if said[-len(needed) :] == needed else 0)
        optional |= set(range(len(words), len(words) + len(said)))
        words += said
        tail = re.match(r"\S*", line[mark.end() :])
        assert tail is not None
        words[-1] += tail.group()  # "'s", "," and the like stay on the word
        done = mark.end() + tail.end()
        spans.append((whole[0], first, len(words) - 1))
    words += line[done:].split()
    return Passage(" ".join(words), tuple(spans), frozenset(optional))


def spoken() -> list[str]:
    """Lines for `read`: what people say, written by hand."""
    lines = SPOKEN.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def measure(passages: Iterable[Passage]) -> Result:
    """A span counts as found when each of its words is masked, whatever the kind."""
    result = Result()
    for passage in passages:
        words = passage.text.split()
        found = find([passage.text])
        masked = {word for each in found for word in range(each.first, each.last + 1)}
        theirs = {w for _, first, last in passage.spans for w in range(first, last + 1)}
        for kind, first, last in passage.spans:
            result.true[kind] += 1
            if set(range(first, last + 1)) <= masked:
                result.found[kind] += 1
            else:
                said = " ".join(words[first : last + 1])
                result.missed.append(f"{kind}: {said} | {passage.text}")
        for each in found:
            result.claimed += 1
            here = set(range(each.first, each.last + 1))
            if here & (theirs | passage.optional):
                result.right += 1
            else:
                said = " ".join(words[each.first : each.last + 1])
                result.wrong.append(f"{each.kind}: {said} | {passage.text}")
    return result
