"""Themes on codebooks that nothing was learned from, and topics from taught examples."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from app.domain.codebook.book import Codebook, Theme
from bench.accuracy_text import SENTENCES, read, understander
from bench.figures import Figure, resampled, share
from workers.understand.encoder import NAME
from workers.understand.themes import ThemeIndex, engine
from workers.understand.wording import read_as


@dataclass(frozen=True)
class Tagged:
    """Themes a passage is about, those it was given, and whether the likeliest one is right."""

    truth: frozenset[str]
    given: frozenset[str]
    first: bool


def figures() -> list[Figure]:
    return [*_blind(), *_topics()]


def _blind() -> list[Figure]:
    themes: dict[str, list[Theme]] = {}
    with (SENTENCES / "themes_blind_codebooks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            themes.setdefault(row["codebook"], []).append(Theme(row["name"], row["description"]))
    tagged: list[Tagged] = []
    said = read(SENTENCES / "themes_blind.tsv")
    for book, own in themes.items():
        tagged += _tagged(Codebook(tuple(own)), [row for row in said if row["codebook"] == book])
    sizes = np.array([(len(t.truth & t.given), len(t.truth) + len(t.given)) for t in tagged])
    data = f"themes_blind, {len(themes)} codebooks"
    about = [each.first for each in tagged if each.truth]
    none = [not each.given for each in tagged if not each.truth]
    return [
        resampled(
            "themes, micro-F1",
            data,
            len(tagged),
            lambda rows: float(2 * sizes[rows, 0].sum() / max(1, sizes[rows, 1].sum())),
            _engine(),
            "≥ 0.65",
        ),
        share("likeliest theme is right", f"{data}, about one", about, _engine(), "≥ 0.80"),
        share("no theme given", f"{data}, about none", none, _engine(), ""),
    ]


def _tagged(codebook: Codebook, rows: list[dict[str, str]]) -> list[Tagged]:
    index = ThemeIndex(codebook, understander().encoder)
    embedding = understander().encoder.embed([read_as(row["text"]) for row in rows])
    likeliest = index.similarity(embedding).argmax(1)
    return [
        Tagged(
            truth := frozenset(row["themes"].split("|")) - {"-"},
            frozenset(theme.name for theme in given),
            codebook.names[first] in truth,
        )
        for row, given, first in zip(rows, index.themes(embedding), likeliest, strict=True)
    ]


def _topics() -> list[Figure]:
    rows = read(SENTENCES / "topics.tsv")
    held = [row for row in rows if row["part"] != "taught"]
    taught: dict[str, list[str]] = {row["topic"]: [] for row in rows}
    for row in rows:
        if row["part"] == "taught":
            taught[row["topic"]].append(row["text"])
    embedding = understander().encoder.embed([read_as(row["text"]) for row in held])
    found = []
    for what, wanted, shown in (
        ("likeliest topic is right, names alone", "", False),
        ("likeliest topic is right, five examples each", "≥ 0.80", True),
    ):
        themes = [Theme(t, t, tuple(taught[t]) if shown else ()) for t in taught]
        index = ThemeIndex(Codebook(tuple(themes)), understander().encoder)
        likeliest = index.similarity(embedding).argmax(1)
        right = [
            index.names[first] == row["topic"] for first, row in zip(likeliest, held, strict=True)
        ]
        found.append(share(what, f"topics, {len(themes)} of a bank", right, _engine(), wanted))
    middles = [understander().encoder.embed(own).mean(0) for own in taught.values()]
    nearest = (embedding @ np.array([one / np.linalg.norm(one) for one in middles]).T).argmax(1)
    plain = [[*taught][first] == row["topic"] for first, row in zip(nearest, held, strict=True)]
    found.append(
        share("nearest middle is right, five examples each", found[-1].data, plain, NAME, "")
    )
    return found


def _engine() -> str:
    return f"{engine().name}, {engine().version}"
