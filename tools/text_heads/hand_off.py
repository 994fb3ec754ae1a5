"""Who needs a person: a logistic head with one label per reason and one for none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.model_selection import StratifiedKFold

from tools.text_heads import fit
from workers.understand.hand_off import LIFT, NONE, REASONS, words_said
from workers.understand.heads import softmax

if TYPE_CHECKING:
    from tools.train_text_heads import Customers

STRENGTH = 1e-3
RECALL = 0.90  # of the folds; the threshold is the highest that keeps it
LABELS = [NONE, *REASONS]


def train(train: Customers, test: Customers, seed: int) -> None:
    scaling = fit.standard(np.concatenate([train.features, train.unpunctuated]))
    spoken, plain = (_scaled(x, scaling) for x in (train.features, train.unpunctuated))
    truth = np.array([LABELS.index(label) for label in train.hand_off])

    def learn(rows: np.ndarray):
        x = np.concatenate([spoken[rows], plain[rows]])
        return fit.logistic(x, np.concatenate([truth[rows], truth[rows]]), STRENGTH)

    held_out = np.zeros((len(truth), len(LABELS)))
    for rows, rest in StratifiedKFold(5, shuffle=True, random_state=seed).split(spoken, truth):
        held_out[rest] = learn(rows).decision_function(spoken[rest])
    warmth = fit.temperature(held_out, truth)
    chances = _needed(held_out / warmth, train.texts)
    least = float(np.quantile(chances[truth > 0], 1 - RECALL))
    _report("folds", chances >= least, truth > 0)
    model = learn(np.arange(len(truth)))
    logits = model.decision_function(_scaled(test.features, scaling)) / warmth
    asked = np.array([label != NONE for label in test.hand_off])
    said = _needed(logits, test.texts) >= least
    _report("unseen customers", said, asked)
    for text, yes, should in zip(test.texts, said, asked, strict=True):
        if yes != should:
            print("  missed:" if should else "  too many:", text)
    fit.save(
        "hand_off",
        LABELS,
        scaling,
        [(model.coef_.T, model.intercept_)],
        temperature=np.array([warmth]),
        threshold=np.array([least]),
    )


def _needed(logits: np.ndarray, texts: list[str]) -> np.ndarray:
    """As workers/understand/hand_off.py scores it: the head, lifted by plain words."""
    lifted = logits.copy()
    for row, text in zip(lifted, texts, strict=True):
        for reason in words_said(text):
            row[LABELS.index(reason)] += LIFT
    return 1 - softmax(lifted)[:, 0]


def _report(name: str, said: np.ndarray, truth: np.ndarray) -> None:
    hits = int((said & truth).sum())
    print(
        f"hand-off, {name}: recall {hits / truth.sum():.3f}, precision "
        f"{hits / max(1, said.sum()):.3f} (n={len(truth)}, {int(truth.sum())} need a person)"
    )


def _scaled(features: np.ndarray, scaling: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return (features - scaling[0]) / scaling[1]
