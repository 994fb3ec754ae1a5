"""Differences are those of difflib, and bounded where difflib's aren't."""

from __future__ import annotations

import pytest

from app.domain.comparing import Steps, steps
from app.domain.editing_changes import pieces


def rebuilt(old: list[str], new: list[str], found: Steps) -> list[str]:
    made, at = list[str](), 0
    for what, i1, i2, j1, j2 in found:
        assert i1 == at
        made += old[i1:i2] if what == "equal" else new[j1:j2]
        at = i2
    assert at == len(old)
    return made


def test_speech_is_compared_word_by_word() -> None:
    said = "the box came late on Monday", "the big box came on Monday"
    old, new = (each.split() for each in said)
    assert [what for what, *_ in steps(old, new)] == ["equal", "insert", "equal", "delete", "equal"]
    assert rebuilt(old, new, steps(old, new)) == new


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["a"] * 2000, ["a", "b"] * 1000),
        (["a"] * 900, ["a"] * 901),
        (["a"] * 900, ["a"] * 900),
        (["a"] * 900 + ["end"], ["begin"] + ["a"] * 900),
        (["x"] + ["a"] * 900 + ["y"], ["x"] + ["a", "b"] * 450 + ["y"]),
    ],
)
def test_what_is_said_a_thousand_times_is_compared_from_both_ends(
    old: list[str], new: list[str]
) -> None:
    found = steps(old, new)
    assert rebuilt(old, new, found) == new and len(found) <= 3


def test_two_texts_of_few_words_are_shown_at_once() -> None:
    shown = pieces("a " * 1500, "a b " * 750)
    assert [each.what for each in shown] == ["same", "old", "new"]
