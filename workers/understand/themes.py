"""Which of a codebook's themes a passage is about, from their descriptions and examples alone.

Each pair of a passage and a theme has four likenesses: to the theme's name with its description,
to the bare name, to the bare description, and to the description's nearest part ("Points,
vouchers, multibuys"). A logistic scorer that learned on many codebooks weighs them; a second one
decides, from the score and from how it stands among the other themes', whether the passage is
about the theme. Where a theme has taught examples, a linear discriminant of them and of its name is
added: all themes share one spread, shrunk towards round, as few examples say little of it
(Friedman 1989). Both scorers were learned on codebooks that the published figures leave out
(docs/model-cards/themes.md).
"""

from __future__ import annotations

import re

import numpy as np

from app.domain.codebook.book import MOST_GIVEN, Codebook, Theme
from workers.understand.base import Engine, ThemeScore
from workers.understand.encoder import NAME, WIDTH, Encoder
from workers.understand.heads import Floats, load, sigmoid
from workers.understand.wording import read_as, versioned

# Fitted on topics.tsv's taught part, each example left out in turn: 0.57 by names alone, 0.63 with
# one other example for each of the 77 topics, 0.68 with four; the middle of the four alone: 0.54.
TAUGHT = 30.0  # what the discriminant counts for beside the scorer
ROUND = 0.9  # how far the spread is shrunk
# Where all other themes are taught, one without examples begins at this share of what they lose on
# a passage that isn't about them; at less where fewer are taught. Chosen on 12 trades of
# told/topics.tsv: of 16 themes the one that is untaught is then given to 4 % of the passages about
# others, and not to 29 %, and found as often as the taught ones.
UNTAUGHT = 0.5
_PARTS = re.compile(r"[,;:]| and | or |\. ")


def engine() -> Engine:
    counts = f"{TAUGHT} {ROUND} {UNTAUGHT}"
    return Engine(f"codebook scorer ({NAME})", versioned(load("themes").version, counts))


class ThemeIndex:
    """A codebook's themes as vectors, made once per codebook: a few matrix products for all.

    Vectors are compared after the mean of what customers say is taken off: without that every
    passage is a little like every theme, and most like the vaguest one.
    """

    def __init__(self, codebook: Codebook, encoder: Encoder) -> None:
        self.names = codebook.names
        themes = codebook.themes
        parts = [_parts(theme) for theme in themes]
        texts = [f"{theme.name}. {theme.description}" for theme in themes]
        texts += self.names
        texts += [theme.description or theme.name for theme in themes]
        texts += [part for several in parts for part in several]
        texts += [read_as(example) for theme in themes for example in theme.examples]
        anchors = centred(encoder.embed(texts))
        self._anchors = anchors[: 3 * len(themes)]
        begin = 3 * len(themes)
        self._parts = anchors[begin : begin + sum(map(len, parts))]
        self._first = np.cumsum([0, *map(len, parts)][:-1], dtype=int)
        counts = [len(theme.examples) for theme in themes]
        named = anchors[len(themes) : 2 * len(themes)]
        self._taught = _discriminant(named, anchors[begin + len(self._parts) :], counts)

    def likenesses(self, embedding: Floats) -> Floats:
        """(n, 384) → (n, themes, 4): the four likenesses above, cosines."""
        every = centred(embedding)
        whole = (every @ self._anchors.T).reshape(len(every), 3, -1).transpose(0, 2, 1)
        if not len(self.names):
            return np.zeros((len(every), 0, 4), np.float32)
        nearest = np.maximum.reduceat(every @ self._parts.T, self._first, axis=1)
        return np.concatenate([whole, nearest[..., None]], 2)

    def similarity(self, embedding: Floats) -> Floats:
        """(n, 384) → how much each passage is like each theme, (n, themes): log-odds."""
        extra = load("themes").extra
        scores = self.likenesses(embedding) @ extra["pair"][:-1] + extra["pair"][-1]
        weights, biases = self._taught
        return np.asarray(scores + centred(embedding) @ weights + biases, np.float32)

    def themes(self, embedding: Floats) -> list[tuple[ThemeScore, ...]]:
        """For each passage its themes with their confidence, surest first; often none."""
        if not len(self.names):
            return [()] * len(embedding)
        extra = load("themes").extra
        standing = among(self.similarity(embedding))
        sure = sigmoid(standing @ extra["decide"][:-1] + extra["decide"][-1])
        return [self._kept(row, float(extra["least"][0])) for row in sure]

    def _kept(self, row: Floats, least: float) -> tuple[ThemeScore, ...]:
        return tuple(
            ThemeScore(self.names[i], round(float(row[i]), 4))
            for i in np.argsort(-row, kind="stable")[:MOST_GIVEN]
            if row[i] >= least
        )


def among(scores: Floats) -> Floats:
    """(n, themes) → (n, themes, 5): each score, how far it is above the best other one, and the
    passage's mean, spread and second-best score."""
    best = np.sort(scores, axis=1)[:, ::-1]
    first, second = best[:, :1], best[:, min(1, scores.shape[1] - 1)][:, None]
    rival = np.where(scores >= first, second, first)
    mean, spread = scores.mean(1, keepdims=True), scores.std(1, keepdims=True)
    return np.stack(np.broadcast_arrays(scores, scores - rival, mean, spread, second), 2)


def _discriminant(named: Floats, taught: Floats, counts: list[int]) -> tuple[Floats, Floats]:
    """Names (themes, 384), examples one theme after the other and their counts → weights
    (384, themes) and biases; for a theme without examples what keeps it on a level with others."""
    weights = np.zeros((WIDTH, len(counts)), np.float32)
    biases = np.zeros(len(counts), np.float32)
    which = np.repeat(np.arange(len(counts)), counts)
    rows = np.unique(which)
    if not len(rows):
        return weights, biases
    vectors = np.concatenate([named[rows], taught])
    where = np.searchsorted(rows, np.concatenate([rows, which]))
    middles = np.stack([vectors[where == row].mean(0) for row in range(len(rows))])
    apart = vectors - middles[where]
    spread = apart.T @ apart
    spread *= (1 - ROUND) * WIDTH / max(float(np.trace(spread)), 1e-9)
    lines = np.linalg.solve(spread + ROUND * np.eye(WIDTH), middles.T)
    weights[:, rows] = TAUGHT * lines
    taken = -TAUGHT / 2 * np.sum(middles.T * lines, axis=0)
    biases += UNTAUGHT * len(rows) / len(counts) * taken.mean()
    biases[rows] = taken
    return weights, biases


def _parts(theme: Theme) -> list[str]:
    parts = [part.strip() for part in _PARTS.split(theme.description)]
    return [part for part in parts if part] or [theme.name]


def centred(embedding: Floats) -> Floats:
    """Vectors of length 1 again, after the mean of customers' sentences was taken off."""
    moved = embedding - load("themes").extra["centre"]
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), np.float32).reshape(-1, WIDTH)
