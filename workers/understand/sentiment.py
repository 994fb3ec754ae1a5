"""Negative, neutral or positive, from what is said."""

from __future__ import annotations

from workers.understand.base import Engine, Label, Sentiment
from workers.understand.heads import Floats, load, softmax
from workers.understand.wording import versioned

LABELS: tuple[Label, ...] = ("negative", "neutral", "positive")


def engine() -> Engine:
    return Engine("heard-sentiment", versioned(load("sentiment").version))


def sentiments(felt: Floats) -> list[Sentiment]:
    """One per row. The score is P(positive) - P(negative); chances are calibrated by one
    temperature, set on passages held out from training."""
    head = load("sentiment")
    chances = softmax(head.logits(felt) / head.extra["temperature"])
    return [
        Sentiment(
            label=LABELS[int(row.argmax())],
            score=round(float(row[2] - row[0]), 4),
            confidence=round(float(row.max()), 4),
        )
        for row in chances
    ]
