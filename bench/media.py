"""The recording that is measured: 60 s of 720p30 VP8 with Opus speech, as a browser makes it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from workers.media.ffmpeg import binary

SECONDS = 60
SPEECH = Path("tests/media/speech")


def minute_of_speech(folder: Path) -> Path:
    """A WebM of the project's spoken test phrases, one after another, over a moving picture."""
    spoken = sorted(SPEECH.glob("*.flac")) + sorted(SPEECH.glob("*.ogg"))
    if not spoken:
        raise SystemExit(f"There is no speech in {SPEECH}.")
    inputs = [part for path in spoken for part in ("-i", str(path))]
    joined = "".join(f"[{number}:a]" for number in range(1, len(spoken) + 1))
    out = folder / "minute.webm"
    subprocess.run(
        [
            *(binary(), "-v", "error", "-nostdin", "-y"),
            *("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30"),
            *inputs,
            "-filter_complex",
            f"{joined}concat=n={len(spoken)}:v=0:a=1,aloop=-1:size=2e9,aresample=48000[a]",
            *("-map", "0:v", "-map", "[a]", "-t", str(SECONDS)),
            *("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1500k"),
            *("-c:a", "libopus", str(out)),
        ],
        check=True,
    )
    return out
