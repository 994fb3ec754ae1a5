"""A measured figure with its interval, and the page that shows all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.intervals import wilson

RESAMPLES = 1000


@dataclass(frozen=True)
class Figure:
    """`low`, `high`: the 95 % interval. `wanted`: the bar that was set before, or nothing."""

    what: str
    data: str
    n: int
    value: float
    low: float
    high: float
    engine: str
    wanted: str = ""


def resampled(
    what: str, data: str, n: int, measure: Callable[[np.ndarray], float], engine: str, wanted: str
) -> Figure:
    """A figure of all n rows, with the bootstrap's interval (Efron 1979: the 2.5th and 97.5th
    percentile of RESAMPLES draws with replacement, seed 0). `measure` takes row numbers."""
    draws = np.random.default_rng(0)
    values = [measure(draws.integers(0, n, n)) for _ in range(RESAMPLES)]
    low, high = np.nanpercentile(values, (2.5, 97.5))
    return Figure(what, data, n, measure(np.arange(n)), float(low), float(high), engine, wanted)


def share(what: str, data: str, yes: Sequence[bool], engine: str, wanted: str) -> Figure:
    """A proportion with Wilson's interval (1927), which holds at 0 and 1 too."""
    n = len(yes)
    p = sum(yes) / n
    return Figure(what, data, n, p, *wilson(p, n), engine, wanted)


def rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    return [
        (
            each.what,
            each.data,
            f"{each.n:,}".replace(",", " "),
            f"{each.value:.3f}",
            f"{each.low:.3f} - {each.high:.3f}",
            each.wanted,
            each.engine,
        )
        for each in figures
    ]


HEAD = ("what", "data", "n", "figure", "95 % interval", "goal", "engine and version")


def markdown(figures: Sequence[Figure]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows(figures))])
