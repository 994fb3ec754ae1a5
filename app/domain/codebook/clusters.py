"""Passages that are alike, as groups. Pure; only the text worker imports it, for numpy.

Each round takes the passage that most customers' passages are close to, with those, until too few
customers are left: the greedy "community detection" of sentence-transformers (Reimers and Gurevych
2019, https://sbert.net), counted in customers, so that one who says much makes no group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Cosine of two passages, the mean of what customers say taken off. Chosen on half of the topics of
# tools/sentences/topics.tsv and looked at on the other half: see docs/adr/018.
CLOSE = 0.5
BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the passages, the most typical first, and their mean, of length 1."""

    rows: tuple[int, ...]
    centre: Floats


def groups(
    vectors: Floats,
    customers: Sequence[str],
    least: int,
    close: float = CLOSE,
    on_progress: Callable[[float], None] = lambda share: None,
) -> list[Group]:
    """Groups of `least` customers or more, the largest first; each passage is in one at most.

    vectors: (n, 384) of length 1, or 0 for a passage that is like nothing.
    """
    _, who = np.unique(np.array(list(customers), dtype=str), return_inverse=True)
    near = _near(vectors, close, on_progress)
    free = vectors.any(axis=1)
    sizes = near[:, free].sum(axis=1, dtype=np.int64)
    sizes[~free] = 0
    found: list[Group] = []
    while len(sizes) and sizes.max() >= least:
        best = int(sizes.argmax())
        sizes[best] = 0  # whatever comes of it, it begins no second group
        rows = np.flatnonzero(near[best] & free)
        if len(np.unique(who[rows])) < least:
            continue
        # Once more around the middle, which is less of an accident than the first passage.
        rows = np.flatnonzero(free & (vectors @ _mean(vectors[rows]) >= close))
        if len(np.unique(who[rows])) < least:
            continue
        centre = _mean(vectors[rows])
        order = np.argsort(-(vectors[rows] @ centre), kind="stable")
        found.append(Group(tuple(int(each) for each in rows[order]), centre))
        free[rows] = False
        sizes = np.minimum(sizes, near[:, free].sum(axis=1, dtype=np.int64)) * free
    return sorted(found, key=lambda group: -len(group.rows))


def _near(
    vectors: Floats, close: float, on_progress: Callable[[float], None]
) -> npt.NDArray[np.bool_]:
    """(n, n), in a byte each: 5 000 passages take 25 MB."""
    near = np.zeros((len(vectors), len(vectors)), np.bool_)
    for at in range(0, len(vectors), BLOCK):
        near[at : at + BLOCK] = vectors[at : at + BLOCK] @ vectors.T >= close
        on_progress(min(1.0, (at + BLOCK) / len(vectors)))
    return near


def _mean(vectors: Floats) -> Floats:
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
