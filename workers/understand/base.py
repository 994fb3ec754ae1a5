"""What understanding a passage gives: plain data, with the engine that said so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from app.domain.search.packing import Floats

Label = Literal["negative", "neutral", "positive"]


@dataclass(frozen=True, slots=True)
class Engine:
    name: str
    version: str

    def as_json(self) -> dict[str, str]:
        return {"engine": self.name, "version": self.version}


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`score` is -1 (negative) .. 1 (positive); `confidence` the calibrated chance, 0..1, that
    the label is right."""

    label: Label
    score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Emotion:
    """One of the seven shown emotions, or neutral. `score` is a chance, 0..1."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class ThemeScore:
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class HandOff:
    """Whether a person should look at this, why, and the words that say so: the plain ones, none
    where there are none until `Understander.worded` has looked for what tells."""

    needed: bool
    reason: str | None
    score: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Engines:
    sentiment: Engine
    emotions: Engine
    themes: Engine
    hand_off: Engine


@dataclass(frozen=True, slots=True)
class Understanding:
    """`vector`: what the passage means, (384,), as search keeps it; None where there is nothing to
    read."""

    sentiment: Sentiment
    emotions: tuple[Emotion, ...]
    themes: tuple[ThemeScore, ...]
    hand_off: HandOff
    engines: Engines
    vector: Floats | None = field(default=None, compare=False, repr=False)

    def as_json(self) -> dict[str, object]:
        """The shape of `heard understand`, without the id."""
        engines = self.engines
        return {
            "sentiment": {
                "label": self.sentiment.label,
                "score": self.sentiment.score,
                "confidence": self.sentiment.confidence,
                **engines.sentiment.as_json(),
            },
            "emotions": [
                {"label": emotion.label, "score": emotion.score, **engines.emotions.as_json()}
                for emotion in self.emotions
            ],
            "themes": [
                {"name": theme.name, "score": theme.score, **engines.themes.as_json()}
                for theme in self.themes
            ],
            "hand_off": {
                "needed": self.hand_off.needed,
                "reason": self.hand_off.reason,
                "score": self.hand_off.score,
                "words": list(self.hand_off.words),
                **engines.hand_off.as_json(),
            },
        }
