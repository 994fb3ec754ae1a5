"""A codebook as it may be met: with descriptions or without, with passages shown as examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.domain.codebook.book import Codebook, Theme
from tools.text_heads.codebooks import Book, Remembered
from workers.understand import taught
from workers.understand.closeness import Closeness
from workers.understand.themes import ThemeIndex, centred

# Examples for each theme that is taught, the share of themes that are, and whether described.
TAUGHT = ((1, 1.0, True), (2, 0.5, True), (5, 1.0, False), (5, 0.5, True))


@dataclass(frozen=True)
class Weights:
    """Of the likenesses of a theme that is described and of a bare name, each with a constant."""

    pair: np.ndarray
    bare: np.ndarray


@dataclass(frozen=True)
class Episode:
    """`likeness` (n, themes, LIKENESSES) of passages that were not shown and their vectors, centred
    (n, 384), how much they say of anything (n,), which theme each is about (n, themes); the same of
    the examples, one theme's after the other's, with how many each theme has, and the vectors of
    the names."""

    source: str
    described: bool
    likeness: np.ndarray
    vectors: np.ndarray
    substance: np.ndarray
    truth: np.ndarray
    shown: np.ndarray
    examples: np.ndarray
    counts: list[int]
    named: np.ndarray

    @property
    def way(self) -> str:
        told = "names and descriptions" if self.described else "names alone"
        return f"{self.source}, {told}, {max(self.counts)} examples"

    def scores(self, weights: Weights) -> np.ndarray:
        """As ThemeIndex.similarity makes them, with these weights of the likenesses."""
        pair = weights.pair if self.described else weights.bare
        names = self.likeness @ pair[:-1] + pair[-1]
        if not len(self.examples):
            return np.asarray(names)
        said = (self.shown @ pair[:-1] + pair[-1]).astype(np.float32)
        # Few enough to be asked all, in their order.
        learned = taught.taught(self.named, self.examples, self.counts, lambda _: said)
        return np.asarray(learned.names * names + self.vectors @ learned.weights + learned.biases)


def heard(
    book: Book, encoder: Remembered, learned: Closeness, substance: np.ndarray, seed: int
) -> list[Episode]:
    """`substance`: weights of a centred vector and a constant."""
    everyone = np.arange(len(book.texts))
    nothing: list[list[int]] = [[]] * len(book.codebook.themes)
    found = [
        _heard(book, encoder, learned, substance, nothing, everyone, described)
        for described in (True, False)
    ]
    chance = np.random.default_rng(seed)
    for count, share, described in TAUGHT:
        shown = [
            _drawn(book.truth, theme, count, chance) if chance.random() < share else []
            for theme in range(len(book.codebook.themes))
        ]
        rest = np.setdiff1d(everyone, [row for rows in shown for row in rows])
        found.append(_heard(book, encoder, learned, substance, shown, rest, described))
    return found


def _drawn(truth: np.ndarray, theme: int, count: int, chance: np.random.Generator) -> list[int]:
    """Rows about this theme alone."""
    rows = np.flatnonzero(truth[:, theme] & (truth.sum(1) == 1))
    kept = min(count, len(rows) - 1)  # at least one is asked about
    return [int(row) for row in chance.permutation(rows)[: max(0, kept)]]


def _heard(
    book: Book,
    encoder: Remembered,
    learned: Closeness,
    substance: np.ndarray,
    shown: list[list[int]],
    rest: np.ndarray,
    described: bool,
) -> Episode:
    themes = tuple(
        Theme(theme.name, theme.description * described) for theme in book.codebook.themes
    )
    index = ThemeIndex(Codebook(themes), encoder, learned)
    vectors = centred(book.embedding)
    examples = vectors[[row for rows in shown for row in rows]]
    return Episode(
        book.source,
        described,
        index.likenesses(vectors[rest]),
        vectors[rest],
        vectors[rest] @ substance[:-1] + substance[-1],
        book.truth[rest],
        index.likenesses(examples),
        examples,
        [len(rows) for rows in shown],
        centred(encoder.embed([theme.name for theme in themes])),
    )
