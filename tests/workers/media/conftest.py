"""Small recordings, made once a session by the product's own ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workers.media import ffmpeg

Make = Callable[..., Path]
TOOL = (ffmpeg.binary(), "-v", "error", "-nostdin", "-y")  # outside its box: these files are ours

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=160x120:r=25:d=3")
TONE = ("-f", "lavfi", "-i", "sine=f=440:r=48000:d=3")
# As a browser's recorder writes it: no length, no index.
VP8 = ("-c:v", "libvpx", "-b:v", "200k", "-deadline", "realtime", "-cpu-used", "8", "-g", "25")
WEBM = (*VP8, "-c:a", "libopus", "-b:a", "32k", "-f", "webm", "-live", "1")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25")
MP4 = (*H264, "-c:a", "aac", "-b:a", "32k", "-f", "mp4")


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """make(name, *ffmpeg arguments) → the file, made the first time it is asked for."""
    folder = tmp_path_factory.mktemp("media")

    def made(name: str, *args: str) -> Path:
        path = folder / name
        if not path.exists():
            subprocess.run([*TOOL, *args, str(path)], check=True, timeout=60)
        return path

    return made


@pytest.fixture(scope="session")
def webm(make: Make) -> Path:
    return make("recorder.webm", *PICTURE, *TONE, *WEBM)


@pytest.fixture(scope="session")
def mp4(make: Make) -> Path:
    return make("phone.mp4", *PICTURE, *TONE, *MP4)


def decoded_s(path: Path, stream: str) -> float:
    """How long `stream` ("v" or "a") of a file is, by decoding every frame of it."""
    done = ffmpeg.run(
        ["-i", str(path), "-map", f"0:{stream}:0", "-f", "null", "-"], timeout_s=60, reads=[path]
    )
    return done.out_s


def frames(path: Path) -> int:
    """How many pictures a file decodes to."""
    log = ffmpeg.run(
        ["-i", str(path), "-map", "0:v:0", "-vf", "showinfo", "-f", "null", "-"],
        timeout_s=60,
        reads=[path],
    ).log
    return log.count(" pts_time:")
