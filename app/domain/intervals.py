"""How far a measured share may lie from the true one. Pure."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)  # two-sided 95 % of the normal distribution


def wilson(p: float, n: int, z: float = Z95) -> tuple[float, float]:
    """The interval of a share `p` of `n` > 0, both ends 0..1, which holds at 0 and 1 too.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference,
    JASA 22, 209-212.
    """
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return min(max(0.0, middle - half), p), max(min(1.0, middle + half), p)
