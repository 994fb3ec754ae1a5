"""Makes tests/media/speech: a few phrases that the small Whisper was never trained on.

    python -m tools.tiny_whisper.fixtures

Needs flite on PATH. Sentences are joined with a pause, as people do.
"""

from __future__ import annotations

import csv
import subprocess
import tempfile
from pathlib import Path

from tools.tiny_whisper.grammar import held_out, sentences
from workers.media.ffmpeg import binary

FOLDER = Path("tests/media/speech")
VOICES = ("slt", "rms")
PER_FILE = (1, 2, 3)
FILES = 8


def main() -> None:
    waiting = sentences(2024, 40, unseen=True)
    assert all(held_out(sentence) for sentence in waiting)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "transcripts.csv").open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["file", "text", "voice"])
        for number in range(FILES):
            count, voice = PER_FILE[number % len(PER_FILE)], VOICES[number % len(VOICES)]
            said, waiting = waiting[:count], waiting[count:]
            name = f"phrase-{number + 1}-{voice}.ogg"
            record(said, voice, FOLDER / name)
            table.writerow([name, " ".join(said), voice])


def record(said: list[str], voice: str, out: Path) -> None:
    """Opus at 24 kbit/s, with 0.6 s between sentences."""
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for number, sentence in enumerate(said):
            part = Path(folder) / f"{number}.wav"
            subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", str(part)], check=True)
            parts += ["-i", str(part)]
        padded = "".join(f"[{n}:a]apad=pad_dur=0.6[p{n}];" for n in range(len(said)))
        joined = "".join(f"[p{n}]" for n in range(len(said)))
        graph = f"{padded}{joined}concat=n={len(said)}:v=0:a=1"
        subprocess.run(
            [
                *(binary(), "-v", "error", "-nostdin", "-y", *parts),
                *("-filter_complex", graph, "-fflags", "+bitexact", "-flags:a", "+bitexact"),
                *("-c:a", "libopus", "-b:a", "24k", str(out)),
            ],
            check=True,
        )


if __name__ == "__main__":
    main()
