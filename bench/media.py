"""The recording that is measured: 60 s of 720p30 VP8 with Opus speech, as a browser makes it."""

from __future__ import annotations

from pathlib import Path

import ffmpeg

from workers.media.ffmpeg import binary

SECONDS = 60
SPEECH = Path("tests/media")


def minute_of_speech(folder: Path) -> Path:
    """A WebM of the project's spoken test phrases, one after another, over a moving picture."""
    spoken = sorted(SPEECH.rglob("*.flac"))
    if not spoken:
        raise SystemExit(f"There is no speech in {SPEECH}.")
    sounds = [ffmpeg.input(str(path)).audio.filter("aresample", 48000) for path in spoken]
    sound = ffmpeg.concat(*sounds, v=0, a=1).filter("aloop", -1, size=2e9)
    picture = ffmpeg.input("testsrc2=size=1280x720:rate=30", f="lavfi")
    out = folder / "minute.webm"
    ffmpeg.output(
        picture,
        sound,
        str(out),
        t=SECONDS,
        vcodec="libvpx",
        deadline="realtime",
        acodec="libopus",
        video_bitrate="1500k",
        **{"cpu-used": 8},
    ).run(cmd=binary(), quiet=True)
    return out
