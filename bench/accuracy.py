"""Word error of each speech engine on a folder of recordings with a `transcripts.csv`.

The folder is SPEECH_FOLDER, else ../shared/data/speech; its CSV has the columns `file` and `text`.
"""

from __future__ import annotations

import csv
import os
import subprocess
import tempfile
import time
from pathlib import Path

from app.config import read_settings
from app.domain.engines import BUNDLED
from bench.table import show
from workers.media.ffmpeg import binary
from workers.transcribe import choose, open_engine
from workers.transcribe.audio import load
from workers.transcribe.base import SAMPLE_RATE, Engine, Samples
from workers.transcribe.errors import edits, plain_words

FOLDER = Path(__file__).parents[2] / "shared" / "data" / "speech"
OWN = Path(__file__).parents[1] / "tests" / "media" / "speech"


def main() -> None:
    folders = [OWN, Path(os.environ.get("SPEECH_FOLDER", FOLDER))]
    for folder in folders:
        if not (folder / "transcripts.csv").is_file():
            print(f"There is no transcripts.csv in {folder}: nothing to measure there.")
            continue
        said = recordings(folder)
        print(f"{folder}: {len(said)} recordings")
        show(("engine", "word error", "× real time"), [measured(e, said) for e in engines()])


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


def measured(engine: Engine, said: list[tuple[str, Samples]]) -> tuple[str, str, str]:
    engine.load()
    wrong = words = 0
    started = time.perf_counter()
    for text, samples in said:
        wrong += edits(plain_words(text), plain_words(engine.transcribe(samples).text))
        words += len(plain_words(text))
    seconds = time.perf_counter() - started
    length = sum(len(samples) for _, samples in said) / SAMPLE_RATE
    return f"{engine.name} ({engine.model})", f"{wrong / words:.3f}", f"{seconds / length:.2f}"


def recordings(folder: Path) -> list[tuple[str, Samples]]:
    """What was said, and the sound of it."""
    with (folder / "transcripts.csv").open(newline="") as file:
        return [(row["text"], sound(folder / row["file"])) for row in csv.DictReader(file)]


def sound(path: Path) -> Samples:
    """Any recording as 16 kHz mono."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "sound.wav"
        subprocess.run(
            [
                *(binary(), "-v", "error", "-nostdin", "-i", str(path)),
                *("-ac", "1", "-ar", str(SAMPLE_RATE), "-c:a", "pcm_s16le", str(made)),
            ],
            check=True,
        )
        return load(made)
