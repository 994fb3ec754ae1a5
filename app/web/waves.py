"""Draws a recording's loudness: peaks into the few bars that a picture has room for."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from flask import Flask


def init_app(app: Flask) -> None:
    app.template_filter("bars")(bars)


def bars(peaks: Sequence[float] | None, number: int = 60) -> list[float]:
    """`number` heights 0..1, each the loudest peak of its share; none where nothing is known.

    Quiet recordings are drawn as large as loud ones: the shape matters, not the level.
    """
    if not peaks:
        return []
    loudest = max(peaks) or 1.0
    cuts = [round(i * len(peaks) / number) for i in range(number + 1)]
    return [
        max(peaks[begin : max(end, begin + 1)], default=0.0) / loudest
        for begin, end in pairwise(cuts)
    ]
