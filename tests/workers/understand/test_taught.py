"""What taught examples count for beside a theme's own words."""

from __future__ import annotations

import numpy as np
import pytest

from workers.understand.taught import Taught, taught

WIDTH, THEMES, EACH = 24, 6, 5
CHANCE = np.random.default_rng(7)


def _near(middles: np.ndarray, count: int, spread: float) -> np.ndarray:
    """`count` vectors of length 1 around each middle, one theme's after the other's."""
    every = np.repeat(middles, count, axis=0)
    every = every + spread * CHANCE.standard_normal(every.shape)
    return np.asarray(every / np.linalg.norm(every, axis=1, keepdims=True), np.float32)


MIDDLES = _near(np.zeros((THEMES, WIDTH)), 1, 1.0)
ELSEWHERE = _near(np.zeros((THEMES, WIDTH)), 1, 1.0)  # names that say nothing of their examples
LABELS = np.repeat(np.arange(THEMES), EACH)


@pytest.fixture(autouse=True)
def same_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test draws the same, whichever were run before it."""
    monkeypatch.setitem(globals(), "CHANCE", np.random.default_rng(11))


def _right(found: Taught, said: np.ndarray, passages: np.ndarray) -> float:
    scores = found.names * said + passages @ found.weights + found.biases
    return float((scores.argmax(1) == LABELS).mean())


def test_without_examples_the_names_alone_count() -> None:
    found = taught(MIDDLES, np.zeros((0, WIDTH), np.float32), [0] * THEMES, lambda _: _)
    assert found.names == 1 and not found.weights.any() and not found.biases.any()
    assert taught(np.zeros((0, WIDTH)), np.zeros((0, WIDTH)), [], lambda _: _).names == 1


def test_examples_outweigh_names_that_say_nothing() -> None:
    examples, passages = _near(MIDDLES, EACH, 0.1), _near(MIDDLES, EACH, 0.1)
    heard = 6 * passages @ ELSEWHERE.T
    found = taught(ELSEWHERE, examples, [EACH] * THEMES, lambda each: 6 * each @ ELSEWHERE.T)
    assert (heard.argmax(1) == LABELS).mean() < 0.5
    assert _right(found, heard, passages) == 1


def test_names_outweigh_examples_that_say_nothing() -> None:
    examples, passages = _near(ELSEWHERE, EACH, 5.0), _near(MIDDLES, EACH, 0.1)
    found = taught(MIDDLES, examples, [EACH] * THEMES, lambda _: 8 * np.eye(THEMES)[LABELS])
    assert found.names * 8 > abs(passages @ found.weights).max()
    assert _right(found, 8 * passages @ MIDDLES.T, passages) == 1


def test_a_theme_without_examples_is_found_by_its_name_and_not_for_others() -> None:
    counts = [EACH] * (THEMES - 1) + [0]
    examples, passages = _near(MIDDLES, EACH, 0.15), _near(MIDDLES, EACH, 0.15)
    examples = examples[: EACH * (THEMES - 1)]
    found = taught(MIDDLES, examples, counts, lambda each: 5 * each @ MIDDLES.T)
    assert _right(found, 5 * passages @ MIDDLES.T, passages) >= 0.9


def _close(each: int, only: float = 0.2) -> np.ndarray:
    """Themes that are alike in all but one direction each, while passages differ in many."""
    every = np.repeat(MIDDLES[:1] + only * np.eye(THEMES, WIDTH), each, axis=0)
    every[:, THEMES:] += 0.5 * CHANCE.standard_normal((len(every), WIDTH - THEMES))
    return np.asarray(every / np.linalg.norm(every, axis=1, keepdims=True), np.float32)


def test_what_tells_close_themes_apart_is_learned_where_every_theme_has_examples() -> None:
    examples, names = _close(4 * EACH), _close(1)
    passages, labels = _close(50), np.repeat(np.arange(THEMES), 50)

    def right(counts: list[int], shown: np.ndarray) -> float:
        found = taught(names, shown, counts, lambda each: 0.0 * each @ names.T)
        scores = passages @ found.weights + found.biases
        among = labels < THEMES - 1  # of the themes that both are taught
        return float((scores[:, :-1].argmax(1) == labels)[among].mean())

    every = right([4 * EACH] * THEMES, examples)
    assert every >= 0.7
    assert every > 0.2 + right([4 * EACH] * (THEMES - 1) + [0], examples[: -4 * EACH])


def test_the_same_examples_give_the_same_mix() -> None:
    examples = _near(MIDDLES, EACH, 0.2)
    one, two = (
        taught(MIDDLES, examples, [EACH] * THEMES, lambda each: each @ MIDDLES.T) for _ in range(2)
    )
    assert one.names == two.names and np.array_equal(one.weights, two.weights)


def test_one_example_alone_leaves_the_usual_mix() -> None:
    found = taught(MIDDLES, MIDDLES[:1], [1] + [0] * (THEMES - 1), lambda each: each @ MIDDLES.T)
    assert found.names == 1 and found.weights[:, 0].any()


def test_many_examples_are_asked_in_part() -> None:
    asked: list[int] = []

    def say(vectors: np.ndarray) -> np.ndarray:
        asked.append(len(vectors))
        return vectors @ MIDDLES.T

    examples = _near(MIDDLES, 200, 0.2)
    assert np.isfinite(taught(MIDDLES, examples, [200] * THEMES, say).weights).all()
    assert asked == [400]
