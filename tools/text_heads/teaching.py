"""The choice of themes where examples were taught: learned on codebooks taught in many ways.

Every codebook is shown some of its own passages as examples: as many for each theme, many for one
of them, or some for half of them; once by its names alone. It is also made anew, of themes that
take in several matters while others are about none of them, with examples of nearly one matter
alone: whoever teaches "Store and place" all about parking wants no other passage there that is
about a place. The rest is asked about. What was shown is missing there, so passages about a theme
count for the shown, too: as many are about none as were said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from app.domain.codebook.book import MOST_GIVEN, Codebook, Theme
from tools.text_heads.codebooks import Book, Remembered
from workers.understand.closeness import Closeness
from workers.understand.heads import sigmoid
from workers.understand.themes import ThemeIndex, centred

BARE = "names alone"
FIVE = 5  # examples of each theme, by which the threshold is chosen
MANY = (0, 1, 2, 4, FIVE, 10, 20)  # examples, as far as there are passages
ANEW = 4  # times a codebook is made anew, of themes of up to so many matters
SILENT = 0.85  # of the passages about none, at least so many must be given none
THRESHOLDS = np.arange(0.15, 0.7, 0.01)


@dataclass(frozen=True)
class Lesson:
    """How passages that were not shown stand (n, themes, inputs), which theme each is about
    (n, themes), and for how many passages it counts (n,)."""

    way: str
    standing: np.ndarray
    truth: np.ndarray
    weight: np.ndarray


def lessons(
    book: Book, encoder: Remembered, learned: Closeness, substance: np.ndarray, seed: int
) -> list[Lesson]:
    """`learned` and `substance` (385,), which has its constant last, have not met the trade."""
    chance = np.random.default_rng(seed)
    many = len(book.codebook.themes)
    alone = [[theme] for theme in range(many)]
    one = np.arange(many) == chance.integers(many)
    ways = [(f"{count} each", alone, [count] * many) for count in (1, 2, FIVE)]
    ways += [
        (f"{FIVE} of one, {rest} of others", alone, [FIVE if own else rest for own in one])
        for rest in (0, 2)
    ]
    ways.append((f"{FIVE} of half", alone, [FIVE * int(chance.random() < 0.5) for _ in alone]))
    for _ in range(ANEW):
        parts = _parts(many, chance)
        counts = [FIVE, *(int(count) for count in chance.choice(MANY, len(parts) - 1))]
        ways.append(("made anew", parts, counts))
    ways.append((f"{FIVE} each, {BARE}", alone, [FIVE] * many))
    found = []
    for way, parts, counts in ways:
        truth = np.stack([book.truth[:, part].any(1) for part in parts], 1)
        shown = [
            _shown(book.truth, part, count, chance)
            for part, count in zip(parts, counts, strict=True)
        ]
        if not any(shown):
            continue
        themes = [_theme(book, part, rows) for part, rows in zip(parts, shown, strict=True)]
        if way.endswith(BARE):
            themes = [replace(theme, description="") for theme in themes]
        rest = np.setdiff1d(np.arange(len(truth)), [row for rows in shown for row in rows])
        every, about = centred(book.embedding[rest]), truth[rest].any(1)
        standing = ThemeIndex(Codebook(tuple(themes)), encoder, learned).standing(
            every, every @ substance[:-1] + substance[-1]
        )
        counted = np.where(about, truth.any(1).sum() / max(1, about.sum()), 1.0)
        found.append(Lesson(way, standing, truth[rest], counted))
    return found


def _parts(many: int, chance: np.random.Generator) -> list[list[int]]:
    """Themes that are one from now on; those that are in no part are about none."""
    order = [int(row) for row in chance.permutation(many)[: chance.integers(3, many + 1)]]
    parts = []
    while order:
        size = int(chance.integers(1, ANEW + 1))
        parts.append(order[:size])
        order = order[size:]
    return parts


def _shown(
    truth: np.ndarray, part: list[int], count: int, chance: np.random.Generator
) -> list[int]:
    """Rows about one theme of the part and no other, the first theme's first; a sixth is left."""
    rows = [
        int(row)
        for theme in part
        for row in chance.permutation(np.flatnonzero(truth[:, theme] & (truth.sum(1) == 1)))
    ]
    return rows[: max(0, min(count, len(rows) - max(1, len(rows) // 6)))]


def _theme(book: Book, part: list[int], shown: list[int]) -> Theme:
    own = [book.codebook.themes[row] for row in part]
    name = " and ".join(theme.name for theme in own)
    description = "; ".join(theme.description.rstrip(".") for theme in own)
    return Theme(name, description, tuple(book.texts[row] for row in shown))


def judged(folds: Sequence[Sequence[Lesson]]) -> tuple[np.ndarray, float]:
    """What is learned of all, once its figures on each fold's trades left out are printed."""
    said = []
    for fold, own in enumerate(folds):
        decide, least = learn(
            [each for at, rest in enumerate(folds) if at != fold for each in rest]
        )
        said += [(each, decide, least) for each in own]
    for way in dict.fromkeys(each.way for each, _, _ in said):
        f1, silent = figures([row for row in said if row[0].way == way])
        print(f"themes left out, taught {way}: micro-F1 {f1:.3f}, none given {silent:.3f}")
    return learn([each for own in folds for each in own])


def learn(taught: Sequence[Lesson]) -> tuple[np.ndarray, float]:
    """What each input counts for, with a constant last, and the least chance that is given: that
    of the best micro-F1, of those that leave passages about none alone."""
    x = np.concatenate([each.standing.reshape(-1, each.standing.shape[-1]) for each in taught])
    y = np.concatenate([each.truth.reshape(-1) for each in taught])
    counted = np.concatenate([np.repeat(each.weight, each.truth.shape[1]) for each in taught])
    line = LogisticRegression(solver="newton-cholesky").fit(x, y, sample_weight=counted)
    decide = np.append(line.coef_[0], line.intercept_)
    five = [each for each in taught if each.way == f"{FIVE} each"]
    tried = {
        float(least): figures([(each, decide, least) for each in five]) for least in THRESHOLDS
    }
    quiet = {least: f1 for least, (f1, silent) in tried.items() if silent >= SILENT}
    return decide, max(quiet, key=lambda least: quiet[least])


def figures(said: Sequence[tuple[Lesson, np.ndarray, float]]) -> tuple[float, float]:
    """Of lessons with what decides on them: micro-F1, and the share of passages about none that
    are given none."""
    both = either = silent = none = 0.0
    for each, decide, least in said:
        chances = sigmoid(each.standing @ decide[:-1] + decide[-1])
        order = np.argsort(-chances, axis=1, kind="stable").argsort(1)
        given = (chances >= least) & (order < MOST_GIVEN)
        about = each.truth.any(1)
        both += float(each.weight @ (given & each.truth).sum(1))
        either += float(each.weight @ (given.sum(1) + each.truth.sum(1)))
        silent += float((~given[~about].any(1)).sum())
        none += float((~about).sum())
    return 2 * both / max(1.0, either), silent / max(1.0, none)
