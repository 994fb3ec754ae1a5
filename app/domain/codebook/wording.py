"""Which words tell a group of passages from everything else that is said. Pure.

Class-based tf-idf (c-TF-IDF; Grootendorst 2022, BERTopic, arXiv:2203.05794): each group is one long
text; a term counts by how often it is said there, times log(1 + A / f), with A the mean number of
terms of a group and f how often the term is said in all of them. What is in no group is one more.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from app.domain.personal_data import lists

SPOKEN_BY = 3  # customers, or a word isn't shown: it may point at one of them
TOLD = 5  # words of a group
FEWEST_WORDS = 5  # of a passage that is about something
BESIDE = 2  # words that say something, for each mask in a passage
PLAIN = Path(__file__).with_name("plain_words.txt")
_MASK = re.compile(r"\[[^\]]*\]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SHARED_STEM = 5  # letters by which "charger" and "chargers" are one


@dataclass(frozen=True, slots=True)
class Spoken:
    """A passage's words, with masks, and whose they are."""

    text: str
    customer: str


def telling(groups: Sequence[Sequence[Spoken]], rest: Iterable[str]) -> list[tuple[str, ...]]:
    """The most telling terms of each group, the best first; often fewer than TOLD, maybe none."""
    counts = [_count(group) for group in groups]
    every: Counter[str] = Counter()
    for count in counts:
        every.update(count)
    background = Counter(term for text in rest for term in terms(text))
    every.update(background)
    sizes = [*(sum(count.values()) for count in counts), sum(background.values())]
    mean = sum(sizes) / max(1, sum(size > 0 for size in sizes))
    return [
        _best(count, every, mean, _speakers(group))
        for count, group in zip(counts, groups, strict=True)
    ]


def name_of(words: Sequence[str]) -> str:
    """A name to begin with: `Charger, cable`. A person writes the one that stays."""
    name = ", ".join(words[:2])
    return name[:1].upper() + name[1:]


def about_something(text: str) -> bool:
    """Whether a passage, with its masks, may be about a theme: a short one isn't, nor one that only
    tells who speaks and how to reach them."""
    said = sum(" " not in term for term in terms(text))
    return len(text.split()) >= FEWEST_WORDS and said >= BESIDE * len(_MASK.findall(text))


def terms(text: str) -> list[str]:
    """Words that say something, and pairs of them side by side, in lower case; no names."""
    found: list[str] = []
    for part in re.split(r"[.,;:!?…]|" + _MASK.pattern, text):
        words = [_plain(each) for each in _WORD.findall(part)]
        found += [word for word in words if _tells(word)]
        found += [f"{a} {b}" for a, b in pairwise(words) if _tells(a) and _tells(b)]
    return found


def _count(group: Sequence[Spoken]) -> Counter[str]:
    return Counter(term for each in group for term in terms(each.text))


def _speakers(group: Sequence[Spoken]) -> Mapping[str, set[str]]:
    speakers: dict[str, set[str]] = {}
    for each in group:
        for term in terms(each.text):
            speakers.setdefault(term, set()).add(each.customer)
    return speakers


def _best(
    count: Counter[str], every: Counter[str], mean: float, speakers: Mapping[str, set[str]]
) -> tuple[str, ...]:
    # A pair says as much as its two words, and says it better.
    weight = {
        term: times * len(term.split()) * math.log(1 + mean / every[term])
        for term, times in count.items()
        if len(speakers[term]) >= SPOKEN_BY
    }
    chosen: list[str] = []
    for term in sorted(weight, key=lambda each: (-weight[each], each)):
        if len(chosen) < TOLD and not any(_alike(term, each) for each in chosen):
            chosen.append(term)
    return tuple(chosen)


def _alike(one: str, other: str) -> bool:
    """Whether they share a word, also in another form."""
    stems = {each[:_SHARED_STEM] for each in other.split()}
    return any(each[:_SHARED_STEM] in stems for each in one.split())


def _plain(word: str) -> str:
    return word.replace("’", "'").casefold().removesuffix("'s")


def _tells(word: str) -> bool:
    return len(word) > 2 and word not in plain_words() and not _is_name(word)


def _is_name(word: str) -> bool:
    """What the masks overlooked because it was written small."""
    return word not in lists.common() and (word in lists.given() or word in lists.family())


@cache
def plain_words() -> frozenset[str]:
    """Words that are in every passage: of grammar, of talking, of having dealt with a company."""
    lines = PLAIN.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
