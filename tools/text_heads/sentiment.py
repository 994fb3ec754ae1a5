"""Sentiment: a logistic head over the features, learned from what customers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sklearn.metrics import classification_report, confusion_matrix, f1_score
from sklearn.model_selection import StratifiedKFold

from tools.text_heads import fit
from workers.understand.sentiment import LABELS

if TYPE_CHECKING:
    from tools.train_text_heads import Customers

STRENGTH = 3e-4  # inverse of the ridge; chosen on the folds


def train(train: Customers, test: Customers, seed: int) -> None:
    scaling = fit.standard(np.concatenate([train.features, train.unpunctuated]))
    spoken, plain = (_scaled(x, scaling) for x in (train.features, train.unpunctuated))
    truth = np.array([LABELS.index(label) for label in train.sentiment])

    def learn(rows: np.ndarray):
        x = np.concatenate([spoken[rows], plain[rows]])
        return fit.logistic(x, np.concatenate([truth[rows], truth[rows]]), STRENGTH)

    held_out = np.zeros((len(truth), len(LABELS)))
    for rows, rest in StratifiedKFold(5, shuffle=True, random_state=seed).split(spoken, truth):
        held_out[rest] = learn(rows).decision_function(spoken[rest])
    warmth = fit.temperature(held_out, truth)
    score = f1_score(truth, held_out.argmax(1), average="macro")
    print(f"sentiment, folds: macro-F1 {score:.3f} (n={len(truth)}), temperature {warmth:.2f}")
    model = learn(np.arange(len(truth)))
    _report(model.decision_function(_scaled(test.features, scaling)) / warmth, test)
    fit.save(
        "sentiment",
        list(LABELS),
        scaling,
        [(model.coef_.T, model.intercept_)],
        temperature=np.array([warmth]),
    )


def _report(logits: np.ndarray, test: Customers) -> None:
    truth = np.array([LABELS.index(label) for label in test.sentiment])
    said = logits.argmax(1)
    score = f1_score(truth, said, average="macro")
    print(f"sentiment, unseen customers: macro-F1 {score:.3f} (n={len(truth)})")
    print(classification_report(truth, said, target_names=LABELS, digits=2))
    print(confusion_matrix(truth, said))
    shifted = np.exp(logits - logits.max(1, keepdims=True))
    chances = shifted / shifted.sum(1, keepdims=True)
    print(f"calibration error {fit.calibration_error(chances, truth):.3f}")


def _scaled(features: np.ndarray, scaling: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    return (features - scaling[0]) / scaling[1]
