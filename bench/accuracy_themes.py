"""Themes on codebooks that nothing was learned from, and topics from taught examples."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.domain.codebook.book import Codebook, Theme
from bench.accuracy_text import SENTENCES, read, understander
from bench.figures import Figure, resampled, share
from workers.understand.encoder import NAME
from workers.understand.themes import ThemeIndex, engine
from workers.understand.wording import read_as

BANKING77 = Path(__file__).parents[2] / "shared" / "data" / "banking77"
SHOWN, DRAWS = 5, 8  # examples of each topic, and how often other ones are drawn


@dataclass(frozen=True)
class Tagged:
    """Themes a passage is about, those it was given, and whether the likeliest one is right."""

    truth: frozenset[str]
    given: frozenset[str]
    first: bool


def figures() -> list[Figure]:
    return [*_blind("themes_blind2"), *_blind("themes_blind"), *_banking(), *_topics()]


def _blind(name: str) -> list[Figure]:
    themes: dict[str, list[Theme]] = {}
    with (SENTENCES / "themes_blind_codebooks.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            themes.setdefault(row["codebook"], []).append(Theme(row["name"], row["description"]))
    tagged: list[Tagged] = []
    said = read(SENTENCES / f"{name}.tsv")
    for book, own in themes.items():
        tagged += _tagged(Codebook(tuple(own)), [row for row in said if row["codebook"] == book])
    sizes = np.array([(len(t.truth & t.given), len(t.truth) + len(t.given)) for t in tagged])
    data = f"{name}, {len(themes)} codebooks"
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


def _banking() -> list[Figure]:
    """The test questions of BANKING77 (Casanueva et al. 2020), where they are here. Five of each
    topic are taught and the rest is held out, eight times with other five: a question's figure is
    how often it was right."""
    path = Path(os.environ.get("BANKING77_FOLDER", BANKING77)) / "test.csv"
    if not path.exists():
        print(f"{path} isn't here: taught topics are measured on our own passages only")
        return []
    topics: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name = row["category"].replace("_", " ").strip("?").capitalize()
            topics.setdefault(name, []).append(row["text"])
    place = np.array([at for own in topics.values() for at in range(len(own))])
    truth = np.repeat(np.arange(len(topics)), [len(own) for own in topics.values()])
    embedding = understander().encoder.embed(
        [read_as(text) for own in topics.values() for text in own]
    )
    data = f"BANKING77 test, {len(topics)} topics"
    bare = _index({name: [] for name in topics}).similarity(embedding).argmax(1) == truth
    found = [share("likeliest topic is right, names alone", data, list(bare), _engine(), "")]
    ours, plain, times = np.zeros((3, len(truth)))
    for draw in range(DRAWS):
        shown = place // SHOWN == draw
        taught = {name: own[draw * SHOWN : (draw + 1) * SHOWN] for name, own in topics.items()}
        times += ~shown
        ours += ~shown & (_index(taught).similarity(embedding).argmax(1) == truth)
        middles = np.stack(
            [embedding[shown & (truth == row)].mean(0) for row in range(len(topics))]
        )
        middles /= np.linalg.norm(middles, axis=1, keepdims=True)
        plain += ~shown & ((embedding @ middles.T).argmax(1) == truth)
    for what, hits, engine_, goal in (
        ("likeliest topic is right, five examples each", ours, _engine(), "≥ 0.80"),
        ("nearest middle is right, five examples each", plain, NAME, ""),
    ):
        rate = hits / times
        found.append(
            resampled(
                what,
                data,
                len(rate),
                lambda rows, rate=rate: float(rate[rows].mean()),
                engine_,
                goal,
            )
        )
    return found


def _index(taught: dict[str, list[str]]) -> ThemeIndex:
    themes = tuple(Theme(name, "", tuple(examples)) for name, examples in taught.items())
    return ThemeIndex(Codebook(themes), understander().encoder)


def _topics() -> list[Figure]:
    rows = read(SENTENCES / "topics.tsv")
    taught: dict[str, list[str]] = {row["topic"]: [] for row in rows}
    for row in rows:
        if row["part"] == "taught":
            taught[row["topic"]].append(row["text"])
    held = [(row["topic"], row["text"]) for row in rows if row["part"] != "taught"]
    return _taught(f"topics, {len(taught)} of a bank, told in passing", taught, held, "")


def _taught(
    data: str, taught: dict[str, list[str]], held: list[tuple[str, str]], wanted: str
) -> list[Figure]:
    """`held`: topics and what is about them."""
    embedding = understander().encoder.embed([read_as(text) for _, text in held])
    found = []
    for what, goal, shown in (
        ("likeliest topic is right, names alone", "", False),
        ("likeliest topic is right, five examples each", wanted, True),
    ):
        index = _index({name: own if shown else [] for name, own in taught.items()})
        likeliest = index.similarity(embedding).argmax(1)
        right = [
            index.names[first] == topic for first, (topic, _) in zip(likeliest, held, strict=True)
        ]
        found.append(share(what, data, right, _engine(), goal))
    middles = [understander().encoder.embed(own).mean(0) for own in taught.values()]
    nearest = (embedding @ np.array([one / np.linalg.norm(one) for one in middles]).T).argmax(1)
    plain = [[*taught][first] == topic for first, (topic, _) in zip(nearest, held, strict=True)]
    found.append(share("nearest middle is right, five examples each", data, plain, NAME, ""))
    return found


def _engine() -> str:
    return f"{engine().name}, {engine().version}"
