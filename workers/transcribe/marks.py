"""Words and the marks around them, as Whisper's tokenizers split them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.timeline import Word

_CLOSES = "\"'.。,，!！?？:：”)]}、…;»؟،。।"
_OPENS = "\"'“¿([{-¡«"


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or a mark, with its times in seconds and how likely it is, 0..1."""

    text: str
    start: float
    end: float
    confidence: float


def with_marks(pieces: Iterable[Piece]) -> list[Word]:
    """Marks joined to their words. A closing mark takes the pause's time, and the word doesn't."""
    words: list[Word] = []
    opening = ""
    for piece in pieces:
        text = piece.text.strip()
        if text and all(mark in _CLOSES for mark in text) and words and piece.text[0] != " ":
            last = words[-1]
            words[-1] = Word(last.text + text, last.start, last.end, last.confidence)
        elif text and all(mark in _OPENS for mark in text):
            opening += text
        elif text:
            words.append(Word(opening + text, piece.start, piece.end, round(piece.confidence, 3)))
            opening = ""
    return words
