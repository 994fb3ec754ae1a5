"""Sentiment, emotions, hand-off and fairness on passages that nothing was learned from."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score

from app.domain.codebook.book import Codebook
from bench.figures import Figure, resampled, share
from workers.understand import Understander, Understanding, emotion
from workers.understand.heads import load
from workers.understand.sentiment import LABELS

SENTENCES = Path(__file__).parents[1] / "tools" / "sentences"
GOEMOTIONS = Path(__file__).parents[2] / "shared" / "data" / "goemotions"
BINS = 10


@cache
def understander() -> Understander:
    return Understander(threads=1)


def figures() -> list[Figure]:
    return [
        *_customers("customers_blind4", goals=True),
        *_customers("customers_blind3"),
        *_customers("customers_unseen"),
        *_customers("customers_test"),
        *_go(),
    ]


def _customers(name: str, *, goals: bool = False) -> list[Figure]:
    said = read(SENTENCES / f"{name}.tsv")
    found = understander().understand([row["text"] for row in said], Codebook())
    engines = found[0].engines
    n = len(said)
    truth = np.array([LABELS.index(row["sentiment"]) for row in said])  # type: ignore[arg-type]
    told = np.array([LABELS.index(each.sentiment.label) for each in found])
    sure = np.array([each.sentiment.confidence for each in found])
    feels = f"{engines.sentiment.name} {engines.sentiment.version}"
    felt = np.array([[e in row["emotions"].split(",") for e in emotion.SHOWN] for row in said])
    shown = np.array([[e in _named(each) for e in emotion.SHOWN] for each in found])
    asks = np.array([row["hand_off"] != "-" for row in said])
    flagged = np.array([each.hand_off.needed for each in found])
    person = f"{engines.hand_off.name} {engines.hand_off.version}"
    return [
        resampled(
            "sentiment, macro-F1",
            name,
            n,
            lambda rows: float(
                f1_score(truth[rows], told[rows], average="macro", labels=[0, 1, 2])
            ),
            feels,
            "≥ 0.75" if goals else "",
        ),
        *(
            resampled(
                f"sentiment, F1 of {label}",
                f"{name}, {int((truth == i).sum())} {label}",
                n,
                lambda rows, i=i: float(f1_score(truth[rows] == i, told[rows] == i)),
                feels,
                "",
            )
            for i, label in enumerate(LABELS)
        ),
        resampled(
            "sentiment, calibration error",
            name,
            n,
            lambda rows: calibration_error(sure[rows], (truth == told)[rows]),
            feels,
            "",
        ),
        resampled(
            "seven emotions, macro-F1",
            name,
            n,
            lambda rows: float(f1_score(felt[rows], shown[rows], average="macro", zero_division=0)),
            f"{engines.emotions.name} {engines.emotions.version}",
            "",
        ),
        share(
            "needs a person, recall",
            f"{name}, those who do",
            list(flagged[asks]),
            person,
            "≥ 0.90" if goals else "",
        ),
        share(
            "needs a person, precision",
            f"{name}, those flagged",
            list(asks[flagged]),
            person,
            "≥ 0.60" if goals else "",
        ),
    ]


def _go() -> list[Figure]:
    folder = Path(os.environ.get("GOEMOTIONS_FOLDER", GOEMOTIONS))
    if not (folder / "test.tsv").is_file():
        print(f"There is no test.tsv in {folder}: GoEmotions is not measured.")
        return []
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    lines = [
        line.split("\t") for line in (folder / "test.tsv").read_text(encoding="utf-8").split("\n")
    ]
    said = [line for line in lines if len(line) > 1]
    truth = np.array([[str(i) in line[1].split(",") for i in range(len(names))] for line in said])
    encoded = understander().encoder.encode([line[0] for line in said], feeling=False)
    found = [set(each) for each in emotion.go_emotions(encoded.features)]
    told = np.array([[name in each for name in names] for each in found])

    def measure(rows: np.ndarray) -> float:
        both = (truth[rows] & told[rows]).sum(0)
        return float(np.mean(2 * both / np.maximum(1, truth[rows].sum(0) + told[rows].sum(0))))

    return [
        resampled(
            "28 emotions, macro-F1",
            "GoEmotions test",
            len(said),
            measure,
            f"heard-go-emotions {load('go_emotions').version}",
            "≥ 0.42",
        )
    ]


def fairness() -> list[Figure]:
    pairs = read(SENTENCES / "fairness_pairs.tsv")
    texts = [row[side] for row in pairs for side in ("one", "other")]
    found = understander().understand(texts, Codebook())
    engine = f"{found[0].engines.sentiment.name} {found[0].engines.sentiment.version}"
    flipped = [
        one.sentiment.label != other.sentiment.label
        for one, other in zip(found[::2], found[1::2], strict=True)
    ]
    person = [
        one.hand_off.needed != other.hand_off.needed
        for one, other in zip(found[::2], found[1::2], strict=True)
    ]
    figures = [share("another sentiment", "all pairs", flipped, engine, "≤ 0.02")]
    for kind, data in (("name", "another name"), ("dialect", "another way of speaking")):
        own = [yes for yes, row in zip(flipped, pairs, strict=True) if row["kind"] == kind]
        figures.append(share("another sentiment", data, own, engine, ""))
    asked = f"{found[0].engines.hand_off.name} {found[0].engines.hand_off.version}"
    return [*figures, share("flagged in one of the two only", "all pairs", person, asked, "")]


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def calibration_error(sure: np.ndarray, right: np.ndarray) -> float:
    """Expected calibration error over BINS equal bins of confidence (Guo et al. 2017)."""
    where = np.minimum((sure * BINS).astype(int), BINS - 1)
    return float(
        sum(
            abs(sure[where == b].mean() - right[where == b].mean()) * (where == b).mean()
            for b in np.unique(where)
        )
    )


def _named(understood: Understanding) -> set[str]:
    return {each.label for each in understood.emotions}
