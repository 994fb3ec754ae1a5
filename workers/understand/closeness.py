"""How close a passage is to a theme's words, as many codebooks taught it.

Sentences that share no word with their theme ("we stood at the belt till it stopped") are close to
it only for those who know the trade. What passages of many trades were about says some of it: each
vector is described by its nearness to some of theirs (the Nyström method: Williams & Seeger 2000),
and two thin matrices, learned by ridge regression on all pairs at once, carry those descriptions to
where a dot product is the closeness. tools/text_heads/closeness.py makes them; a byte a number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from workers.understand.heads import Floats, load

BREADTH = 0.5  # of exp((cosine - 1) / BREADTH): 0.25 and 1 were no better on trades left out


@dataclass(frozen=True, slots=True)
class Closeness:
    """`landmarks` (m, 384), of length 1; `passage` and `theme` (m, rank)."""

    landmarks: Floats
    passage: Floats
    theme: Floats

    def nearness(self, centred: Floats) -> Floats:
        """Vectors of length 1 (n, 384), the mean taken off → (n, m), 0..1."""
        return np.asarray(np.exp((centred @ self.landmarks.T - 1) / BREADTH), np.float32)


@cache
def closeness() -> Closeness:
    """The one that is kept with the heads. Raises StepFailed where it is missing."""
    extra = load("closeness").extra
    return Closeness(
        *(extra[key] * extra[f"{key}_unit"] for key in ("landmarks", "passage", "theme"))
    )
