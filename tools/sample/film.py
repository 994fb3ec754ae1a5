"""Set a drawn person in a room and let them speak: frames in, one small media file out."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tools.sample import portrait
from tools.sample.brush import SCALE, Pen, sheet, wave
from tools.sample.portrait import Person
from tools.sample.rooms import Room
from tools.sample.speech import RATE

FPS = 12
LANDSCAPE, PHONE = (640, 480), (360, 480)
HEAD = 440  # film pixels: side of the square that holds a head at any tilt
BREATH = 1.4  # film pixels up and down
WEBM = ["-live", "1", "-f", "webm"]  # as browsers record it: no duration, no index
MP4 = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-f", "mp4"]
OPUS = ["-c:a", "libopus", "-b:a", "24k", "-ar", "48000"]
QUIET = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags", "+bitexact"]
ENCODERS = {
    "vp8": ["-c:v", "libvpx", "-b:v", "64k", "-crf", "16", "-qmax", "44", "-cpu-used", "1",
            "-auto-alt-ref", "1", "-lag-in-frames", "16", "-g", "120", *OPUS, *WEBM],
    "vp9": ["-c:v", "libvpx-vp9", "-b:v", "0", "-crf", "36", "-cpu-used", "3", "-g", "120",
            *OPUS, *WEBM],
    "h264": ["-c:v", "libx264", "-crf", "25", "-preset", "slow", "-bf", "0", "-profile:v", "main",
             "-g", "120", "-c:a", "aac", "-b:a", "32k", *MP4],
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """A cut-out without its empty margins, and where its top left corner was."""

    image: Image.Image
    x: int
    y: int

    def onto(self, canvas: Image.Image, x: int, y: int) -> None:
        canvas.paste(self.image, (self.x + x, self.y + y), self.image)


class Scene:
    """A person in a room, drawn once in layers; `frame` puts the layers together for a moment."""

    def __init__(self, who: Person, room: Room, size: tuple[int, int]) -> None:
        self.who, self.room = who, room
        width, height = size
        self.size = size
        self.zoom = 1.24 if width < height else 1.36
        self.x, self.y = width * 0.49, height * 0.47
        back, pen = sheet(width, height, room.wall)
        room.still(pen, width, height)
        self.back = back.convert("RGB")
        body, pen = sheet(width, height + BREATH * 2)
        portrait.paint_body(pen.at(self.x, self.y, self.zoom), who)
        self.body = _cut(body)
        self.head = lru_cache(maxsize=None)(self._head)
        self.hair_back = lru_cache(maxsize=None)(self._hair_back)

    def frame(self, seconds: float, mouth: int, lids: int, lean: float) -> Image.Image:
        """One RGB picture; `mouth` and `lids` as in portrait, `lean` −1..1 tilts the head."""
        canvas = self.back.copy()
        self.room.moving(Pen(ImageDraw.Draw(canvas)), seconds)
        breath = round(wave(seconds, 3.8) * BREATH * SCALE)
        tilt = round(lean * 2.6 * 2) / 2
        x = round((self.x + lean * 2 - HEAD / 2) * SCALE)
        y = round((self.y - HEAD / 2 + mouth * 0.3) * SCALE) + breath
        self.hair_back(tilt).onto(canvas, x, y)
        self.body.onto(canvas, 0, breath)
        self.head(mouth, lids, tilt).onto(canvas, x, y)
        return canvas.reduce(SCALE)

    def _hair_back(self, tilt: float) -> Layer:
        image, pen = sheet(HEAD, HEAD)
        portrait.paint_hair_back(pen.at(HEAD / 2, HEAD / 2, self.zoom), self.who)
        return _cut(image.rotate(-tilt, Image.Resampling.BICUBIC))

    def _head(self, mouth: int, lids: int, tilt: float) -> Layer:
        image, pen = sheet(HEAD, HEAD)
        portrait.paint_head(pen.at(HEAD / 2, HEAD / 2, self.zoom), self.who, mouth, lids)
        return _cut(image.rotate(-tilt, Image.Resampling.BICUBIC))


def _cut(image: Image.Image) -> Layer:
    box = image.getbbox() or (0, 0, 1, 1)
    return Layer(image.crop(box), box[0], box[1])


def frames(scene: Scene, samples: NDArray[np.float32], seed: str) -> Iterator[Image.Image]:
    """The whole film, FPS pictures a second, as long as the speech."""
    mouths = mouth_levels(samples)
    lids = _blinks(len(mouths), seed)
    energy = np.convolve([m / 4 for m in mouths], np.ones(FPS) / FPS, mode="same")
    for i, mouth in enumerate(mouths):
        seconds = i / FPS
        lean = 0.55 * wave(seconds, 6.1) + 0.45 * wave(seconds, 2.3, 0.2) * float(energy[i])
        yield scene.frame(seconds, mouth, lids[i], lean)


def mouth_levels(samples: NDArray[np.float32]) -> list[int]:
    """0 (closed) to 4 for each frame, from the frame's loudness (RMS against the loudest tenth)."""
    per = RATE // FPS
    blocks = samples[: samples.size // per * per].reshape(-1, per)
    loud = np.sqrt((blocks**2).mean(axis=1))
    share = loud / np.quantile(loud, 0.9)
    return [int(np.searchsorted([0.08, 0.32, 0.6, 0.9], s)) for s in share]


def encode(
    ffmpeg: str, scene: Scene, samples: NDArray[np.float32], wav: Path, codec: str, out: Path
) -> None:
    """Film the scene speaking `samples` (also in `wav`) into `out`."""
    width, height = scene.size
    command = [
        ffmpeg, "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24",
        "-s", f"{width}x{height}", "-r", str(FPS), "-i", "-", "-i", str(wav),
        "-pix_fmt", "yuv420p", "-threads", "1", *QUIET, *ENCODERS[codec], str(out),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin
        for image in frames(scene, samples, out.stem):
            process.stdin.write(image.tobytes())
        process.stdin.close()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def encode_audio(ffmpeg: str, wav: Path, out: Path) -> None:
    """Opus in Ogg or WebM, by the suffix, as browsers record sound alone."""
    container = WEBM if out.suffix == ".webm" else ["-f", "ogg"]
    subprocess.run(
        [ffmpeg, "-v", "error", "-y", "-i", str(wav), *QUIET, *OPUS, *container, str(out)],
        check=True,
    )


def _blinks(count: int, seed: str) -> list[int]:
    rng = np.random.default_rng(int(hashlib.sha256(seed.encode()).hexdigest()[:8], 16))
    lids, at = [0] * count, int(rng.uniform(1.0, 2.5) * FPS)
    while at + 2 < count:
        lids[at : at + 3] = [1, 2, 1]
        at += int(rng.uniform(2.2, 4.8) * FPS)
    return lids
