"""Who needs a person: a logistic head with one label per reason and one for none.

Beside what customers say it learns from a background in which nobody needs anybody: reviews, and
comments that only praise, love or thank. Without it any warm story about a grandson looks grave.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from tools.text_heads import fit
from workers.understand.encoder import Encoder
from workers.understand.hand_off import LIFT, NONE, REASONS, readings
from workers.understand.heads import softmax
from workers.understand.plain_words import words_said
from workers.understand.wording import read_as

STRENGTH = 2e-3
RARITY = 0.4  # 0: a label weighs as much as it has sentences; 1: all labels weigh the same
BACKGROUND = 0.3  # weight of a review or a comment, a customer's sentence being 1
WARMTH = 24.0  # weight of a warm story that needs nobody, in words of those that do
COMMENTS = 2000
AXES = 400
ALIKE = 0.7  # cosine; sentences more alike than this stay in one fold
RECALL = (
    0.90  # of the folds, where many tell it sideways; the threshold is the highest that keeps it
)
LABELS = [NONE, *REASONS]
WARM = {
    *("joy", "love", "gratitude", "admiration", "amusement", "optimism"),
    *("pride", "relief", "excitement", "approval", "caring"),
}


@dataclass(frozen=True)
class Passages:
    texts: list[str]
    labels: list[str]
    weights: np.ndarray  # how much each counts


def train(train: Passages, test: Passages, background: list[str], seed: int) -> None:
    encoder = Encoder()  # a fresh one: it reads through the adapter as it is on disk now
    spoken, unseen, calm = (
        readings(encoder.encode([read_as(text) for text in texts]))
        for texts in (train.texts, test.texts, background)
    )
    scaling = fit.standard(spoken)
    spoken, unseen, calm = ((x - scaling[0]) / scaling[1] for x in (spoken, unseen, calm))
    axes = _axes(spoken)
    spoken, unseen, calm = (x @ axes for x in (spoken, unseen, calm))
    truth = np.array([LABELS.index(label) for label in train.labels])

    def learn(rows: np.ndarray) -> LogisticRegression:
        labels = np.concatenate([truth[rows], np.zeros(len(calm), int)])
        weights = np.concatenate([train.weights[rows], np.full(len(calm), BACKGROUND)])
        mass = np.bincount(labels, weights, len(LABELS))
        weights *= ((weights.sum() / len(LABELS) / mass) ** RARITY)[labels]
        return LogisticRegression(C=STRENGTH, max_iter=200, tol=2e-3).fit(
            np.concatenate([spoken[rows], calm]), labels, sample_weight=weights
        )

    logits = np.zeros((len(truth), len(LABELS)))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
    for rows, rest in folds.split(spoken, truth, _groups(encoder.embed(train.texts))):
        logits[rest] = learn(rows).decision_function(spoken[rest])
    warmth = fit.temperature(logits, truth)
    chances = _needed(logits / warmth, train.texts)
    least = float(np.quantile(chances[truth > 0], 1 - RECALL, method="lower"))
    _report("folds", chances, truth > 0, least)
    model = learn(np.arange(len(truth)))
    said = _needed(model.decision_function(unseen) / warmth, test.texts)
    asked = np.array([label != NONE for label in test.labels])
    _report("unseen customers", said, asked, least)
    for text, chance, should in zip(test.texts, said, asked, strict=True):
        if (chance >= least) != should:
            print("  missed:" if should else "  too many:", f"{chance:.2f}", text)
    fit.save(
        "hand_off",
        LABELS,
        scaling,
        [(axes @ model.coef_.T, model.intercept_)],
        temperature=np.array([warmth]),
        threshold=np.array([least]),
    )


def _axes(x: np.ndarray) -> np.ndarray:
    """(width, AXES): the directions in which the passages differ most; a head in them is learned in
    a tenth of the time and is as right."""
    return np.linalg.eigh(x.T @ x)[1][:, ::-1][:, :AXES]


def warm(folder: Path, seed: int) -> list[str]:
    """Comments of GoEmotions' train part in the first person with none but warm labels."""
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    found = []
    for line in (folder / "train.tsv").read_text(encoding="utf-8").split("\n"):
        if line.strip():
            text, ids, _ = line.split("\t")
            first_person = {"i", "my"} & set(text.lower().split())
            if first_person and {names[int(i)] for i in ids.split(",")} <= WARM:
                found.append(text)
    random.Random(seed).shuffle(found)
    return found[:COMMENTS]


def _groups(embedding: np.ndarray) -> np.ndarray:
    return connected_components(csr_matrix(embedding @ embedding.T > ALIKE))[1]


def _needed(logits: np.ndarray, texts: list[str]) -> np.ndarray:
    """As workers/understand/hand_off.py scores it: the head, lifted by plain words."""
    lifted = logits.copy()
    for row, text in zip(lifted, texts, strict=True):
        for reason in words_said(text):
            row[LABELS.index(reason)] += LIFT
    return 1 - softmax(lifted)[:, 0]


def _report(name: str, chances: np.ndarray, truth: np.ndarray, least: float) -> None:
    said = chances >= least
    hits = int((said & truth).sum())
    both = np.stack([1 - chances, chances], 1)
    print(
        f"hand-off, {name}: recall {hits / truth.sum():.3f}, precision "
        f"{hits / max(1, said.sum()):.3f} (n={len(truth)}, {int(truth.sum())} need a person), "
        f"threshold {least:.3f}, calibration error "
        f"{fit.calibration_error(both, truth.astype(int)):.3f}"
    )
