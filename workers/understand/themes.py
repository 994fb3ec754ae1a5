"""Which of a codebook's themes a passage is about, from their descriptions and examples alone.

Each pair of a passage and a theme has five likenesses: to the theme's name with its description,
to the bare name, to the bare description, to the description's nearest part ("Points, vouchers,
multibuys"), and the closeness that was learned (closeness.py). A scorer that learned on many
codebooks weighs these, in one way for themes that are described and in another for bare names; what
themes were taught by examples is added (taught.py). A second scorer decides, from the score and
from how it stands among the other themes', whether the passage is about the theme. Where any theme
has examples a third one does, which also knows how the theme stands by its words alone. All were
learned on codebooks that the published figures leave out (docs/model-cards/themes.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.domain.codebook.book import MOST_GIVEN, Codebook, Theme
from workers.understand import taught
from workers.understand.base import Engine, ThemeScore
from workers.understand.closeness import Closeness, closeness
from workers.understand.encoder import NAME, WIDTH, Encoder
from workers.understand.heads import Floats, load, sigmoid
from workers.understand.wording import read_as, versioned

LIKENESSES = 5  # of a passage and a theme
_PARTS = re.compile(r"[,;:]| and | or |\. ")


def engine() -> Engine:
    heads = (load("themes").version, load("closeness").version)
    return Engine(f"codebook scorer ({NAME})", versioned(*heads, taught.VERSION))


class ThemeIndex:
    """A codebook's themes as vectors, made once per codebook: a few matrix products for all.

    Vectors are compared after the mean of what customers say is taken off: without that every
    passage is a little like every theme, and most like the vaguest one.
    """

    def __init__(
        self, codebook: Codebook, encoder: Encoder, learned: Closeness | None = None
    ) -> None:
        """`learned`: another closeness than the one that is kept with the heads."""
        self.names = codebook.names
        self._learned = learned or closeness()
        themes = codebook.themes
        parts = [_parts(theme) for theme in themes]
        texts = wordings(themes)
        texts += [part for several in parts for part in several]
        texts += [read_as(example) for theme in themes for example in theme.examples]
        anchors = centred(encoder.embed(texts))
        many, begin = len(themes), 3 * len(themes)
        self._anchors = anchors[:begin]
        self._parts = anchors[begin : begin + sum(map(len, parts))]
        self._first = np.cumsum([0, *map(len, parts)][:-1], dtype=int)
        bare = np.array([not theme.description.strip() for theme in themes], bool)
        self._pair = pair(bare)
        self._close = self._learned.nearness(called(self._anchors)) @ self._learned.theme
        counts = [len(theme.examples) for theme in themes]
        examples = anchors[begin + len(self._parts) :]
        named = anchors[many : 2 * many]
        self._taught = taught.taught(named, examples, counts, self._said)
        self._counts = np.array(counts)
        self._middles = named.copy()
        np.add.at(self._middles, np.repeat(np.arange(many), counts), examples)
        self._middles = _unit(self._middles)

    def likenesses(self, every: Floats) -> Floats:
        """Centred vectors (n, 384) → (n, themes, LIKENESSES): the likenesses above."""
        found = np.zeros((len(every), len(self.names), LIKENESSES), np.float32)
        if len(self.names):
            whole = (every @ self._anchors.T).reshape(len(every), 3, len(self.names))
            found[..., :3] = whole.transpose(0, 2, 1)
            found[..., 3] = np.maximum.reduceat(every @ self._parts.T, self._first, axis=1)
            near = self._learned.nearness(every)
            found[..., 4] = near @ self._learned.passage @ self._close.T
        return found

    def similarity(self, embedding: Floats) -> Floats:
        """(n, 384) → how much each passage is like each theme, (n, themes): log-odds."""
        every = centred(embedding)
        return self._scores(every, self._said(every))

    def _scores(self, every: Floats, said: Floats) -> Floats:
        learned = every @ self._taught.weights + self._taught.biases
        return np.asarray(self._taught.names * said + learned, np.float32)

    def standing(self, every: Floats, substance: Floats) -> Floats:
        """Centred vectors (n, 384) and their substance (n,) → what is known of each theme for the
        choice, (n, themes, 6): see `among`. Where any has examples there are 11: also how it stands
        by its words alone, the logarithm of 1 + its examples, and the cosine with their middle."""
        said = self._said(every)
        standing = among(self._scores(every, said), substance)
        if not self._counts.any():
            return standing
        worded = among(said, substance)[..., :3]
        more = np.broadcast_arrays(np.log1p(self._counts), every @ self._middles.T)
        return np.asarray(np.concatenate([standing, worded, np.stack(more, 2)], 2), np.float32)

    def _said(self, every: Floats) -> Floats:
        """What names and descriptions say of centred vectors, (n, themes)."""
        weighed = np.einsum("ntl,tl->nt", self.likenesses(every), self._pair[:, :-1])
        return np.asarray(weighed + self._pair[:, -1], np.float32)

    def themes(self, embedding: Floats) -> list[tuple[ThemeScore, ...]]:
        """For each passage its themes with their confidence, surest first; often none."""
        if not len(self.names):
            return [()] * len(embedding)
        extra, way = load("themes").extra, "_taught" if self._counts.any() else ""
        decide, least = extra[f"decide{way}"], float(extra[f"least{way}"][0])
        every = centred(embedding)
        sure = sigmoid(self.standing(every, substance(every)) @ decide[:-1] + decide[-1])
        return [self._kept(row, least) for row in sure]

    def _kept(self, row: Floats, least: float) -> tuple[ThemeScore, ...]:
        return tuple(
            ThemeScore(self.names[i], round(float(row[i]), 4))
            for i in np.argsort(-row, kind="stable")[:MOST_GIVEN]
            if row[i] >= least
        )


def pair(bare: npt.NDArray[np.bool_]) -> Floats:
    """(themes,) whether each has no description → what its likenesses weigh, and a constant,
    (themes, LIKENESSES + 1)."""
    extra = load("themes").extra
    return np.where(bare[:, None], extra["bare"], extra["pair"])


def wordings(themes: Sequence[Theme]) -> list[str]:
    """Of all themes the name with the description, then all names, then all descriptions; a theme
    without a description has its name for one."""
    told = [theme.description or theme.name for theme in themes]
    names = [theme.name for theme in themes]
    return [*(f"{name}. {more}" for name, more in zip(names, told, strict=True)), *names, *told]


def called(anchors: Floats) -> Floats:
    """Vectors of `wordings` (3 * themes, 384) → one for each theme, of length 1."""
    both, name, description = np.split(anchors, 3)
    return _unit(2 * both + name + description)


def substance(every: Floats) -> Floats:
    """Centred vectors (n, 384) → (n,): how much each says of what a company does, log-odds. What
    people tell of their own day, of others, or "all fine from me" says nothing of it."""
    line = load("themes").extra["substance"]
    return np.asarray(every @ line[:-1] + line[-1], np.float32)


def among(scores: Floats, substance: Floats) -> Floats:
    """(n, themes) and (n,) → (n, themes, 6): each score, how far it is above the best other one,
    its share of all (the logarithm), and the passage's mean, spread and substance."""
    best = np.sort(scores, axis=1)[:, ::-1]
    first, second = best[:, :1], best[:, min(1, scores.shape[1] - 1)][:, None]
    rival = np.where(scores >= first, second, first)
    share = scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)
    passage = (scores.mean(1), scores.std(1), substance)
    standing = (scores, scores - rival, share, *(each[:, None] for each in passage))
    return np.stack(np.broadcast_arrays(*standing), 2)


def _parts(theme: Theme) -> list[str]:
    parts = [part.strip() for part in _PARTS.split(theme.description)]
    return [part for part in parts if part] or [theme.name]


def centred(embedding: Floats) -> Floats:
    """Vectors of length 1 again, after the mean of customers' sentences was taken off."""
    moved = embedding - load("themes").extra["centre"]
    return _unit(moved).reshape(-1, WIDTH)


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), np.float32)
