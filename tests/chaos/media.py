"""Two short recordings, and as many different copies of them as are asked for."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from workers.media import ffmpeg

SPOKEN = ROOT / "tests/media/complaint.flac"
PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25")
WEBM = (
    *("-map", "0:v", "-map", "1:a", "-c:v", "libvpx", "-b:v", "200k", "-deadline", "realtime"),
    *("-cpu-used", "8", "-g", "25", "-c:a", "libopus", "-b:a", "32k", "-f", "webm"),
)
# As a phone writes it: has to be made anew for browsers, so that ffmpeg has something to do.
MPEG4 = (
    *("-map", "0:v", "-map", "1:a", "-c:v", "mpeg4", "-q:v", "5", "-c:a", "aac", "-b:a", "32k"),
    *("-f", "mp4",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recordings:
    """Bytes of a few seconds of speech (`webm`: copied, `mp4`: re-encoded)."""

    webm: bytes
    mp4: bytes

    def copy(self, number: int) -> bytes:
        """The same to look at, different bytes: a void element, or a free box, at the end."""
        mark = number.to_bytes(8, "big")
        if number % 2:
            return self.mp4 + (16).to_bytes(4, "big") + b"free" + mark
        return self.webm + b"\xec\x88" + mark


def record(folder: Path) -> Recordings:
    made = []
    for name, how in (("spoken.webm", WEBM), ("spoken.mp4", MPEG4)):
        sound = ("-ss", "0", "-i", str(SPOKEN))
        args = [*PICTURE, *sound, *how, "-t", "3.5", str(folder / name)]
        subprocess.run([ffmpeg.binary(), "-v", "error", *args], check=True)
        made.append((folder / name).read_bytes())
    return Recordings(*made)
