"""Word error of each speech engine on a folder of recordings with a `transcripts.csv`.

The folder is SPEECH_FOLDER, else ../shared/data/speech; its CSV has the columns `file` and `text`.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from app.config import read_settings
from app.domain.engines import BUNDLED
from bench.figures import Figure, resampled
from bench.recorded import OWN, recordings
from workers.transcribe import choose, open_engine
from workers.transcribe.base import Engine, Samples
from workers.transcribe.errors import edits, plain_words

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "speech"


def figures() -> list[Figure]:
    """One for each engine and folder; the interval is drawn from whole recordings."""
    found = []
    for name, folder in (
        ("tests/media/speech", OWN),
        ("recordings of people", Path(os.environ.get("SPEECH_FOLDER", FOLDER))),
    ):
        if not (folder / "transcripts.csv").is_file():
            print(f"There is no transcripts.csv in {folder}: nothing to measure there.")
            continue
        said = recordings(folder)
        found += [measured(engine, said, name) for engine in engines()]
    return found


def engines() -> list[Engine]:
    """The basic engine, the bundled checkpoint, and the configured one where it is here."""
    settings = read_settings()
    found = [open_engine("pocketsphinx", model="", models_dir=settings.models)]
    models = sorted(path.stem for path in BUNDLED.glob("*.pt"))
    if choose("auto", settings.whisper_model, settings.models) == "whisper":
        models.append(settings.whisper_model)
    for model in models:
        found.append(open_engine("whisper", model=model, models_dir=settings.models))
    return found


def measured(engine: Engine, said: list[tuple[str, Samples]], data: str) -> Figure:
    engine.load()
    wrong, words = [], []
    for text, samples in said:
        wrong.append(edits(plain_words(text), plain_words(engine.transcribe(samples).text)))
        words.append(len(plain_words(text)))
    errors, counts = np.array(wrong), np.array(words)
    return resampled(
        "word error",
        f"{data}, {counts.sum()} words",
        len(said),
        lambda rows: float(errors[rows].sum() / counts[rows].sum()),
        f"{engine.name} {engine.model}".strip(),
        "",
    )
