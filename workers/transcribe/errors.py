"""Word error rate: how far what was heard is from what was said."""

from __future__ import annotations

import re
import unicodedata

_NOT_WORDS = re.compile(r"[^\w']+")


def plain_words(text: str) -> list[str]:
    """Lower-case words without marks, the form in which two transcripts are compared."""
    kept = _NOT_WORDS.sub(" ", unicodedata.normalize("NFKC", text).lower().replace("’", "'"))
    return kept.split()


def wer(said: str, heard: str) -> float:
    """(substituted + left out + invented words) ÷ words said, by the fewest edits.

    0 is exact; above 1 more is invented than was said. Nothing said: 0, or 1 if words were heard.
    """
    reference, hypothesis = plain_words(said), plain_words(heard)
    if not reference:
        return float(bool(hypothesis))
    return edits(reference, hypothesis) / len(reference)


def edits(reference: list[str], hypothesis: list[str]) -> int:
    """Levenshtein's distance between two lists of words."""
    row = list(range(len(hypothesis) + 1))
    for i, word in enumerate(reference, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            diagonal, row[j] = row[j], min(
                row[j] + 1, row[j - 1] + 1, diagonal + (word != other)
            )  # fmt: skip
    return row[-1]
