"""What a speaker says they feel: seven emotions that can be acted on, or neutral.

GoEmotions' 27 are learned first, then gathered: several can hold at once. One that contradicts a
sentiment that is at least fairly sure is left out ("No complaints": nobody is frustrated).
"""

from __future__ import annotations

from app.domain.wording import FAIRLY_SURE
from workers.understand.base import Emotion, Engine, Sentiment
from workers.understand.heads import Floats, load, sigmoid
from workers.understand.wording import versioned

# Surprise, curiosity, realisation, desire, caring and approval have no clear direction in a
# customer's story and are left out; what surprised people comes with joy or frustration beside it.
GATHERED: dict[str, tuple[str, ...]] = {
    "joy": (
        "admiration",
        "amusement",
        "excitement",
        "joy",
        "love",
        "optimism",
        "pride",
        "relief",
    ),
    "gratitude": ("gratitude",),
    "frustration": ("annoyance", "disappointment", "disapproval"),
    "anger": ("anger", "disgust"),
    "sadness": ("sadness", "grief", "remorse", "embarrassment"),
    "worry": ("fear", "nervousness"),
    "confusion": ("confusion",),
}
SHOWN = tuple(GATHERED)
NEUTRAL = "neutral"
# Who is sad or worried may praise all the same; these don't go with one another.
CONTRARY = {"positive": ("frustration", "anger"), "negative": ("joy", "gratitude")}


def engine() -> Engine:
    return Engine("heard-emotion", versioned(load("emotion").version, load("sentiment").version))


def emotions(features: Floats) -> list[tuple[Emotion, ...]]:
    """For each row the emotions beyond their threshold, strongest first; else neutral alone."""
    head = load("emotion")
    chances = sigmoid(head.logits(features) / head.extra["temperature"])
    results = []
    for row in chances:
        found = [
            Emotion(label, round(float(chance), 4))
            for label, chance, least in zip(head.labels, row, head.extra["threshold"], strict=True)
            if chance >= least
        ]
        calm = Emotion(NEUTRAL, round(float(1 - row.max()), 4))
        results.append(tuple(sorted(found, key=lambda e: -e.score)) or (calm,))
    return results


def beside(sentiment: Sentiment, found: tuple[Emotion, ...]) -> tuple[Emotion, ...]:
    """Of a passage's emotions those that its sentiment doesn't contradict; else neutral alone."""
    if sentiment.confidence < FAIRLY_SURE:
        return found
    contrary = CONTRARY.get(sentiment.label, ())
    kept = tuple(each for each in found if each.label not in contrary)
    return kept or (Emotion(NEUTRAL, round(1 - found[0].score, 4)),)


def go_emotions(features: Floats) -> list[tuple[str, ...]]:
    """GoEmotions' own labels (28 with neutral) for each row, to measure against its test set."""
    head = load("go_emotions")
    chances = sigmoid(head.logits(features))
    return [
        tuple(label for label, yes in zip(head.labels, row, strict=True) if yes)
        for row in chances >= head.extra["threshold"]
    ]
