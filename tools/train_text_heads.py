"""Train the text heads: `python tools/train_text_heads.py --data FOLDER [--cache FOLDER]`.

FOLDER holds `goemotions/{train,dev,test}.tsv` (text, label ids, comment id) with `labels.txt`, and
`sentiment/` with SST-5 and the UCI sentences. What customers say comes from tools/sentences/.
Writes workers/understand/heads/*.npz and prints the figures of docs/model-cards/. About ten
minutes on two cores, nearly all of it encoding; `--cache` keeps the encodings.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from app.domain.personal_data.reading import unnamed
from tools.text_heads import adapter, emotion, fit, hand_off, lessons, themes
from workers.understand.encoder import Encoder
from workers.understand.hand_off import NONE

SENTENCES = Path(__file__).parent / "sentences"
# What customers say, with its sentiment and whether a person is needed; told/ holds passages in
# which facts say it, most of them beside others of nearly the same words and another outcome.
TOLD = (
    "customers_more",
    "customers_passages",
    *sorted(f"told/{path.stem}" for path in (SENTENCES / "told").glob("*.tsv")
            if path.stem not in ("topics", "ways")),
)  # fmt: skip
GRAVE = ("hand_off_train", "hand_off_more")  # only whether a person is needed
WARM = "hand_off_warm"
PAIRS = ("dialect_pairs", "dialects_train", "told/ways")  # the same in several ways of speaking


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
    encoder = Encoder(threads=1, exact=True)
    encode = fit.Encodings(encoder, arguments.cache)
    train, test = customers("train", encode), customers("test", encode)
    told = [row for name in TOLD for row in lessons.rows(SENTENCES / f"{name}.tsv")]
    grave = [row for name in GRAVE for row in lessons.rows(SENTENCES / f"{name}.tsv")]
    warm = lessons.rows(SENTENCES / f"{WARM}.tsv")
    reviews = lessons.reviews(arguments.data / "sentiment")
    reddit = emotion.read(arguments.data / "goemotions")
    print(
        f"seed {arguments.seed}, {len(train.texts) + len(told)} to learn, {len(test.texts)} unseen"
    )
    trainers = {
        "go_emotions": lambda seed: emotion.train_go_emotions(reddit, encode, seed),
        "emotion": lambda seed: emotion.train_shown(reddit, train, test, encode, seed),
        "sentiment": lambda seed: adapter.train(
            adapter.Feelings(
                train.texts + [row["text"] for row in told],
                train.sentiment + [row["sentiment"] for row in told],
            ),
            adapter.Feelings(test.texts, test.sentiment),
            lessons.pairs(*(SENTENCES / f"{name}.tsv" for name in PAIRS)),
            reviews,
            encoder,
            seed,
        ),
        "hand_off": lambda seed: hand_off.train(
            passages(train, told + grave, warm),
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
    rows = lessons.rows(SENTENCES / f"customers_{name}.tsv")
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
    customers: Customers, more: Sequence[dict[str, str]] = (), warm: Sequence[dict[str, str]] = ()
) -> hand_off.Passages:
    """What customers say, also without punctuation and capitals, and more of it, as the hand-off
    head learns it."""
    rows = [*more, *warm]
    said = [*customers.texts, *map(unpunctuated, customers.texts), *(row["text"] for row in rows)]
    labels = [*customers.hand_off * 2, *(row["hand_off"] for row in rows)]
    weights = np.ones(len(said))
    weights[len(said) - len(warm) :] = hand_off.WARMTH
    return hand_off.Passages(said, [NONE if each == "-" else each for each in labels], weights)


def unpunctuated(text: str) -> str:
    return re.sub(r"[^\w\s']", "", text).lower()


if __name__ == "__main__":
    main()
