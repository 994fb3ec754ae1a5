"""The scorer of passages and themes: learned on many codebooks, judged on codebooks left out.

Both logistic models have few weights on purpose: projections learned on the same passages lost
against them on codebooks that they had not seen.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from sklearn.linear_model import LogisticRegression

from app.domain.codebook.book import Codebook, Theme
from app.domain.codebook.reading import read_codebook
from app.domain.personal_data.reading import unnamed
from tools.text_heads import fit
from workers.understand import heads
from workers.understand.encoder import Encoder
from workers.understand.themes import ThemeIndex, among

Each = TypeVar("Each")

THRESHOLDS = np.arange(0.15, 0.6, 0.01)
PARTS = (1, 2, 2, 3, 4, 6)  # themes of a random part of a codebook
SILENT = 0.6  # of the passages about none, at least so many must be given none


@dataclass(frozen=True)
class Book:
    """A codebook with passages: vectors (n, 384) and which theme each is about (n, themes)."""

    codebook: Codebook
    embedding: np.ndarray
    truth: np.ndarray


def train(texts: list[str], encoder: Encoder, folder: Path) -> None:
    """`texts`: what customers say, whose mean is the centre. `folder`: tools/sentences."""
    centre = encoder.embed([unnamed(text) for text in texts]).mean(0)
    _save(centre, np.zeros(5), np.zeros(6), 0.5)
    books = list(many(folder, "themes_more", encoder).values())
    pairs = [ThemeIndex(book.codebook, encoder).likenesses(book.embedding) for book in books]
    pair = np.zeros((len(books), 5))
    scores = []
    for left_out, likeness in enumerate(pairs):
        pair[left_out] = _pair(_but(pairs, left_out), _but(books, left_out))
        scores.append(likeness @ pair[left_out][:-1] + pair[left_out][-1])
    said = []
    for left_out in range(len(books)):
        others, rest = _but(scores, left_out), _but(books, left_out)
        decide = _decide(others, rest)
        least = _least([_chances(own, decide) for own in others], rest)
        said.append(_chances(scores[left_out], decide) >= least)
    _report("codebooks left out", books, scores, said)
    decide = _decide(scores, books)
    least = _least([_chances(own, decide) for own in scores], books)
    _save(centre, _pair(pairs, books), decide, least)


def many(folder: Path, name: str, encoder: Encoder) -> dict[str, Book]:
    """The codebooks of NAME_codebooks.csv with their passages in NAME.tsv."""
    themes: dict[str, list[Theme]] = {}
    with (folder / f"{name}_codebooks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            themes.setdefault(row["codebook"], []).append(Theme(row["name"], row["description"]))
    rows = _rows(folder / f"{name}.tsv")
    return {
        book: _book(
            Codebook(tuple(own)), [row for row in rows if row["codebook"] == book], "|", encoder
        )
        for book, own in themes.items()
    }


def single(folder: Path, name: str, encoder: Encoder) -> Book:
    """The codebook of NAME_codebook.csv with its passages in NAME.tsv."""
    book = read_codebook((folder / f"{name}_codebook.csv").read_text(encoding="utf-8"))
    return _book(book, _rows(folder / f"{name}.tsv"), ",", encoder)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _book(codebook: Codebook, rows: list[dict[str, str]], mark: str, encoder: Encoder) -> Book:
    truth = [[name in row["themes"].split(mark) for name in codebook.names] for row in rows]
    texts = [unnamed(row["text"]) for row in rows]
    return Book(codebook, encoder.embed(texts), np.array(truth))


def _but(items: list[Each], left_out: int) -> list[Each]:
    return items[:left_out] + items[left_out + 1 :]


def _pair(pairs: list[np.ndarray], books: list[Book]) -> np.ndarray:
    return _logistic(np.concatenate([own.reshape(-1, 4) for own in pairs]) * 10, books, 10.0)


def _decide(scores: list[np.ndarray], books: list[Book]) -> np.ndarray:
    """Learned from each codebook, and from random parts of it: small codebooks work alike."""
    draws = np.random.default_rng(0)
    scores, books = [*scores], [*books]
    for own, book in list(zip(scores, books, strict=True)):
        for size in PARTS:
            some = draws.permutation(own.shape[1])[:size]
            scores.append(own[:, some])
            books.append(Book(book.codebook, book.embedding, book.truth[:, some]))
    return _logistic(np.concatenate([among(own).reshape(-1, 5) for own in scores]), books, 1.0)


def _logistic(x: np.ndarray, books: list[Book], unit: float) -> np.ndarray:
    """Weights for x / unit, then the bias."""
    truth = np.concatenate([book.truth.reshape(-1) for book in books])
    line = LogisticRegression(C=1.0, max_iter=500).fit(x, truth)
    return np.append(line.coef_[0] * unit, line.intercept_)


def _chances(scores: np.ndarray, decide: np.ndarray) -> np.ndarray:
    return heads.sigmoid(among(scores) @ decide[:-1] + decide[-1])


def _least(chances: list[np.ndarray], books: list[Book]) -> float:
    """The threshold of the best micro-F1 among those that leave the passages about none alone."""
    figures = {}
    for least in THRESHOLDS:
        f1, silent = _figures(books, [own >= least for own in chances])
        figures[float(least)] = f1 if silent >= SILENT else silent - 1
    return max(figures, key=lambda least: figures[least])


def _figures(books: list[Book], said: list[np.ndarray]) -> tuple[float, float]:
    """Micro-F1, and the share of passages about none that are given none."""
    truth = np.concatenate([book.truth.reshape(-1) for book in books])
    yes = np.concatenate([own.reshape(-1) for own in said])
    quiet = np.concatenate(
        [~own[~book.truth.any(1)].any(1) for book, own in zip(books, said, strict=True)]
    )
    return float(2 * (truth & yes).sum() / (truth.sum() + yes.sum())), float(quiet.mean())


def _report(name: str, books: list[Book], scores: list[np.ndarray], said: list[np.ndarray]) -> None:
    f1, silent = _figures(books, said)
    first = []
    for book, own in zip(books, scores, strict=True):
        about = book.truth.any(1)
        first += list(book.truth[about][np.arange(about.sum()), own[about].argmax(1)])
    print(
        f"themes, {name}: micro-F1 {f1:.3f}, top-1 {np.mean(first):.3f} (n={len(first)}), "
        f"none given where there is none {silent:.3f}"
    )


def _save(centre: np.ndarray, pair: np.ndarray, decide: np.ndarray, least: float) -> None:
    none = np.zeros(0)
    fit.save(
        "themes",
        [],
        (none, none),
        [],
        centre=centre,
        pair=pair,
        decide=decide,
        least=np.array([least]),
    )
    heads.load.cache_clear()
