"""A transformers model in the place of Heard's own sentiment or emotions, from a local folder.

The folder is as `save_pretrained` writes it: config.json with named labels, the tokenizer's
files and model.safetensors. No code in it is run, and nothing is fetched.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import StepFailed
from app.domain.search.encoder import LONGEST, MOST_CHARACTERS
from workers.understand import emotion
from workers.understand.base import Emotion, Engine, Sentiment
from workers.understand.heads import Floats, sigmoid, softmax
from workers.understand.sentiment import LABELS

BATCH = 32
HALF = 0.5  # an emotion is kept from this chance on
_FEELS = {
    **dict.fromkeys(("negative", "neg", "very negative", "1 star", "2 stars"), "negative"),
    **dict.fromkeys(("neutral", "neu", "mixed", "3 stars"), "neutral"),
    **dict.fromkeys(("positive", "pos", "very positive", "4 stars", "5 stars"), "positive"),
}
# GoEmotions' names, the seven that are shown, and those of the six basic emotions.
_SHOWN = {
    **{name: shown for shown, names in emotion.GATHERED.items() for name in names},
    **{shown: shown for shown in emotion.SHOWN},
    **{"happiness": "joy", "happy": "joy", "sad": "sadness", "angry": "anger", "scared": "worry"},
}


class Outside:
    """A classifier of others, loaded at the first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None
        self._tokenizer: Any = None
        self._version = ""

    def engine(self) -> Engine:
        """Its folder's name, and the beginning of its weights' SHA-256. Raises StepFailed."""
        self.load()
        return Engine(f"transformers {self._folder.name}", self._version)

    def sentiments(self, texts: Sequence[str]) -> list[Sentiment]:
        """One per text; several of the model's labels may mean one of the three ("4 stars").
        Raises StepFailed where a label means none of them."""
        self.load()
        means = [_FEELS.get(label) for label in self._labels()]
        if None in means or not {"negative", "positive"} <= set(means):
            raise StepFailed(
                f"The sentiment model in {self._folder} has the labels"
                f" {', '.join(self._labels())}; Heard knows negative, neutral and positive, or"
                " 1 to 5 stars. Name them in its config.json under id2label."
            )
        columns = [[i for i, said in enumerate(means) if said == label] for label in LABELS]
        chances = softmax(self._logits(texts))
        rows = np.stack([chances[:, own].sum(1) for own in columns], 1)
        return [
            Sentiment(
                label=LABELS[int(row.argmax())],
                score=round(float(row[2] - row[0]), 4),
                confidence=round(float(row.max()), 4),
            )
            for row in rows
        ]

    def emotions(self, texts: Sequence[str]) -> list[tuple[Emotion, ...]]:
        """As emotion.emotions: those of the seven that the model finds, else neutral alone.
        Raises StepFailed where it knows none of the seven."""
        self.load()
        means = [_SHOWN.get(label) for label in self._labels()]
        if not any(means):
            raise StepFailed(
                f"The emotion model in {self._folder} has the labels"
                f" {', '.join(self._labels())}; Heard shows {', '.join(emotion.SHOWN)}. Name"
                " them, or GoEmotions' labels, in its config.json under id2label."
            )
        several = self._model.config.problem_type == "multi_label_classification"
        logits = self._logits(texts)
        chances = sigmoid(logits) if several else softmax(logits)
        results = []
        for row in chances:
            gathered: dict[str, float] = {}
            for shown, chance in zip(means, row, strict=True):
                if shown:
                    before = gathered.get(shown, 0.0)
                    now = max(before, float(chance)) if several else before + float(chance)
                    gathered[shown] = now
            found = [Emotion(name, round(x, 4)) for name, x in gathered.items() if x >= HALF]
            calm = Emotion(emotion.NEUTRAL, round(1 - max(gathered.values()), 4))
            results.append(tuple(sorted(found, key=lambda each: -each.score)) or (calm,))
        return results

    def load(self) -> None:
        """Read the folder once; raises StepFailed where something is missing in it."""
        if self._model is not None:
            return
        for name in ("config.json", "model.safetensors"):
            if not (self._folder / name).is_file():
                raise StepFailed(f"There is no {name} in the text model's folder {self._folder}.")
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        here = {"local_files_only": True, "trust_remote_code": False}
        try:
            # A local folder: nothing is downloaded, so there's no revision to pin.
            self._tokenizer = AutoTokenizer.from_pretrained(self._folder, **here)  # nosec B615
            model = AutoModelForSequenceClassification.from_pretrained(  # nosec B615
                self._folder, use_safetensors=True, **here
            )
        except (OSError, ValueError, KeyError) as error:
            raise StepFailed(
                f"The text model in {self._folder} can't be read: {_first_line(error)}."
            ) from error
        with (self._folder / "model.safetensors").open("rb") as file:
            self._version = hashlib.file_digest(file, "sha256").hexdigest()[:8]
        self._model = model.eval()

    def _labels(self) -> list[str]:
        named = self._model.config.id2label
        return [re.sub(r"[_\s-]+", " ", str(named[i])).strip().lower() for i in range(len(named))]

    def _logits(self, texts: Sequence[str]) -> Floats:
        import torch

        found = np.zeros((len(texts), len(self._labels())), np.float32)
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        with torch.inference_mode():
            for begin in range(0, len(order), BATCH):
                rows = order[begin : begin + BATCH]
                batch = self._tokenizer(
                    [texts[i][:MOST_CHARACTERS] for i in rows],
                    padding=True,
                    truncation=True,
                    max_length=LONGEST,
                    return_tensors="pt",
                )
                found[rows] = self._model(**batch).logits.float().numpy()
        return found


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
