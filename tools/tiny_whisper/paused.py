"""Makes tests/workers/transcribe/paused: sentences with pauses between, each word's time known.

    python -m tools.tiny_whisper.paused

Needs flite on PATH, which says when it speaks each phone.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

from tools.tiny_whisper.voices import SAMPLE_RATE, speak
from workers.media.ffmpeg import binary

FOLDER = Path("tests/workers/transcribe/paused")
LEAD_S = 0.3
# None was trained on, and both engines hear them well enough to tell the words apart.
SAID = (
    ("slt", 0.8, "The chair was not very clear.", "The box came on Friday, but it was not open."),
    ("slt", 1.2, "Please give me a refund.", "My order came today, but it was broken."),
    ("rms", 0.8, "The chair was not very clear.", "The box came on Friday, but it was not open."),
    ("rms", 2.0, "The box came on Friday, but it was not open.", "Please give me a refund."),
)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "words.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "word", "start", "end"])
        for number, (voice, pause, *sentences) in enumerate(SAID, 1):
            name = f"paused-{number}-{voice}.ogg"
            for word, start, end in record(voice, pause, sentences, FOLDER / name):
                table.writerow([name, word, f"{start:.3f}", f"{end:.3f}"])


def record(
    voice: str, pause: float, sentences: list[str], out: Path
) -> list[tuple[str, float, float]]:
    parts = [np.zeros(int(LEAD_S * SAMPLE_RATE), np.int16)]
    words = []
    for sentence in sentences:
        clip = speak(sentence, voice)
        assert clip is not None, sentence
        at = sum(map(len, parts)) / SAMPLE_RATE
        words += [(mark.text, at + mark.start, at + mark.end) for mark in clip.words]
        parts += [clip.samples, np.zeros(int(pause * SAMPLE_RATE), np.int16)]
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "sound.wav"
        with wave.open(str(sound), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            file.writeframes(np.concatenate(parts).astype("<i2").tobytes())
        subprocess.run(
            [
                *(binary(), "-v", "error", "-nostdin", "-y", "-i", str(sound)),
                *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
                *("-c:a", "libopus", "-b:a", "24k", str(out)),
            ],
            check=True,
        )
    return words


if __name__ == "__main__":
    main()
