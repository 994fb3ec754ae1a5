"""What an edit changed, so that it can be undone and told: the passages before and after. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import comparing
from app.domain.editing_words import Passage
from app.domain.timeline import Word

_MOST_COMPARED = 1500  # words a side of what is shown as a difference


@dataclass(frozen=True, slots=True)
class Change:
    """From position `at` on, the passages `before` gave way to `after`."""

    at: int
    before: tuple[Passage, ...]
    after: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text that was changed. what: same, old (taken away), new."""

    text: str
    what: str


class Stray(ValueError):
    """The passages are not those that the change was made of."""


def between(old: Sequence[Passage], new: Sequence[Passage]) -> tuple[Change, ...]:
    """What leads from `old` to `new`, the last one first: none moves the place of another."""
    codes = comparing.steps(old, new)
    return tuple(
        Change(i1, tuple(old[i1:i2]), tuple(new[j1:j2]))
        for what, i1, i2, j1, j2 in reversed(codes)
        if what != "equal"
    )


def undoing(changes: Sequence[Change]) -> tuple[Change, ...]:
    """What leads back."""
    return tuple(Change(each.at, each.after, each.before) for each in reversed(changes))


def applied(passages: Sequence[Passage], changes: Sequence[Change]) -> list[Passage]:
    """The passages afterwards. Raises Stray."""
    result = list(passages)
    for each in changes:
        stop = each.at + len(each.before)
        if tuple(result[each.at : stop]) != each.before:
            raise Stray(f"At {each.at} stands something else.")
        result[each.at : stop] = each.after
    return result


def pieces(old: str, new: str) -> list[Piece]:
    """Both texts in one, word by word: what stayed, what went, what came."""
    words = old.split(), new.split()
    if max(map(len, words)) > _MOST_COMPARED:
        return [Piece(text, what) for text, what in ((old, "old"), (new, "new")) if text]
    found = []
    for what, i1, i2, j1, j2 in comparing.steps(*words):
        if what == "equal":
            found.append(Piece(" ".join(words[0][i1:i2]), "same"))
            continue
        found += [Piece(" ".join(words[0][i1:i2]), "old")] if i2 > i1 else []
        found += [Piece(" ".join(words[1][j1:j2]), "new")] if j2 > j1 else []
    return found


def as_rows(passages: Sequence[Passage]) -> list[Any]:
    """As JSON: [[start, end, text, confidence, [[word, start, end, confidence], …], language,
    unclear, edited_by, speaker], …]."""
    return [
        [
            p.start, p.end, p.text, p.confidence,
            [[w.text, w.start, w.end, w.confidence] for w in p.words],
            p.language, p.unclear, p.edited_by, p.speaker,
        ]
        for p in passages
    ]  # fmt: skip


def from_rows(rows: Sequence[Any]) -> list[Passage]:
    return [
        Passage(start, end, text, confidence, tuple(Word(*word) for word in words), *rest)
        for start, end, text, confidence, words, *rest in rows
    ]


def timed(rows: Sequence[Any]) -> Iterator[tuple[str, float, float]]:
    """What has times of its own in such rows: (text, start, end) of their words, and of those
    passages as a whole whose words have none."""
    for start, end, text, _, words, *_ in rows:
        for word, begins, ends, _ in words:
            yield str(word).strip(), begins, ends
        if not words:
            yield text, start, end


def written(changes: Sequence[Change]) -> list[Any]:
    """As JSON: [[at, before, after], …]."""
    return [[each.at, as_rows(each.before), as_rows(each.after)] for each in changes]


def read(rows: Sequence[Any]) -> tuple[Change, ...]:
    return tuple(
        Change(at, tuple(from_rows(before)), tuple(from_rows(after))) for at, before, after in rows
    )
