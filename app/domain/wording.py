"""Words: sentences marked for the translators, and confidence said instead of counted."""

from __future__ import annotations

FAIRLY_SURE = 0.6
NOT_SURE = "not sure"
SURE = ((0.8, "sure"), (FAIRLY_SURE, "fairly sure"))


def mark(sentence: str) -> str:
    """The sentence as it stands; `pybabel extract` finds it by this call (see babel.cfg)."""
    return sentence


def unread(language: str) -> bool:
    """Whether words in this language (`es`, `pt-BR`, "" where nobody knows) are none that the
    models learned from: English only, see docs/model-cards."""
    return language.partition("-")[0].lower() not in ("", "en", "und")


def sureness(confidence: float, language: str = "") -> str:
    """A machine's confidence of 0..1: sure, fairly sure, not sure. Of words in a language that it
    doesn't read it is never sure."""
    if unread(language):
        return NOT_SURE
    return next((words for least, words in SURE if confidence >= least), NOT_SURE)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 voice`, `3 voices`, `1,200 voices`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
