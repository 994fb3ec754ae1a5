"""Folders of recordings with a `transcripts.csv`: what was said, and the sound of it."""

from __future__ import annotations

import csv
import subprocess
import tempfile
from pathlib import Path

from workers.media.ffmpeg import binary
from workers.transcribe.audio import load
from workers.transcribe.base import SAMPLE_RATE, Samples

OWN = Path(__file__).parents[1] / "tests" / "media" / "speech"


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
