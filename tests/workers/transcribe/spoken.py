"""Recordings whose every word's time is known, since they were made by flite."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from app.domain.timeline import Word

FOLDER = Path(__file__).parent / "paused"


@dataclass(frozen=True)
class Paused:
    path: Path
    words: tuple[Word, ...]


def paused() -> list[Paused]:
    """Two sentences each, 0.8 to 2 s apart; see tools/tiny_whisper/paused.py."""
    with (FOLDER / "words.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Paused(
            FOLDER / name,
            tuple(Word(row["word"], float(row["start"]), float(row["end"]), 1.0) for row in of),
        )
        for name, of in groupby(rows, key=lambda row: row["file"])
    ]
