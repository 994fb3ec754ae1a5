"""What a recording holds and how long it truly is.

One pass copies every packet to nowhere: the only way to know a MediaRecorder's length (it
writes none), and to see a file that breaks off. About 50 ms a minute of 720p. Streams are
read from ffmpeg's list of *outputs*, into which no text of the file's own is let.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.timeline import clock
from workers.media.ffmpeg import FfmpegFailed, Result, run
from workers.media.sniff import Refused, sniff
from workers.media.source import (
    AUDIO_CODECS,
    CLEAN,
    MAX_PIXELS,
    MAX_STREAMS,
    VIDEO_CODECS,
    source,
)

LONGEST_S = 600.0
ANY_LENGTH_S = 24 * 3600.0  # the upload was judged when it came
_TIMEOUT_S = 25.0  # whatever the file is, within half a minute it is said
_PARTIAL = ("File ended prematurely", "partial file", "Truncated packet", "truncated")
_STREAM = re.compile(r"^  Stream #0:\d+(?:\[\w+\])?: (Video|Audio): (\w+)(.*)$")
_SIZE = re.compile(r", (\d{1,6})x(\d{1,6})(?= |,|$)")
_FPS = re.compile(r", ([\d.]+)(k?) fps")
_RATE = re.compile(r", (\d+) Hz, ([^,]+)")
_TOO_LARGE = re.compile(r"size (\d+)x(\d+) exceeds specified max pixel count")
_TOO_MANY = re.compile(r"^\[in#0 .* exceeds max_streams", re.MULTILINE)
_MANY_STREAMS = f"The file holds more than {MAX_STREAMS} streams."
_ROTATION = re.compile(r"rotation of (-?[\d.]+) degrees")
_DECLARED = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_CHANNELS = {"mono": 1, "stereo": 2, "5.1": 6, "5.1(side)": 6, "7.1": 8, "quad": 4, "2.1": 3}


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """`width` × `height` as shown, after `rotation` (0, 90, 180, 270 degrees clockwise).

    `pixels` is ffmpeg's pixel format. `fps` is None where frames come at no steady rate.
    """

    codec: str
    width: int
    height: int
    rotation: int
    fps: float | None
    pixels: str


@dataclass(frozen=True, slots=True)
class AudioInfo:
    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """`duration_s` is measured, not declared. `partial`: the file breaks off.

    `streams` counts all that the file holds; only the first of each kind is used.
    """

    container: str
    duration_s: float
    video: VideoInfo | None
    audio: AudioInfo | None
    partial: bool
    streams: int

    def summary(self) -> str:
        """`1280 × 720 vp8, opus, 1:00` for people."""
        video, audio = self.video, self.audio
        picture = f"{video.width} × {video.height} {video.codec}" if video else "no picture"
        sound = audio.codec if audio else "no sound"
        ending = ", breaks off" if self.partial else ""
        return f"{picture}, {sound}, {clock(self.duration_s)}{ending}"


def probe(path: Path, *, longest_s: float = LONGEST_S, max_pixels: int = MAX_PIXELS) -> MediaInfo:
    """Look at a file from outside. Refused, with a sentence for a person, if it can't be used."""
    container = sniff(path).name
    result = _scan(path, longest_s)
    if _TOO_MANY.search(result.log):
        raise Refused(_MANY_STREAMS)
    seen, streams = _listed(result.log)
    info = MediaInfo(
        container=container,
        duration_s=round(result.out_s, 3),
        video=_video(seen),
        audio=_audio(seen),
        partial=_breaks_off(result, longest_s),
        streams=streams,
    )
    _judge(info, longest_s, max_pixels)
    return info


def _scan(path: Path, longest_s: float) -> Result:
    # A little past the limit is enough to know that it was passed.
    most = ("-map", "0:V:0?", "-map", "0:a:0?", "-t", f"{longest_s + 5:.3f}")
    try:
        return run(
            [*source(path), *CLEAN, *most, "-c", "copy", "-f", "null", "-"],
            timeout_s=_TIMEOUT_S,
            reads=[path],
        )
    except FfmpegFailed as error:
        raise Refused(_reason(error.log)) from error


