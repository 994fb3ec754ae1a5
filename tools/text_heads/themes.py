"""The centre that themes are compared around, and how well an unseen codebook then works."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from app.domain.codebooks import read_codebook
from tools.text_heads import fit
from workers.understand.encoder import Encoder
from workers.understand.themes import ThemeIndex


def train(texts: list[str], encoder: Encoder, folder: Path) -> None:
    """`texts`: what customers say, whose mean is the centre. `folder`: tools/sentences."""
    centre = encoder.embed(texts).mean(0)
    none = np.zeros(0)
    fit.save("themes", [], (none, none), [], centre=centre)
    for name in ("train", "unseen"):
        index = ThemeIndex(
            read_codebook((folder / f"themes_{name}_codebook.csv").read_text()), encoder
        )
        with (folder / f"themes_{name}.tsv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        embedding = encoder.embed([row["text"] for row in rows])
        truth = np.array([[n in row["themes"].split(",") for n in index.names] for row in rows])
        kept = [{theme.name for theme in themes} for themes in index.themes(embedding)]
        _report(
            name,
            truth,
            np.array([[n in names for n in index.names] for names in kept]),
            index.similarity(embedding),
        )


def _report(name: str, truth: np.ndarray, said: np.ndarray, similarity: np.ndarray) -> None:
    about = truth.any(1)
    first = similarity[about].argmax(1)
    f1 = 2 * (said & truth).sum() / (said.sum() + truth.sum())
    print(
        f"themes, {name} codebook: micro-F1 {f1:.3f}, "
        f"top-1 {truth[about][np.arange(about.sum()), first].mean():.3f} (n={about.sum()}), "
        f"no theme where there is none {(~said[~about].any(1)).mean():.3f} (n={(~about).sum()})"
    )
    line = LogisticRegression(C=100).fit(similarity.reshape(-1, 1), truth.reshape(-1))
    slope = line.coef_[0, 0]
    print(f"  logistic fit: slope {slope:.1f}, middle {-line.intercept_[0] / slope:.3f}")
