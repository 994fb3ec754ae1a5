from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bench.recorded import sound
from workers.transcribe.base import Samples

SPEECH = Path(__file__).parents[2] / "media" / "speech"


@pytest.fixture(scope="session")
def phrases() -> list[tuple[str, Samples]]:
    """What was said, and the sound of it: two voices, none of it in the training text."""
    with (SPEECH / "transcripts.csv").open(newline="") as file:
        return [(row["text"], sound(SPEECH / row["file"])) for row in csv.DictReader(file)]
