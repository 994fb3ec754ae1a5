"""A group's figure with its interval, and worst ÷ best of every two groups. Pure.

Shares have Wilson's interval (1927), which holds at 0 and 1 too. Rates over words are drawn anew
respondent by respondent (bootstrap: Efron 1979, RESAMPLES draws, seeded): the words of one person
are alike, so words alone would make an interval look narrower than it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, inf, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from app.domain.intervals import wilson

RESAMPLES = 1000
SEED = 0
AT_ONCE = 4_000_000  # draws in memory at a time
HALF = 0.5  # of an event
HIGHEST = 1000.0  # of a ratio: beyond it a number says no more
Facts = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Estimate:
    """`n` respondents; `low`, `high`: the 95 % interval. `log_error`: of a rate, the standard error
    of its logarithm, with half an event added where it may be 0."""

    n: int
    value: float
    low: float
    high: float
    log_value: float = 0.0
    log_error: float = 0.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as badly the worse-served of two groups fares as the better, never below 1,
    with the interval in which it lies with 95 % for all pairs that were compared at once."""

    worst: str
    best: str
    value: float
    low: float
    high: float

    @property
    def beyond_chance(self) -> bool:
        return self.low > 1 + 1e-9

    def beyond(self, limit: float) -> bool:
        """Wider than that, and not by chance."""
        return self.beyond_chance and self.value > limit


def share(facts: Facts) -> Estimate:
    """Of respondents: each (1 or 0, 1)."""
    n, yes = len(facts), sum(fact[0] for fact in facts)
    low, high = wilson(yes / n, n)
    return Estimate(n, yes / n, low, high)


def rate(facts: Facts) -> Estimate:
    """Of words: each respondent's (what went wrong, out of how many)."""
    n = len(facts)
    parts = np.asarray(facts, dtype=np.float64)
    wrong, of = parts.sum(axis=0)
    drawn_wrong, drawn_of = _drawn(parts)
    low, high = np.percentile(drawn_wrong / drawn_of, (2.5, 97.5))
    half = HALF if drawn_wrong.min() <= 0 else 0.0  # a logarithm of nothing is none
    logs = np.log((drawn_wrong + half) / (drawn_of + half))
    error = float(logs.std()) * sqrt(n / (n - 1)) if n > 1 else inf
    if not wrong:  # nothing varies where nothing went wrong: Poisson's error for half an event
        error = max(error, 1 / sqrt(HALF))
    value = float(wrong / of)
    logarithm = log((wrong + half) / (of + half))
    return Estimate(n, value, min(float(low), value), max(float(high), value), logarithm, error)


def ratios(
    estimates: Sequence[tuple[str, Estimate]],
    *,
    more_is_worse: bool,
    pairs: int,
    kind: str,
    limit: float,
) -> list[Ratio]:
    """Worst ÷ best of every two groups, the most telling first: those beyond the limit by how
    surely they are, then the widest; of two that are alike, the one that more people tell. So a
    small group, of which little is sure, stands before no gap that is. `pairs`: how many were
    compared in all; the interval is Bonferroni's, since of many two differ by chance alone."""
    found = []
    for (one, first), (other, second) in combinations(estimates, 2):
        fewest = min(first.n, second.n)
        # Student's, for groups may be small: Wilson's limits alone are a little narrow there, too.
        z = quantile(1 - 0.025 / max(pairs, 1), max(fewest - 1, 1))
        (least, low), (most, high) = sorted(
            ((one, first), (other, second)), key=lambda each: each[1].value
        )
        sizes = (_shares if kind == "share" else _rates)(high, low, z)
        worst, best = (most, least) if more_is_worse else (least, most)
        ratio = Ratio(worst, best, *(min(each, HIGHEST) for each in sizes))
        beyond = ratio.beyond(limit)
        found.append((beyond, ratio.low if beyond else ratio.value, fewest, ratio))
    return [each[3] for each in sorted(found, key=lambda each: each[:3], reverse=True)]


def _rates(most: Estimate, least: Estimate, z: float) -> tuple[float, float, float]:
    """By the logarithm of each, whose error the draws told."""
    apart = most.log_value - least.log_value if most.value != least.value else 0.0
    reach = z * sqrt(most.log_error**2 + least.log_error**2)
    value = most.value / least.value if least.value else exp(max(apart, 0.0))
    low, high = exp(max(apart - reach, -50.0)), exp(min(apart + reach, 50.0))
    return max(value, 1.0), min(low, value), max(high, value)


def _shares(most: Estimate, least: Estimate, z: float) -> tuple[float, float, float]:
    """MOVER-R on Wilson's limits (Donner & Zou 2012, Stat. Methods Med. Res. 21, 347-359, eq. 9),
    which holds where nobody or everybody is meant. Where half an event, which is more in a small
    group than in a large one, turns the ratio round, it is 1: nobody knows who fares worse."""
    p, q = most.value, least.value
    (l1, u1), (l2, u2) = wilson(p, most.n, z), wilson(q, least.n, z)
    below = u2 * (2 * q - u2) or -1e-12
    low = (p * q - sqrt(max((p * q) ** 2 - l1 * (2 * p - l1) * below, 0.0))) / below
    above = l2 * (2 * q - l2)
    high = inf
    if above > 0:
        high = (p * q + sqrt(max((p * q) ** 2 - u1 * (2 * p - u1) * above, 0.0))) / above
    # Nobody in the one group: half an event is added to both (Walter 1975)
    value = p / q if q else (p * most.n + HALF) / (most.n + HALF) * (least.n + HALF) / HALF
    value = max(value, 1.0) if p != q else 1.0
    return value, min(low, value), max(high, value)


def quantile(chance: float, free: int) -> float:
    """Of Student's distribution with `free` degrees of freedom.

    Source: Abramowitz & Stegun 1964, 26.7.5 (its first terms).
    """
    z = NormalDist().inv_cdf(chance)
    return (
        z
        + (z**3 + z) / (4 * free)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * free**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * free**3)
    )


def _drawn(parts: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n, draws = len(parts), np.random.default_rng(SEED)
    rows = max(1, AT_ONCE // n)
    sums = []
    for at in range(0, RESAMPLES, rows):
        picked = draws.integers(0, n, (min(rows, RESAMPLES - at), n), dtype=np.int32)
        sums.append(parts[picked].sum(axis=1))
    whole = np.concatenate(sums)
    return whole[:, 0], whole[:, 1]
