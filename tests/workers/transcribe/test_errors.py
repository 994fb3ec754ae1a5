from __future__ import annotations

import pytest

from workers.transcribe.errors import plain_words, wer


@pytest.mark.parametrize(
    ("said", "heard", "rate"),
    [
        ("The box was late.", "the box, was LATE", 0.0),
        ("the box was late", "the box late", 0.25),
        ("the box was late", "the fox was too late", 0.5),
        ("late", "it is very late", 3.0),
        ("", "", 0.0),
        ("", "ghost", 1.0),
        ("box", "", 1.0),
    ],
)
def test_word_error(said: str, heard: str, rate: float) -> None:
    assert wer(said, heard) == rate


def test_words_without_marks() -> None:
    assert plain_words("Don’t — ever, “again”.") == ["don't", "ever", "again"]
