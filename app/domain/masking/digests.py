"""What tells texts and words from others, without showing them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def digest(text: str) -> str:
    """32 hex digits that tell a text from others."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def of_words(words: Sequence[str]) -> str:
    """The same of words, folded."""
    return digest(" ".join(words))
