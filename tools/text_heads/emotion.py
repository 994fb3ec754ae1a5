"""GoEmotions' 28 labels on a small network, and the seven that Heard shows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sklearn.metrics import f1_score

from tools.text_heads import fit
from workers.understand.emotion import GATHERED, SHOWN
from workers.understand.heads import load

if TYPE_CHECKING:
    from tools.train_text_heads import Customers

HIDDEN, DROP, EPOCHS, BATCH, RATE = 256, 0.35, 6, 256, 1e-3
COMMENTS = 6000  # of Reddit's, beside the customers: more drown them
WEIGHT = 4.0  # one sentence of a customer weighs as much as this many comments


@dataclass(frozen=True)
class Reddit:
    labels: list[str]
    texts: dict[str, list[str]]  # by part: train, dev, test
    truth: dict[str, np.ndarray]  # (n, 28) of 0 and 1


def read(folder: Path) -> Reddit:
    labels = (folder / "labels.txt").read_text(encoding="utf-8").split()
    texts, truth = {}, {}
    for part in ("train", "dev", "test"):
        lines = (folder / f"{part}.tsv").read_text(encoding="utf-8").split("\n")
        rows = [line.split("\t") for line in lines if line.strip()]
        truth[part] = np.zeros((len(rows), len(labels)), np.float32)
        for row, ids in enumerate(rows):
            truth[part][row, [int(i) for i in ids[1].split(",")]] = 1
        texts[part] = [row[0] for row in rows]
    return Reddit(labels, texts, truth)


def train_go_emotions(reddit: Reddit, encode: fit.Encodings, seed: int) -> None:
    features = {part: encode(f"goemotions_{part}", texts) for part, texts in reddit.texts.items()}
    scaling = fit.standard(features["train"])
    ready = {part: _scaled(x, scaling) for part, x in features.items()}
    net = _train(ready["train"], torch.from_numpy(reddit.truth["train"]), None, seed)
    chances = {part: _chances(net, ready[part]) for part in ("dev", "test")}
    least = _thresholds(chances["dev"], reddit.truth["dev"])
    score = f1_score(reddit.truth["test"], chances["test"] >= least, average="macro")
    print(f"GoEmotions, 28 labels: macro-F1 {score:.3f} (test, n={len(chances['test'])})")
    fit.save("go_emotions", reddit.labels, scaling, fit.dense(net), threshold=least)


def train_shown(
    reddit: Reddit, train: Customers, test: Customers, encode: fit.Encodings, seed: int
) -> None:
    """The seven: learned from Reddit's gathered labels and from customers, thresholds set on the
    customers' sentences that each of five folds held out. Scaled as the 28 labels are."""
    learned = load("go_emotions")
    scaling = learned.mean, learned.scale
    drawn = np.random.default_rng(seed).choice(len(reddit.texts["train"]), COMMENTS, False)
    chosen = [reddit.texts["train"][row] for row in drawn]
    comments = _scaled(encode("goemotions_drawn", chosen), scaling)
    gathered = _gathered(reddit, "train")[drawn]
    spoken = _scaled(train.features, scaling)
    plain = _scaled(train.unpunctuated, scaling)
    truth = _shown(train)

    def learn(rows: np.ndarray) -> torch.nn.Sequential:
        x = torch.cat([comments, spoken[rows], plain[rows]])
        y = torch.from_numpy(np.concatenate([gathered, truth[rows], truth[rows]]))
        weight = torch.cat([torch.ones(len(comments)), torch.full((2 * len(rows),), WEIGHT)])
        return _train(x, y, weight, seed)

    folds = np.random.default_rng(seed).integers(0, 5, len(truth))
    held_out = np.zeros_like(truth)
    for fold in range(5):
        net = learn(np.flatnonzero(folds != fold))
        held_out[folds == fold] = _chances(net, spoken[folds == fold])
    least = _thresholds(held_out, truth)
    net = learn(np.arange(len(truth)))
    said = _chances(net, _scaled(test.features, scaling)) >= least
    _report("emotions, seven, unseen customers", _shown(test), said)
    read = encode("goemotions_test", reddit.texts["test"])
    said = _chances(net, _scaled(read, scaling)) >= least
    _report("emotions, seven, GoEmotions test", _gathered(reddit, "test"), said)
    fit.save(
        "emotion",
        list(SHOWN),
        scaling,
        fit.dense(net),
        threshold=least,
        temperature=np.ones(1),
    )


def _train(
    x: torch.Tensor, y: torch.Tensor, weight: torch.Tensor | None, seed: int
) -> torch.nn.Sequential:
    torch.manual_seed(seed)
    net = fit.network(x.shape[1], HIDDEN, y.shape[1], DROP)
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=1e-4)
    steps = EPOCHS * (len(x) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
    for _ in range(EPOCHS):
        shuffled = torch.randperm(len(x))
        for begin in range(0, len(x) - BATCH + 1, BATCH):
            rows = shuffled[begin : begin + BATCH]
            loss = torch.nn.functional.binary_cross_entropy_with_logits(
                net(x[rows]), y[rows], reduction="none"
            ).mean(1)
            loss = loss.mean() if weight is None else (loss * weight[rows]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


def _chances(net: torch.nn.Sequential, x: torch.Tensor) -> np.ndarray:
    with torch.inference_mode():
        return torch.sigmoid(net(x)).numpy()


def _thresholds(chances: np.ndarray, truth: np.ndarray) -> np.ndarray:
    columns = range(truth.shape[1])
    return np.array([fit.best_threshold(chances[:, i], truth[:, i]) for i in columns])


def _gathered(reddit: Reddit, part: str) -> np.ndarray:
    columns = [[reddit.labels.index(name) for name in GATHERED[label]] for label in SHOWN]
    truth = reddit.truth[part]
    return np.stack([truth[:, column].max(1) for column in columns], 1)


def _shown(customers: Customers) -> np.ndarray:
    rows = [[label in felt for label in SHOWN] for felt in customers.emotions]
    return np.array(rows, np.float32)


def _scaled(features: np.ndarray, scaling: tuple[np.ndarray, np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(((features - scaling[0]) / scaling[1]).astype(np.float32))


def _report(name: str, truth: np.ndarray, said: np.ndarray) -> None:
    each = f1_score(truth, said, average=None, zero_division=0)
    print(f"{name}: macro-F1 {each.mean():.3f} (n={len(truth)})")
    for i, label in enumerate(SHOWN):
        print(f"  {label:12} F1 {each[i]:.2f}  n={int(truth[:, i].sum())}")
