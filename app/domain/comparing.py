"""Two rows of things compared, in a time that their length bounds. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import takewhile

# Pairs of equal things for each thing. Speech has five at 1,500 words, and 600 of "a b a b" have
# 150: comparing those one by one takes the cube of their number.
_DENSE = 10

Steps = Sequence[tuple[str, int, int, int, int]]


def steps(old: Sequence[Hashable], new: Sequence[Hashable]) -> Steps:
    """What leads from `old` to `new`, as `difflib.SequenceMatcher.get_opcodes` says it. Where so
    much is said again and again that it would take minutes, all between the same beginning and the
    same end is replaced."""
    there = Counter(new)
    pairs = sum(times * there[each] for each, times in Counter(old).items())
    if pairs <= _DENSE * (len(old) + len(new)):
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    head = _same(old, new)
    tail = _same(old[head:][::-1], new[head:][::-1])
    ends = len(old) - tail, len(new) - tail
    found = [("equal", 0, head, 0, head)] if head else []
    if ends != (head, head):
        found.append(("replace", head, ends[0], head, ends[1]))
    return [*found, ("equal", ends[0], len(old), ends[1], len(new))] if tail else found


def _same(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many are the same from the beginning."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
