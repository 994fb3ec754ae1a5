"""What taught examples count for beside a theme's own words, fitted to each codebook.

Examples make a linear discriminant: each theme has the middle of its examples and of its name, and
all share one spread, shrunk towards round, as few examples say little of it (Friedman 1989). Where
every theme has examples, they also make a softmax regression, which minds what tells close themes
apart and not what either is like. Some codebooks' examples say nearly all there is to know, others'
no more than the names do. So the examples are asked: each is scored by the names, and by a
discriminant and a regression that have not met it, and what the three count for is what explains
the examples' own themes best (stacked generalisation, Wolpert 1992), held to a usual mix where
there are too few to tell. A theme without examples among taught ones has the middle that its name
points to, as far as the others' names point to their examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from workers.understand.heads import Floats

FOLDS = 5
ENOUGH = 400  # examples tell what there is to tell about the mix
ROUND = (0.9, 0.7, 0.5, 0.3)  # how far the spread is shrunk; the first is usual
# What the discriminant counts for beside the names; the first is usual.
COUNTS = (30.0, 10.0, 20.0, 45.0, 60.0, 100.0, 200.0, 400.0, 800.0)
# What the regression counts for; how loosely it is held to nothing (C of an L2 penalty: 10 and 100
# tell CLINC150's intents apart as well), and the steps in which it is found.
REGRESSED = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
LOOSE, STEPS = 30.0, 60
# What all are divided by, for the chances' sureness: no less than half the usual, as the examples
# say nothing of passages that are about none.
COOLER = (1.0, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
USUAL = 0.1  # examples that the usual mix counts for
# A theme without examples among taught ones is taught by its name, and begins at this share of what
# the taught ones lose on a passage that isn't about them. Chosen on told/topics.tsv: of 16 themes
# the one that is untaught is given to 8 % of the passages about others (21 % without it), and found
# as often as the taught ones.
UNTAUGHT = 0.25
VERSION = (
    f"{FOLDS} {ENOUGH} {ROUND} {COUNTS} {REGRESSED} {LOOSE} {STEPS} {COOLER} {USUAL} {UNTAUGHT}"
)

Lines = tuple[Floats, Floats]  # weights (width, themes) and biases (themes,)


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
    own, names = np.searchsorted(rows, which), named[rows]
    mix = _mix(names, examples, own, lambda vectors: say(vectors)[:, rows], min(counts) > 0)
    middles, spread = _shape(names, examples, own, mix.round)
    weights[:, rows], biases[rows] = _lines(middles, spread)
    if len(rest := np.setdiff1d(np.arange(len(counts)), rows)):
        telling = float(np.mean(np.sum(examples * named[which], axis=1)))
        weights[:, rest], biases[rest] = _lines(telling * named[rest], spread)
        biases[rest] += UNTAUGHT * biases[rows].mean()
    weights, biases = mix.discriminant * weights, mix.discriminant * biases
    if mix.regression:
        lines, begins = _regression(names, examples, own)
        weights, biases = weights + mix.regression * lines, biases + mix.regression * begins
    return Taught(mix.names, weights, biases)


@dataclass(frozen=True, slots=True)
class _Mix:
    names: float
    discriminant: float
    regression: float
    round: float


def _mix(
    named: Floats,
    examples: Floats,
    own: np.ndarray,
    say: Callable[[Floats], Floats],
    regressed: bool,
) -> _Mix:
    """The likeliest mix: grids are small, and the same examples give the same mix anywhere."""
    place = np.arange(len(own)) - np.searchsorted(own, own)  # of an example among its theme's
    fold = place % FOLDS
    asked = np.unique(np.linspace(0, len(own) - 1, min(len(own), ENOUGH)).astype(int))
    said = say(examples[asked])

    def unmet(fitted: Callable[[Floats, np.ndarray], Lines]) -> Floats:
        """What the asked are scored by lines that were fitted without them."""
        scores = np.zeros_like(said)
        for left in range(min(FOLDS, int(place.max()) + 1)):
            rest, here = fold != left, fold[asked] == left
            weights, biases = fitted(examples[rest], own[rest])
            scores[here] = examples[asked[here]] @ weights + biases
        return scores

    close = unmet(partial(_regression, named)) if regressed else 0 * said
    found: list[tuple[float, _Mix]] = []
    for shrunk in ROUND:
        near = unmet(partial(_discriminant, named, shrunk))
        for count in COUNTS:
            for regression in REGRESSED if regressed else (0.0,):
                scores = said + count * near + regression * close
                scores -= scores[np.arange(len(asked)), own[asked]][:, None]
                for cooler in COOLER:
                    usual = np.log(count / COUNTS[0]) ** 2 + np.log(cooler) ** 2
                    usual += float(shrunk != ROUND[0]) + regression / 2
                    surprise = np.logaddexp.reduce(scores / cooler, axis=1).sum() + USUAL * usual
                    mix = _Mix(1 / cooler, count / cooler, regression / cooler, shrunk)
                    found.append((float(surprise), mix))
    return min(found, key=lambda each: each[0])[1]


def _regression(named: Floats, examples: Floats, own: np.ndarray) -> Lines:
    """What tells each theme from all others; a name counts as one more example. They add up to 0
    over the themes."""
    import torch

    vectors = torch.from_numpy(np.concatenate([named, examples]).astype(np.float32))
    which = torch.from_numpy(np.concatenate([np.arange(len(named)), own]))
    weights = torch.zeros(vectors.shape[1], len(named), requires_grad=True)
    biases = torch.zeros(len(named), requires_grad=True)
    search = torch.optim.LBFGS(
        [weights, biases], max_iter=STEPS, tolerance_grad=0.01, line_search_fn="strong_wolfe"
    )

    def surprise() -> Any:
        search.zero_grad()
        scores = torch.addmm(biases, vectors, weights)
        loss = torch.nn.functional.cross_entropy(scores, which, reduction="sum")
        loss = loss + weights.square().sum() / (2 * LOOSE)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    search.step(surprise)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), biases.detach().numpy()


def _discriminant(named: Floats, shrunk: float, examples: Floats, own: np.ndarray) -> Lines:
    return _lines(*_shape(named, examples, own, shrunk))


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


def _lines(middles: Floats, spread: Floats) -> Lines:
    """How much likelier a vector is around each middle than around 0: weights and biases."""
    weights = np.linalg.solve(spread, middles.T)
    return weights, np.asarray(-np.sum(middles.T * weights, axis=0) / 2)
