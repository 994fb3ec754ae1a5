"""The learned closeness of passages and themes: ridge regression on all pairs of many codebooks.

Passages and themes are described by their nearness to landmarks (workers/understand/closeness.py).
For descriptions P (passages, m) and Q (themes, m) and the table Y of which is about which, less
each passage's mean over its codebook, the B that makes |P B Q' - Y|² + RIDGE |B|² least is had in
closed form from the eigenvectors of P'P and Q'Q, and cut to its first directions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.understand import heads
from workers.understand.closeness import Closeness

LANDMARKS, RANK = 1024, 128  # 512 and 96: 0.7 points less
RIDGE = 10.0  # of 3, 10 and 30, by trades left out
SPREAD = 0.1  # of a closeness over all pairs, so that it weighs like a cosine


@dataclass(frozen=True)
class Told:
    """A codebook's passages (n, 384) and themes (themes, 384), centred and of length 1, and which
    passage is about which (n, themes)."""

    passages: np.ndarray
    themes: np.ndarray
    truth: np.ndarray


def learn(every_book: Sequence[Told], seed: int) -> Closeness:
    """From the passages that are about a theme: of others there is nothing to be close to."""
    books = [
        Told(book.passages[about], book.themes, book.truth[about])
        for book in every_book
        for about in [book.truth.any(1)]
    ]
    passages = np.concatenate([book.passages for book in books])
    themes = np.concatenate([book.themes for book in books])
    every = np.concatenate([passages, themes])
    draw = np.random.default_rng(seed).permutation(len(every))[:LANDMARKS]
    bare = Closeness(every[draw], *[np.zeros((0, 0), np.float32)] * 2)
    values, vectors = np.linalg.eigh(bare.nearness(bare.landmarks).astype(np.float64))
    root = vectors / np.sqrt(np.maximum(values, 1e-4))
    said, called = bare.nearness(passages) @ root, bare.nearness(themes) @ root
    table = np.zeros((root.shape[1], root.shape[1]))
    row = column = 0
    for book in books:
        count, width = book.truth.shape
        own = said[row : row + count]
        about = book.truth.astype(float)
        about -= about.mean(1, keepdims=True)
        table += own.T @ about @ called[column : column + width]
        row, column = row + count, column + width
    pairs = _ridge(said, called, table)
    left, sizes, right = np.linalg.svd(pairs)
    sizes = np.sqrt(sizes[:RANK])
    passage, theme = root @ (left[:, :RANK] * sizes), root @ (right[:RANK].T * sizes)
    near = bare.nearness(passages)
    passage *= SPREAD / (near @ passage @ (bare.nearness(themes) @ theme).T).std()
    return Closeness(bare.landmarks, passage.astype(np.float32), theme.astype(np.float32))


def _ridge(left: np.ndarray, right: np.ndarray, table: np.ndarray) -> np.ndarray:
    """`table`: left' Y right."""
    a, u = np.linalg.eigh(left.T @ left)
    b, v = np.linalg.eigh(right.T @ right)
    return np.asarray(u @ ((u.T @ table @ v) / (np.outer(a, b) + RIDGE)) @ v.T)


def save(learned: Closeness) -> None:
    """A byte a number, with a unit for each column."""
    arrays: dict[str, np.ndarray] = {}
    for key in ("landmarks", "passage", "theme"):
        values = getattr(learned, key)
        unit = np.maximum(np.abs(values).max(0), 1e-9).astype(np.float32) / 127
        arrays[key], arrays[f"{key}_unit"] = np.round(values / unit).astype(np.int8), unit
    digest = hashlib.sha256(b"".join(arrays[key].tobytes() for key in sorted(arrays)))
    none = np.zeros(0, np.float16)
    np.savez_compressed(
        heads.FOLDER / "closeness.npz",
        labels=np.array([], dtype=str),
        version=np.array(digest.hexdigest()[:8]),
        mean=none,
        scale=none,
        **arrays,
    )
