"""Understanding passages: sentiment, emotions, themes and who needs a person, from words only.

`understand(texts, codebook)` is the whole interface. Each text is encoded once, and every head
reads that one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from app.domain.codebooks import Codebook
from workers.understand import emotion, hand_off, sentiment, themes
from workers.understand.base import (
    Emotion,
    Engine,
    Engines,
    HandOff,
    Sentiment,
    ThemeScore,
    Understanding,
)
from workers.understand.encoder import Encoder

__all__ = [
    "Emotion",
    "Engine",
    "Engines",
    "HandOff",
    "Sentiment",
    "ThemeScore",
    "Understander",
    "Understanding",
    "shared",
    "understand",
]

_CALM = HandOff(needed=False, reason=None, score=0.0)


class Understander:
    """An encoder with its heads, loaded at the first use and kept for the life of the process."""

    def __init__(self, folder: Path | None = None, *, threads: int | None = None) -> None:
        self.encoder = Encoder(folder, threads=threads)
        self._index: tuple[Codebook, themes.ThemeIndex] | None = None

    @property
    def load_seconds(self) -> float:
        """How long loading the encoder took; 0 before the first use."""
        return self.encoder.load_seconds

    def understand(self, texts: Sequence[str], codebook: Codebook) -> list[Understanding]:
        """One per text, in order. A text without a letter is neutral with confidence 0 and has
        no theme. Raises StepFailed if the encoder or a head's weights can't be had."""
        spoken = [index for index, text in enumerate(texts) if any(c.isalpha() for c in text)]
        words = [texts[index] for index in spoken]
        encoded = self.encoder.encode(words)
        engines = Engines(sentiment.engine(), emotion.engine(), themes.engine(), hand_off.engine())
        results = [_nothing(engines)] * len(texts)
        if not words:
            return results
        found = zip(
            sentiment.sentiments(encoded.felt),
            emotion.emotions(encoded.features),
            self._themes(codebook).themes(encoded.embedding),
            hand_off.hand_offs(words, encoded),
            strict=True,
        )
        for index, (feeling, emotions, about, person) in zip(spoken, found, strict=True):
            results[index] = Understanding(feeling, emotions, about, person, engines)
        return results

    def _themes(self, codebook: Codebook) -> themes.ThemeIndex:
        if self._index is None or self._index[0] != codebook:
            self._index = codebook, themes.ThemeIndex(codebook, self.encoder)
        return self._index[1]


@cache
def shared(folder: Path | None = None) -> Understander:
    """This process's own Understander."""
    return Understander(folder)


def understand(texts: Sequence[str], codebook: Codebook) -> list[Understanding]:
    """See `Understander.understand`; the encoder is loaded once per process."""
    return shared().understand(texts, codebook)


def _nothing(engines: Engines) -> Understanding:
    return Understanding(
        sentiment=Sentiment("neutral", 0.0, 0.0),
        emotions=(Emotion(emotion.NEUTRAL, 1.0),),
        themes=(),
        hand_off=_CALM,
        engines=engines,
    )
