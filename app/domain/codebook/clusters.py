"""Passages that are alike, as groups. Pure; only the text worker imports it, for numpy.

Each round takes the passage that most others are near to, and what is close to the middle of
these, until too few customers are left: the greedy "community detection" of sentence-transformers
(Reimers and Gurevych 2019, https://sbert.net), counted in customers, so that one who says much
makes no group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Cosines after `apart`: of two passages that may begin a group, and of a passage with the group's
# middle, which is nearer to each. Chosen on half of the topics of tools/sentences/topics.tsv, where
# the groups met most topics and were purest; the other half is looked at in docs/adr/018.
NEAR, INSIDE = 0.3, 0.6
FEW = 50  # passages whose mean is half believed
BLOCK = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the passages, the most typical first, and their mean, of length 1."""

    rows: tuple[int, ...]
    centre: Floats


def apart(vectors: Floats) -> Floats:
    """What these passages have in common taken off, since all speak of the same company: the more
    the more there are. Length 1 again, 0 where there was nothing."""
    some = np.asarray(vectors.any(axis=1))
    if not some.any():
        return vectors
    common = vectors[some].mean(axis=0) * (some.sum() / (some.sum() + FEW))
    moved = np.where(some[:, None], vectors - common, 0)
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(length, 1e-9), np.float32)


def groups(
    vectors: Floats,
    customers: Sequence[str],
    least: int,
    on_progress: Callable[[float], None] = lambda share: None,
) -> list[Group]:
    """Groups of `least` customers or more, the largest first; each passage is in one at most.

    vectors: (n, 384) of length 1, or 0 for a passage that is like nothing.
    """
    _, who = np.unique(np.array(list(customers), dtype=str), return_inverse=True)
    near = _near(vectors, on_progress)
    free = np.asarray(vectors.any(axis=1))
    sizes = near[:, free].sum(axis=1, dtype=np.int64)
    begins = free.copy()
    found: list[Group] = []
    while begins.any():
        best = int(np.where(begins, sizes, 0).argmax())
        if sizes[best] < least:
            break
        begins[best] = False  # whatever comes of it, it begins no second group
        rows = np.flatnonzero(near[best] & free)
        if len(np.unique(who[rows])) < least:
            continue
        # Around the middle, which is less of an accident than the first passage.
        rows = np.flatnonzero(free & (vectors @ middle(vectors[rows]) >= INSIDE))
        if len(np.unique(who[rows])) < least:
            continue
        centre = middle(vectors[rows])
        order = np.argsort(-(vectors[rows] @ centre), kind="stable")
        found.append(Group(tuple(int(each) for each in rows[order]), centre))
        free[rows] = begins[rows] = False
        sizes -= near[:, rows].sum(axis=1, dtype=np.int64)
    return sorted(found, key=lambda group: -len(group.rows))


def _near(vectors: Floats, on_progress: Callable[[float], None]) -> npt.NDArray[np.bool_]:
    """(n, n), in a byte each: 5 000 passages take 25 MB."""
    near = np.zeros((len(vectors), len(vectors)), np.bool_)
    for at in range(0, len(vectors), BLOCK):
        near[at : at + BLOCK] = vectors[at : at + BLOCK] @ vectors.T >= NEAR
        on_progress(min(1.0, (at + BLOCK) / len(vectors)))
    return near


def middle(vectors: Floats) -> Floats:
    """Their mean, of length 1."""
    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)
