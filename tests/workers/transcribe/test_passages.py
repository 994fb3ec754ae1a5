"""Words that fell into a pause are brought back to where their passage was said."""

from __future__ import annotations

from itertools import pairwise

import pytest

from app.domain.timeline import Word
from workers.transcribe.passages import Passage, held, passages

TIME, END = 50_363, 50_256


def at(seconds: float) -> int:
    return TIME + round(seconds / 0.02)


def said(*words: tuple[str, float, float]) -> list[Word]:
    return [Word(*word, 0.9) for word in words]


def test_passages_part_at_pauses_and_only_there() -> None:
    tokens = [at(0), 1, 2, at(1.8), at(2.7), 3, 4, 5, at(4), at(4.1), 6, at(5.9)]
    assert passages(tokens, END, TIME, 6.2) == [Passage(2, 0.0, 1.8), Passage(4, 2.7, 6.2)]


def test_text_without_times_is_one_passage() -> None:
    assert passages([1, 2, 3], END, TIME, 4.0) == [Passage(3, 0.0, 4.0)]
    assert passages([at(0), at(1)], END, TIME, 4.0) == []


def test_words_in_place_stay_as_they_are() -> None:
    words = said(("a", 2.6, 2.9), ("b", 2.9, 3.4))
    assert held(words, 2.7, 4.0) == words


def test_words_that_fell_into_the_pause_share_the_time_that_was_theirs() -> None:
    words = said(
        ("The", 1.91, 1.93), ("box", 1.93, 1.95), ("came", 1.95, 1.97), ("late", 2.6, 4.4),
        ("again", 4.4, 5.0),
    )  # fmt: skip
    found = held(words, 2.7, 5.2)
    assert found[0].start == pytest.approx(2.7)
    assert found[3].end == pytest.approx(4.4)
    assert found[4] == words[4]
    assert all(a.end <= b.start + 1e-9 and a.end - a.start > 0.2 for a, b in pairwise(found[:4]))


def test_words_beyond_the_passage_come_back_too() -> None:
    words = said(("a", 0.2, 0.6), ("refund", 0.6, 2.9), ("now", 2.9, 2.92))
    found = held(words, 0.0, 1.8)
    assert found[0] == words[0]
    assert found[-1].end == pytest.approx(1.8)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(found))


def test_a_row_of_moments_is_spread_out() -> None:
    words = said(("a", 0.5, 0.52), ("very", 0.52, 0.54), ("late", 0.54, 0.56), ("box", 0.56, 2.0))
    found = held(words, 0.5, 2.1)
    assert (found[0].start, found[-1].end) == (0.5, 2.0)
    assert min(word.end - word.start for word in found) > 0.05


def test_nothing_stays_nothing() -> None:
    assert held([], 0.0, 1.0) == []
