"""One still picture of a recording, for cards and e-mails."""

from __future__ import annotations

from pathlib import Path

from workers.media.ffmpeg import FfmpegFailed, run
from workers.media.source import CLEAN, source

WIDEST = 960
_TIMEOUT_S = 30.0
# thumbnail: of 8 frames the one nearest to their mean, so no flash and no blur.
# blackframe: says so in the log when 98 % of the points are darker than 32 of 255.
_PICK = (
    "thumbnail=8,blackframe=amount=98:threshold=32,"
    f"scale=w='min({WIDEST}\\,iw*sar)':h=-2,setsar=1,format=yuvj420p"
)


def poster(src: Path, duration_s: float, out: Path) -> Path | None:
    """Write a JPEG of about the first second, or of the middle if that is black.

    None where no frame can be decoded: a recording without a picture is still a recording.
    """
    early = min(1.0, duration_s * 0.2)
    for at in (early, duration_s / 2, 0.0):
        log = _shoot(src, at, out)
        if log is not None and "pblack:" not in log:
            return out
    return out if out.exists() else None


def _shoot(src: Path, at: float, out: Path) -> str | None:
    """What ffmpeg said, or None if there was no picture at that time.

    Seeking before the input jumps to the key frame before `at`: 40 times as fast as after it.
    """
    shot = ("-frames:v", "1", "-vf", _PICK, "-c:v", "mjpeg", "-q:v", "4", "-f", "image2")
    try:
        done = run(
            [
                *source(src, "-ss", f"{at:.3f}"),
                *CLEAN,
                *("-map", "0:V:0", *shot, "-update", "1"),
                *("-fflags", "+bitexact", f"file:{out.absolute()}"),
            ],
            timeout_s=_TIMEOUT_S,
        )
    except FfmpegFailed:
        return None
    return done.log if out.exists() else None