def _reason(log: str) -> str:
    if "does not contain any stream" in log or "matches no streams" in log:
        return "The file holds no video and no audio."
    if size := _TOO_LARGE.search(log):
        return f"The picture is too large: {size[1]} × {size[2]} points."
    if _TOO_MANY.search(log):
        return _MANY_STREAMS
    if "moov atom not found" in log:
        return "The file can't be read: its table of contents is missing, as if cut short."
    return "The file can't be read: it looks damaged or incomplete."


def _listed(log: str) -> tuple[Sequence[str], int]:
    """The lines about the outputs' streams, and how many streams the input has."""
    before, _, after = log.rpartition("Output #0, null, to ")
    inputs = {found[1] for found in re.finditer(r"^  Stream #0:(\d+)", before, re.MULTILINE)}
    return after.splitlines(), len(inputs)


def _video(lines: Sequence[str]) -> VideoInfo | None:
    for at, line in enumerate(lines):
        found = _STREAM.match(line)
        if not found or found[1] != "Video":
            continue
        size, fps = _SIZE.search(found[3]), _FPS.search(found[3])
        if size is None:
            return None
        width, height, rotation = int(size[1]), int(size[2]), _rotation(lines[at + 1 : at + 4])
        if rotation in (90, 270):
            width, height = height, width
        pixels = re.search(r", ((?:yuv|rgb|gbr|bgr|nv|gray|p0|argb|none)\w*)", found[3])
        rate = float(fps[1]) * (1000 if fps[2] else 1) if fps else None
        return VideoInfo(found[2], width, height, rotation, rate, pixels[1] if pixels else "")
    return None


def _rotation(lines: Sequence[str]) -> int:
    """ffmpeg prints the anticlockwise turn; shown is the clockwise one, in quarter turns."""
    for line in lines:
        if line.startswith("  Stream"):
            break
        if turn := _ROTATION.search(line):
            return round(-float(turn[1]) / 90) % 4 * 90
    return 0


def _audio(lines: Sequence[str]) -> AudioInfo | None:
    for line in lines:
        found = _STREAM.match(line)
        if found and found[1] == "Audio" and (rate := _RATE.search(found[3])):
            return AudioInfo(found[2], int(rate[1]), _channels(rate[2].strip()))
    return None


def _channels(layout: str) -> int:
    counted = re.match(r"(\d+) channels", layout)
    return int(counted[1]) if counted else _CHANNELS.get(layout, 2)


def _breaks_off(result: Result, longest_s: float) -> bool:
    if any(sign in result.log for sign in _PARTIAL):
        return True
    declared = _DECLARED.search(result.log)
    if declared is None:
        return False
    length = int(declared[1]) * 3600 + int(declared[2]) * 60 + float(declared[3])
    length = min(length, longest_s)
    return result.out_s < length - max(0.5, 0.02 * length)


def _judge(info: MediaInfo, longest_s: float, max_pixels: int) -> None:
    if info.video is None and info.audio is None:
        raise Refused("The file holds no video and no audio.")
    if info.video and info.video.codec not in VIDEO_CODECS:
        raise Refused(f"The video is in a format that can't be read here{_named(info.video)}.")
    if info.audio and info.audio.codec not in AUDIO_CODECS:
        raise Refused(f"The sound is in a format that can't be read here{_named(info.audio)}.")
    if info.video and info.video.width * info.video.height > max_pixels:
        size = f"{info.video.width} × {info.video.height}"
        raise Refused(f"The picture is too large: {size} points.")
    if info.duration_s > longest_s:
        raise Refused(f"The recording is longer than the {_minutes(longest_s)} allowed.")
    if info.duration_s < 0.1:
        raise Refused("The file can't be read: it holds no recording of any length.")


def _named(stream: VideoInfo | AudioInfo) -> str:
    return "" if stream.codec == "none" else f" ({stream.codec})"


def _minutes(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.3g} minutes"
