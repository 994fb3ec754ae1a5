"""Small trained heads over the encoder's features: weights in this folder, numpy to apply them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.domain.errors import StepFailed

Floats = npt.NDArray[np.float32]

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Head:
    """Standardise, then dense layers with GELU between them. Made by tools/train_text_heads.py.

    `extra` holds what a head needs besides: temperatures, thresholds, one number per label.
    """

    labels: tuple[str, ...]
    version: str
    mean: Floats
    scale: Floats
    layers: tuple[tuple[Floats, Floats], ...]
    extra: dict[str, Floats]

    def logits(self, features: Floats) -> Floats:
        """(n, width) → (n, labels)."""
        values: Floats = (features - self.mean) / self.scale
        for depth, (weight, bias) in enumerate(self.layers):
            values = np.asarray(values @ weight + bias, np.float32)
            if depth + 1 < len(self.layers):
                values = gelu(values)
        return values


@cache
def load(name: str) -> Head:
    """The head `name`, once per process. Raises StepFailed where its weights are missing."""
    path = FOLDER / f"{name}.npz"
    if not path.is_file():
        raise StepFailed(f"The weights of the {name} head are missing: {path}.")
    with np.load(path, allow_pickle=False) as data:
        depth = sum(key.startswith("weight") for key in data.files)
        fixed = {"labels", "version", "mean", "scale"}
        return Head(
            labels=tuple(str(label) for label in data["labels"]),
            version=str(data["version"]),
            mean=data["mean"].astype(np.float32),
            scale=data["scale"].astype(np.float32),
            layers=tuple(
                (data[f"weight{i}"].astype(np.float32), data[f"bias{i}"].astype(np.float32))
                for i in range(depth)
            ),
            extra={
                key: data[key].astype(np.float32)
                for key in data.files
                if key not in fixed and not key.startswith(("weight", "bias"))
            },
        )


def gelu(values: Floats) -> Floats:
    """The tanh form of GELU (Hendrycks & Gimpel 2016), as in training."""
    inner = np.float32(0.7978845608) * (values + np.float32(0.044715) * values**3)
    return np.asarray(np.float32(0.5) * values * (1 + np.tanh(inner)), np.float32)


def softmax(values: Floats) -> Floats:
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True), np.float32)


def sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))), np.float32)
