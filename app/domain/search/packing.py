"""How a vector of 384 numbers is kept: a byte for each, with their scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Records = npt.NDArray[np.void]

WIDTH = 384
# 404 bytes a passage: its id, of which masked text the vector is, and the numbers: each of them
# times scale / 127, and the whole has length 1. A scale of 0: nothing that could be read.
RECORD = np.dtype(
    [("segment", "<i8"), ("digest", "V8"), ("scale", "<f4"), ("numbers", "i1", (WIDTH,))]
)


def packed(vectors: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """Vectors (…, 384) → a byte for each number, and of each vector the largest, (…). The cosine
    with the vector that they stand for is 0.9999 (`tests/domain/search/test_vectors.py`)."""
    largest = np.abs(vectors).max(axis=-1)
    numbers = np.rint(vectors * (127 / largest)[..., None])
    return numbers.astype(np.int8), np.asarray(largest, np.float32)


def unpacked(records: Records) -> Floats:
    """(n, 384), length 1 up to rounding; 0 for what has none."""
    return _numbers(records["numbers"], records["scale"])


def rounded(vectors: Floats) -> Floats:
    """(n, 384) as they are once they have been kept."""
    return _numbers(*packed(vectors))


def _numbers(numbers: npt.NDArray[np.int8], scale: Floats) -> Floats:
    return np.asarray(numbers * (scale[..., None] / np.float32(127)), np.float32)
