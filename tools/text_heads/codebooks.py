"""Codebooks with passages that say which of their themes they are about, and their vectors."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.codebook.book import Codebook, Theme
from workers.understand.encoder import Encoder
from workers.understand.wording import read_as

# Trades of codebooks that are judged: nothing is learned from others of the same trade.
JUDGED = ("airline", "city council", "energy supplier")
# Trades that go by two names: what is learned of one isn't judged on the other.
SAME = {
    "parcel carrier": "parcels",
    "train operator": "train company",
    "restaurant chain": "restaurant",
    "landlord": "housing association",
    "insurance claims": "home insurer",
    "software helpdesk": "team software",
    "broadband provider": "broadband",
    "coffee chain": "restaurant",
    "furniture store": "furniture shop",
    "GP surgery": "doctor's surgery",
    "hospital outpatients": "hospital",
    "hotel group": "hotel",
    "mobile network": "phone shop",
    "pub chain": "restaurant",
    "streaming service": "television",
}
CODEBOOKS, TOPICS = "codebooks", "close topics"  # where a book comes from


@dataclass(frozen=True)
class Book:
    """A codebook with passages as they are read: vectors (n, 384) and which theme each is about
    (n, themes). `source`: CODEBOOKS, which have passages about none, or TOPICS."""

    trade: str
    codebook: Codebook
    texts: list[str]
    source: str
    embedding: np.ndarray
    truth: np.ndarray


class Remembered:
    """An encoder that reads each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, np.ndarray] = {}

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        new = sorted({text for text in texts if text not in self._known})
        self._known.update(zip(new, self._encoder.embed(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32).reshape(-1, 384)


def gathered(folder: Path, encoder: Remembered) -> list[Book]:
    """themes_more and told/topics.tsv of `folder`, less the trades that are judged; each with what
    themes_nothing.tsv says in its trade that is about none of its themes."""
    themes: dict[str, list[Theme]] = {}
    with (folder / "themes_more_codebooks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            themes.setdefault(row["codebook"], []).append(Theme(row["name"], row["description"]))
    said = [
        (row["codebook"], row["themes"], row["text"]) for row in _rows(folder / "themes_more.tsv")
    ]
    nothing = [
        (SAME.get(row["trade"], row["trade"]), "-", row["text"])
        for row in _rows(folder / "themes_nothing.tsv")
    ]
    books = [_book(trade, own, said, nothing, CODEBOOKS, encoder) for trade, own in themes.items()]
    rows = _rows(folder / "told" / "topics.tsv")
    topics: dict[str, dict[str, Theme]] = {}
    for row in rows:
        if row["trade"] not in JUDGED:
            topics.setdefault(row["trade"], {})[row["topic"]] = Theme(
                row["topic"], row["description"]
            )
    said = [(row["trade"], row["topic"], row["text"]) for row in rows]
    return books + [
        _book(trade, [*own.values()], said, nothing, TOPICS, encoder)
        for trade, own in topics.items()
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _book(
    trade: str,
    themes: list[Theme],
    said: list[tuple[str, str, str]],
    nothing: list[tuple[str, str, str]],
    source: str,
    encoder: Remembered,
) -> Book:
    """`said`: trade, themes with | between them, and the passage; `nothing`: the same."""
    codebook, known = Codebook(tuple(themes)), SAME.get(trade, trade)
    own = [(about.split("|"), text) for of, about, text in said if of == trade]
    own += [([about], text) for of, about, text in nothing if of == known]
    texts = [read_as(text) for _, text in own]
    truth = np.array([[name in about for name in codebook.names] for about, _ in own])
    return Book(known, codebook, texts, source, encoder.embed(texts), truth)
