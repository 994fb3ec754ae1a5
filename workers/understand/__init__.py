"""Understanding passages: sentiment, emotions, themes and who needs a person, from words only.

`understand(texts, codebook)` is the whole interface. Each text is encoded once, and every head
reads that one pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

from app.domain.codebook.book import Codebook
from app.domain.search.encoder import readable
from app.domain.search.packing import rounded
from workers.understand import emotion, hand_off, sentiment, telling, themes
from workers.understand.base import (
    Emotion,
    Engine,
    Engines,
    HandOff,
    Sentiment,
    ThemeScore,
    Understanding,
)
from workers.understand.encoder import Encoded, Encoder, Floats
from workers.understand.outside import Outside
from workers.understand.wording import read_as

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

KEPT = 8  # codebooks whose themes stay vectors: of 100 themes with twenty examples, 5 MB each

_CALM = HandOff(needed=False, reason=None, score=0.0)


class Understander:
    """An encoder with its heads, loaded at the first use and kept for the life of the process."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        threads: int | None = None,
        sentiment_model: Path | None = None,
        emotion_model: Path | None = None,
    ) -> None:
        """`sentiment_model`, `emotion_model`: folders of transformers models that take the
        place of Heard's own heads."""
        self.encoder = Encoder(folder, threads=threads)
        self._sentiment = Outside(sentiment_model) if sentiment_model else None
        self._emotion = Outside(emotion_model) if emotion_model else None
        self._index = lru_cache(maxsize=KEPT)(self._indexed)

    @property
    def load_seconds(self) -> float:
        """How long loading the encoder took; 0 before the first use."""
        return self.encoder.load_seconds

    def understand(
        self, texts: Sequence[str], codebook: Codebook, meant: Sequence[str] | None = None
    ) -> list[Understanding]:
        """One per text, in order. A text with nothing to read (see `readable`) is neutral with
        confidence 0, with no emotion and no theme. `meant`: what is read in the place of each text
        for its vector, and so for its themes (`app.domain.search.vectors`). Raises StepFailed if a
        model or weights can't be had."""
        spoken = [index for index, text in enumerate(texts) if readable(text)]
        words = [texts[index] for index in spoken]
        masked = [read_as(text) for text in words]
        encoded = self.encoder.encode(masked)
        engines = Engines(
            self._sentiment.engine() if self._sentiment else sentiment.engine(),
            self._emotion.engine() if self._emotion else emotion.engine(),
            themes.engine(),
            hand_off.engine(),
        )
        results = [_nothing(engines)] * len(texts)
        if not words:
            return results
        vectors = self._vectors(masked, encoded, meant and [meant[index] for index in spoken])
        found = zip(
            self._sentiment.sentiments(masked)
            if self._sentiment
            else sentiment.sentiments(encoded.felt),
            self._emotion.emotions(masked) if self._emotion else emotion.emotions(encoded.features),
            self._index(codebook).themes(vectors),
            hand_off.hand_offs(words, encoded),
            vectors,
            strict=True,
        )
        for index, (feeling, emotions, about, person, vector) in zip(spoken, found, strict=True):
            if not self._emotion:
                emotions = emotion.beside(feeling, emotions)
            results[index] = Understanding(feeling, emotions, about, person, engines, vector)
        return results

    def worded(
        self, texts: Sequence[str], understood: Sequence[Understanding]
    ) -> list[Understanding]:
        """What `understand` made of the texts, with the words that say it wherever a person is
        needed: as much work again for such a text, which few are."""
        found = telling.worded(texts, [each.hand_off for each in understood], self.encoder.encode)
        return [
            replace(each, hand_off=person) for each, person in zip(understood, found, strict=True)
        ]

    def _vectors(
        self, read: Sequence[str], encoded: Encoded, meant: Sequence[str] | None
    ) -> Floats:
        """As they are once search has kept them: whoever hears themes later hears the same."""
        embedding = encoded.embedding.copy()
        instead = [read_as(text) for text in meant or ()]
        other = [row for row, text in enumerate(instead) if text != read[row]]
        if other:
            embedding[other] = self.encoder.embed([instead[row] for row in other])
        return rounded(embedding)

    def _indexed(self, codebook: Codebook) -> themes.ThemeIndex:
        return themes.ThemeIndex(codebook, self.encoder)


@cache
def shared(
    folder: Path | None = None,
    sentiment_model: Path | None = None,
    emotion_model: Path | None = None,
) -> Understander:
    """This process's own Understander."""
    return Understander(folder, sentiment_model=sentiment_model, emotion_model=emotion_model)


def understand(texts: Sequence[str], codebook: Codebook) -> list[Understanding]:
    """See `Understander.understand`; the encoder is loaded once per process."""
    return shared().understand(texts, codebook)


def _nothing(engines: Engines) -> Understanding:
    return Understanding(
        sentiment=Sentiment("neutral", 0.0, 0.0),
        emotions=(),
        themes=(),
        hand_off=_CALM,
        engines=engines,
    )
