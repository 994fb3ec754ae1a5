"""Train the text heads: `python tools/train_text_heads.py --data FOLDER [--cache FOLDER]`.

FOLDER holds `goemotions/{train,dev,test}.tsv` (text, label ids, comment id) with `labels.txt`, and
`sentiment/` with SST-5 and the UCI sentences. What customers say comes from tools/sentences/.
Writes workers/understand/heads/*.npz and prints the figures of docs/model-cards/. About ten
minutes on two cores, nearly all of it encoding; `--cache` keeps the encodings.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tools.text_heads import adapter, emotion, fit, hand_off, themes
from workers.understand.encoder import Encoder
from workers.understand.hand_off import NONE
from workers.understand.names import unnamed

SENTENCES = Path(__file__).parent / "sentences"
MORE = (
    "hand_off_train.tsv",
    "hand_off_more.tsv",
    "hand_off_warm.tsv",
    "customers_more.tsv",
    "customers_passages.tsv",
)


@dataclass(frozen=True)
class Customers:
    """Sentences as customers say them, with their labels, and their features (n, width)."""

    texts: list[str]
    plain: list[str]  # without names, punctuation and capitals, as some engines write
    sentiment: list[str]
    emotions: list[set[str]]
    hand_off: list[str]
    features: np.ndarray
    unpunctuated: np.ndarray  # features of the plain ones


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument(
        "--only", choices=("go_emotions", "emotion", "sentiment", "hand_off", "themes")
    )
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    encoder = Encoder(threads=1)
    encode = fit.Encodings(encoder, arguments.cache)
    train, test = customers("train", encode), customers("test", encode)
    reviews = adapter.reviews(arguments.data / "sentiment")
    reddit = emotion.read(arguments.data / "goemotions")
    print(f"seed {arguments.seed}, {len(train.texts)} sentences to learn, {len(test.texts)} unseen")
    trainers = {
        "go_emotions": lambda seed: emotion.train_go_emotions(reddit, encode, seed),
        "emotion": lambda seed: emotion.train_shown(reddit, train, test, encode, seed),
        "sentiment": lambda seed: adapter.train(train, test, reviews, encoder, seed),
        "hand_off": lambda seed: hand_off.train(
            passages(train, *hand_off.more(*(SENTENCES / name for name in MORE))),
            passages(test),
            [text for text, _ in reviews] + hand_off.warm(arguments.data / "goemotions", seed),
            seed,
        ),
        "themes": lambda seed: themes.train(train.texts, encoder, SENTENCES),
    }
    for name, learn in trainers.items():
        if arguments.only in (None, name):
            learn(arguments.seed)


def customers(name: str, encode: fit.Encodings) -> Customers:
    with (SENTENCES / f"customers_{name}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    texts = [row["text"] for row in rows]
    masked = [unnamed(text) for text in texts]
    plain = [unpunctuated(text) for text in masked]
    return Customers(
        texts=texts,
        plain=plain,
        sentiment=[row["sentiment"] for row in rows],
        emotions=[set(row["emotions"].split(",")) - {"-"} for row in rows],
        hand_off=[row["hand_off"] for row in rows],
        features=encode(f"customers_{name}", masked),
        unpunctuated=encode(f"customers_{name}_plain", plain),
    )


def passages(
    customers: Customers, texts: Sequence[str] = (), labels: Sequence[str] = ()
) -> hand_off.Passages:
    """What customers say, and more of it, as the hand-off head learns it."""
    said = [*customers.texts, *texts]
    reasons = [NONE if label == "-" else label for label in [*customers.hand_off, *labels]]
    return hand_off.Passages(said, reasons, [unpunctuated(text) for text in said])


def unpunctuated(text: str) -> str:
    return re.sub(r"[^\w\s']", "", text).lower()


if __name__ == "__main__":
    main()
