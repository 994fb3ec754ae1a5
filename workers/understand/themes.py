"""Which of a codebook's themes a passage is about, from their descriptions and examples alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.domain.codebooks import Codebook
from workers.understand.base import Engine, ThemeScore
from workers.understand.encoder import NAME, Encoder
from workers.understand.heads import Floats, sigmoid

VERSION = "1"
# Set on the sentences in tools/sentences/themes_train.tsv, see docs/model-cards/themes.md.
SLOPE, MIDDLE = 14.0, 0.36  # similarity → confidence
LEAST = 0.5  # confidence of a theme that is kept
MOST = 3  # themes of one passage


def engine() -> Engine:
    return Engine(f"codebook similarity ({NAME})", VERSION)


class ThemeIndex:
    """A codebook's themes as vectors: one matrix for all of them, made once per codebook."""

    def __init__(self, codebook: Codebook, encoder: Encoder) -> None:
        self.names = codebook.names
        texts: list[str] = []
        owners: list[int] = []
        for row, theme in enumerate(codebook.themes):
            for text in (f"{theme.name}. {theme.description}", theme.name, *theme.examples):
                texts.append(text)
                owners.append(row)
        self._anchors = encoder.embed(texts)
        self._owners = np.asarray(owners)

    def score(self, embedding: Floats) -> Floats:
        """(n, 384) → similarity of each passage with each theme, (n, themes)."""
        every = embedding @ self._anchors.T
        scores = np.zeros((len(embedding), len(self.names)), np.float32)
        for row in range(len(self.names)):
            own = every[:, self._owners == row]
            scores[:, row] = 0.7 * own.max(axis=1) + 0.3 * own[:, 0]
        return scores

    def themes(self, embedding: Floats) -> list[tuple[ThemeScore, ...]]:
        """For each passage its themes with their confidence, surest first; often none."""
        return [self._kept(row) for row in confidence(self.score(embedding))]

    def _kept(self, row: Sequence[float] | Floats) -> tuple[ThemeScore, ...]:
        order = sorted(range(len(self.names)), key=lambda i: -float(row[i]))[:MOST]
        return tuple(
            ThemeScore(self.names[i], round(float(row[i]), 4)) for i in order if row[i] >= LEAST
        )


def confidence(similarity: Floats) -> Floats:
    return sigmoid(np.asarray(SLOPE * (similarity - MIDDLE), np.float32))
