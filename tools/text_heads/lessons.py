"""What the sentiment reading learns from: passages with other ways to say them, and reviews."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from app.domain.search.encoder import LONGEST
from tools.text_heads import variants
from workers.understand import adapter
from workers.understand.encoder import Encoder
from workers.understand.sentiment import LABELS
from workers.understand.wording import read_as

States = list[torch.Tensor]  # of each text: (tokens, 384)
LONGEST_REVIEW = 110  # characters: people speak in short sentences


@dataclass(frozen=True)
class Saying:
    """A passage, the same in other ways of speaking, and the index of its label."""

    text: str
    others: list[str]
    label: int


@dataclass(frozen=True)
class Lessons:
    """Sayings and reviews, all read up to adapter.FROM."""

    said: States
    others: list[States]  # of each saying
    truth: list[int]
    reviews: States
    review_truth: list[int]


def rows(path: Path) -> list[dict[str, str]]:
    """Of a tab-separated file with a header, nothing quoted."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def saying(text: str, label: str, chance: random.Random) -> Saying:
    return Saying(read_as(text), variants.ways(text, chance), LABELS.index(label))


def pairs(*paths: Path) -> list[Saying]:
    """The passages of files of (sentiment, plain, other): each with all its other ways."""
    found: dict[str, Saying] = {}
    for row in (row for path in paths for row in rows(path)):
        label = LABELS.index(row["sentiment"])
        own = found.setdefault(row["plain"], Saying(read_as(row["plain"]), [], label))
        own.others.append(read_as(row["other"]))
    return [*found.values()]


def reviews(folder: Path) -> list[tuple[str, int]]:
    """The UCI sentences on products and restaurants, with the index of their label."""
    found = []
    for name in ("amazon_cells", "yelp"):
        for line in (folder / f"uci-{name}.txt").read_text(encoding="utf-8").split("\n"):
            if line.strip():
                text, label = line.rsplit("\t", 1)
                found.append((text.strip(), LABELS.index("positive" if int(label) else "negative")))
    return found


def lessons(encoder: Encoder, sayings: list[Saying], reviews: list[tuple[str, int]]) -> Lessons:
    others = below(encoder, [other for saying in sayings for other in saying.others])
    ends = np.cumsum([len(saying.others) for saying in sayings])
    short = [(text, label) for text, label in reviews if len(text) < LONGEST_REVIEW]
    return Lessons(
        said=below(encoder, [saying.text for saying in sayings]),
        others=[
            others[end - len(saying.others) : end]
            for saying, end in zip(sayings, ends, strict=True)
        ],
        truth=[saying.label for saying in sayings],
        reviews=below(encoder, [read_as(text) for text, _ in short]),
        review_truth=[label for _, label in short],
    )


def below(encoder: Encoder, texts: list[str]) -> States:
    """What each text is at layer FROM: it never changes, so it is made once."""
    found: States = [torch.empty(0)] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    with torch.inference_mode():
        for begin in range(0, len(order), 32):
            batch_rows = order[begin : begin + 32]
            batch = encoder.tokenizer(
                [texts[i] for i in batch_rows],
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="pt",
            )
            hidden = encoder.model(**batch, output_hidden_states=True).hidden_states[adapter.FROM]
            for row, own, mask in zip(
                batch_rows, hidden.half(), batch["attention_mask"], strict=True
            ):
                found[row] = own[: int(mask.sum())].clone()
    return found
