"""What taught examples count for beside a theme's own words, fitted to each codebook.

Examples make a linear discriminant: each theme has the middle of its examples and of its name, and
all share one spread, shrunk towards round, as few examples say little of it (Friedman 1989). Some
codebooks' examples say nearly all there is to know, others' no more than the names do. So the
examples are asked: each is scored by the names and by a discriminant that has not met it, and what
the two count for is what explains the examples' own themes best (stacked generalisation, Wolpert
1992), held to a usual mix where there are too few to tell. A theme without examples among taught
ones has the middle that its name points to, as far as the others' names point to their examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workers.understand.heads import Floats

FOLDS = 5
ENOUGH = 400  # examples tell what there is to tell about the mix
ROUND = (0.9, 0.7, 0.5, 0.3)  # how far the spread is shrunk; the first is usual
# What the discriminant counts for beside the names; the first is usual.
COUNTS = (30.0, 10.0, 20.0, 45.0, 60.0, 100.0, 200.0, 400.0, 800.0)
# What both are divided by, for the chances' sureness: no less than half the usual, as the examples
# say nothing of passages that are about none.
COOLER = (1.0, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
USUAL = 0.1  # examples that the usual mix counts for
# A theme without examples among taught ones is taught by its name, and begins at this share of what
# the taught ones lose on a passage that isn't about them. Chosen on told/topics.tsv: of 16 themes
# the one that is untaught is given to 8 % of the passages about others (21 % without it), and found
# as often as the taught ones.
UNTAUGHT = 0.25
VERSION = f"{FOLDS} {ENOUGH} {ROUND} {COUNTS} {COOLER} {USUAL} {UNTAUGHT}"


@dataclass(frozen=True, slots=True)
class Taught:
    """A passage's scores are `names` times what the names say of it, and its vector times
    `weights` (width, themes), and `biases` (themes,)."""

    names: float
    weights: Floats
    biases: Floats


def taught(
    named: Floats, examples: Floats, counts: list[int], say: Callable[[Floats], Floats]
) -> Taught:
    """`named` (themes, width): vectors of the names; `examples` (n, width): one theme's after the
    other's, and how many each has; `say`: what the names say of vectors, (n, themes)."""
    weights = np.zeros((named.shape[1], len(counts)), np.float32)
    biases = np.zeros(len(counts), np.float32)
    which = np.repeat(np.arange(len(counts)), counts)
    rows = np.unique(which)
    if not len(rows):
        return Taught(1.0, weights, biases)
    own = np.searchsorted(rows, which)
    mix = _mix(named[rows], examples, own, lambda vectors: say(vectors)[:, rows])
    middles, spread = _shape(named[rows], examples, own, mix.round)
    weights[:, rows], biases[rows] = _lines(middles, spread)
    if len(rest := np.setdiff1d(np.arange(len(counts)), rows)):
        telling = float(np.mean(np.sum(examples * named[which], axis=1)))
        weights[:, rest], biases[rest] = _lines(telling * named[rest], spread)
        biases[rest] += UNTAUGHT * biases[rows].mean()
    return Taught(mix.names, mix.examples * weights, mix.examples * biases)


@dataclass(frozen=True, slots=True)
class _Mix:
    names: float
    examples: float
    round: float


def _mix(named: Floats, examples: Floats, own: np.ndarray, say: Callable[[Floats], Floats]) -> _Mix:
    """The likeliest mix: grids are small, and the same examples give the same mix anywhere."""
    place = np.arange(len(own)) - np.searchsorted(own, own)  # of an example among its theme's
    fold = place % FOLDS
    asked = np.unique(np.linspace(0, len(own) - 1, min(len(own), ENOUGH)).astype(int))
    said = say(examples[asked])
    found: list[tuple[float, _Mix]] = []
    for shrunk in ROUND:
        apart = np.zeros_like(said)
        for left in range(min(FOLDS, int(place.max()) + 1)):
            rest, here = fold != left, fold[asked] == left
            lines, taken = _lines(*_shape(named, examples[rest], own[rest], shrunk))
            apart[here] = examples[asked[here]] @ lines + taken
        for count in COUNTS:
            scores = said + count * apart
            scores -= scores[np.arange(len(asked)), own[asked]][:, None]
            for cooler in COOLER:
                usual = np.log(count / COUNTS[0]) ** 2 + np.log(cooler) ** 2
                usual += float(shrunk != ROUND[0])
                surprise = np.logaddexp.reduce(scores / cooler, axis=1).sum() + USUAL * usual
                found.append((float(surprise), _Mix(1 / cooler, count / cooler, shrunk)))
    return min(found, key=lambda each: each[0])[1]


def _shape(
    named: Floats, examples: Floats, own: np.ndarray, shrunk: float
) -> tuple[Floats, Floats]:
    """The themes' middles and their common spread; a name counts as one more example."""
    vectors = np.concatenate([named, examples])
    where = np.concatenate([np.arange(len(named)), own])
    middles = np.zeros_like(named)
    np.add.at(middles, where, vectors)
    middles /= np.bincount(where)[:, None]
    apart = vectors - middles[where]
    spread = apart.T @ apart
    spread *= (1 - shrunk) * len(spread) / max(float(np.trace(spread)), 1e-9)
    return middles, spread + shrunk * np.eye(len(spread), dtype=np.float32)


def _lines(middles: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """How much likelier a vector is around each middle than around 0: weights and biases."""
    weights = np.linalg.solve(spread, middles.T)
    return weights, np.asarray(-np.sum(middles.T * weights, axis=0) / 2)
