"""One still picture of a recording, for cards and e-mails."""

from __future__ import annotations

from pathlib import Path

from workers.media.ffmpeg import FfmpegFailed, run
from workers.media.source import CLEAN, source

WIDEST = 960
_TIMEOUT_S = 30.0
# blackframe: says so in the log when 98 % of the points are darker than 32 of 255.
_PICK = (
    f"blackframe=amount=98:threshold=32,scale=w='min({WIDEST}\\,iw*sar)':h=-2"
    ",setsar=1,format=yuvj420p"
)
_KEY_FRAMES = ("-skip_frame", "nokey")


def poster(src: Path, duration_s: float, out: Path) -> Path | None:
    """Write a JPEG of the first key frame after about a second: key frames are the sharpest,
    and decoding nothing else takes a quarter of the time. Failing that, or where that is
    black, the frame at that second, at the middle, at the start.

    None where no frame can be decoded: a recording without a picture is still a recording.
    """
    early = min(1.0, duration_s * 0.2)
    for at, options in (
        (early, _KEY_FRAMES),
        (early, ()),
        (duration_s / 2, ()),
        (0.0, ()),
    ):
        log = _shoot(src, at, options, out)
        if log is not None and "pblack:" not in log:
            return out
    return out if out.exists() else None


def _shoot(src: Path, at: float, options: tuple[str, ...], out: Path) -> str | None:
    """What ffmpeg said, or None if there was no picture from that time on.

    Seeking before the input jumps to the key frame before `at`: 40 times as fast as after it.
    """
    shot = ("-frames:v", "1", "-vf", _PICK, "-c:v", "mjpeg", "-q:v", "4", "-f", "image2")
    new = out.with_name(f"new-{out.name}")
    try:
        done = run(
            [
                *source(src, "-ss", f"{at:.3f}", *options),
                *CLEAN,
                *("-map", "0:V:0", *shot, "-update", "1"),
                *("-fflags", "+bitexact", f"file:{new.absolute()}"),
            ],
            timeout_s=_TIMEOUT_S,
            reads=[src],
            writes=[out.parent],
        )
    except FfmpegFailed:
        return None
    if not new.exists():
        return None
    new.replace(out)
    return done.log
