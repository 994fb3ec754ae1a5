"""What the trainers share: encodings on disk, a small network, temperatures, thresholds, saving."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from workers.understand.encoder import Encoder
from workers.understand.heads import FOLDER

THRESHOLDS = np.linspace(0.5, 0.999, 120)  # quantiles of a label's chances that are tried


class Encodings:
    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        self._encoder = encoder
        self._folder = folder

    def __call__(self, name: str, texts: list[str]) -> np.ndarray:
        """Features (n, width), float32; kept in the cache folder under a hash of the texts."""
        if self._folder is None:
            return self._encoder.encode(texts, feeling=False).features
        digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
        path = self._folder / f"{name}-{digest}.npy"
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            np.save(path, self._encoder.encode(texts, feeling=False).features.astype(np.float16))
        return np.load(path).astype(np.float32)


def standard(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return features.mean(0), features.std(0) + 1e-6


def logistic(features: np.ndarray, labels: np.ndarray, strength: float) -> LogisticRegression:
    model = LogisticRegression(C=strength, max_iter=400, class_weight="balanced")
    return model.fit(features, labels)


def temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """The one number that makes softmax(logits / t) least surprised by the labels
    (Guo et al. 2017, temperature scaling)."""
    grid = np.geomspace(0.2, 6, 80)
    return float(min(grid, key=lambda t: surprise(logits / t, labels)))


def surprise(logits: np.ndarray, labels: np.ndarray) -> float:
    shifted = logits - logits.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return float(-logs[np.arange(len(labels)), labels].mean())


def best_threshold(chances: np.ndarray, truth: np.ndarray) -> float:
    """The chance beyond which saying yes gives this label's best F1."""
    tried = np.quantile(chances, THRESHOLDS)
    return float(max(tried, key=lambda least: f1_score(truth, chances >= least)))


def calibration_error(chances: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: how far confidence is from being right, on average."""
    sure, right = chances.max(1), chances.argmax(1) == labels
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    where = np.digitize(sure, edges)
    return float(
        sum(
            abs(sure[where == b].mean() - right[where == b].mean()) * (where == b).mean()
            for b in range(bins)
            if (where == b).any()
        )
    )


def save(
    name: str,
    labels: list[str],
    scaling: tuple[np.ndarray, np.ndarray],
    layers: list[tuple[np.ndarray, np.ndarray]],
    **extra: np.ndarray,
) -> None:
    """Half precision on disk. The version is a hash of the weights: same weights, same version."""
    arrays = {"mean": scaling[0], "scale": scaling[1], **extra}
    for depth, (weight, bias) in enumerate(layers):
        arrays[f"weight{depth}"], arrays[f"bias{depth}"] = weight, bias
    halves = {
        key: np.asarray(value, np.float32 if key in extra else np.float16)
        for key, value in arrays.items()
    }
    digest = hashlib.sha256(b"".join(halves[key].tobytes() for key in sorted(halves)))
    np.savez_compressed(
        FOLDER / f"{name}.npz",
        labels=np.array(labels),
        version=np.array(digest.hexdigest()[:8]),
        **halves,
    )


def network(width: int, hidden: int, out: int, drop: float) -> torch.nn.Sequential:
    return torch.nn.Sequential(
        torch.nn.Dropout(drop / 2),
        torch.nn.Linear(width, hidden),
        torch.nn.GELU(approximate="tanh"),
        torch.nn.Dropout(drop),
        torch.nn.Linear(hidden, out),
    )


def dense(net: torch.nn.Sequential) -> list[tuple[np.ndarray, np.ndarray]]:
    """Its linear layers as (weight, bias), weight (in, out)."""
    return [
        (layer.weight.detach().numpy().T, layer.bias.detach().numpy())
        for layer in net
        if isinstance(layer, torch.nn.Linear)
    ]
