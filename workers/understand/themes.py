"""Which of a codebook's themes a passage is about, from their descriptions and examples alone."""

from __future__ import annotations

import numpy as np

from app.domain.codebooks import Codebook
from workers.understand.base import Engine, ThemeScore
from workers.understand.encoder import NAME, WIDTH, Encoder
from workers.understand.heads import Floats, load, sigmoid

# Chosen by tools/text_heads/themes.py on one codebook and measured on another; both are in
# tools/sentences/, the figures in docs/model-cards/themes.md.
NAMED = 0.3  # how much a theme's bare name counts beside its name with the description
SHOWN = 0.5  # how far a nearer example pulls the similarity up to its own
LEAST = 0.20  # similarity of a theme that is kept; a passage about nothing stays below
NEAR = 0.05  # a second theme is kept when it is nearly as similar as the first
MOST = 3  # themes of one passage
SLOPE, MIDDLE = 19.8, 0.23  # similarity → chance that a reader agrees (logistic fit, as above)


def engine() -> Engine:
    return Engine(f"codebook similarity ({NAME})", load("themes").version)


class ThemeIndex:
    """A codebook's themes as vectors: one matrix for all of them, made once per codebook.

    Vectors are compared after the mean of what customers say is taken off: without that every
    passage is a little like every theme, and most like the vaguest one.
    """

    def __init__(self, codebook: Codebook, encoder: Encoder) -> None:
        self.names = codebook.names
        texts = [f"{theme.name}. {theme.description}" for theme in codebook.themes]
        texts += self.names
        texts += [example for theme in codebook.themes for example in theme.examples]
        self._anchors = centred(encoder.embed(texts))
        count = len(self.names)
        ends = 2 * count + np.cumsum([len(theme.examples) for theme in codebook.themes])
        self._examples = [
            slice(int(end) - len(theme.examples), int(end))
            for end, theme in zip(ends, codebook.themes, strict=True)
        ]

    def similarity(self, embedding: Floats) -> Floats:
        """(n, 384) → how like each passage is to each theme, (n, themes)."""
        every = centred(embedding) @ self._anchors.T
        count = len(self.names)
        scores = (1 - NAMED) * every[:, :count] + NAMED * every[:, count : 2 * count]
        for column, examples in enumerate(self._examples):
            if examples.start < examples.stop:
                nearest = every[:, examples].max(axis=1)
                scores[:, column] += SHOWN * np.maximum(0, nearest - scores[:, column])
        return np.asarray(scores, np.float32)

    def themes(self, embedding: Floats) -> list[tuple[ThemeScore, ...]]:
        """For each passage its themes with their confidence, surest first; often none."""
        return [self._kept(row) for row in self.similarity(embedding)]

    def _kept(self, row: Floats) -> tuple[ThemeScore, ...]:
        if not len(row):
            return ()
        least = max(LEAST, float(row.max()) - NEAR)
        sure = sigmoid(SLOPE * (row - MIDDLE))
        return tuple(
            ThemeScore(self.names[i], round(float(sure[i]), 4))
            for i in np.argsort(-row, kind="stable")[:MOST]
            if row[i] >= least
        )


def centred(embedding: Floats) -> Floats:
    """Vectors of length 1 again, after the mean of customers' sentences was taken off."""
    moved = embedding - load("themes").extra["centre"]
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), np.float32).reshape(-1, WIDTH)
