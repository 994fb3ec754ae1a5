"""Word error of each speech engine on a folder of recordings with a `transcripts.csv`.

The folder is SPEECH_FOLDER, else ../shared/data/speech; its CSV has the columns `file` and `text`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from app.config import read_settings
from app.domain.engines import BUNDLED
from app.domain.timeline import Word
from bench.figures import Figure, resampled, share
from bench.recorded import OWN, recordings, sound
from tests.workers.transcribe.noises import wordless
from tests.workers.transcribe.spoken import Paused, paused
from workers.transcribe import choose, open_engine
from workers.transcribe.base import Engine, Samples
from workers.transcribe.errors import edits, plain_words

RIGHT_S = 0.2
FOLDER = Path(__file__).parents[2] / "shared" / "data" / "speech"


def figures() -> list[Figure]:
    """One for each engine and folder; the interval is drawn from whole recordings."""
    found = []
    for name, folder in (
        ("tests/media/speech", OWN),
        ("people and computer voices", Path(os.environ.get("SPEECH_FOLDER", FOLDER))),
    ):
        if not (folder / "transcripts.csv").is_file():
            print(f"There is no transcripts.csv in {folder}: nothing to measure there.")
            continue
        said = recordings(folder)
        found += [measured(engine, said, name) for engine in engines()]
    return found


def bounds() -> list[Figure]:
    """Where words begin and end, and that none are heard where nobody speaks."""
    found = []
    for engine in engines():
        name = f"{engine.name} {engine.model}".strip()
        quiet = [not engine.transcribe(samples).segments for samples in wordless().values()]
        data = "silence, noise, hum, music, made"
        found.append(share("no word heard", data, quiet, name, "≥ 1.00"))
        near = [each for recording in paused() for each in _near(engine, recording)]
        data = "flite, two sentences with a pause, true times"
        found.append(share("first word and pause within 0.2 s", data, near, name, "≥ 1.00"))
    return found


def _near(engine: Engine, recording: Paused) -> list[bool]:
    heard = engine.transcribe(sound(recording.path)).words
    true, ours = (_edges(words) for words in (recording.words, heard))
    return [abs(one - other) <= RIGHT_S for one, other in zip(true, ours, strict=True)]


def _edges(words: Sequence[Word]) -> tuple[float, float, float]:
    """Where the first word begins, and the longest pause begins and ends. Seconds."""
    if len(words) < 2:
        return (math.inf,) * 3
    before, after = max(pairwise(words), key=lambda pair: pair[1].start - pair[0].end)
    return words[0].start, before.end, after.start


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
