"""A recording that is silent where it must be: the picture's packets as they are, and all times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.errors import StepFailed
from app.domain.timeline import Span, merge
from workers.media.ffmpeg import LONGEST_RUN_S, FfmpegFailed, run
from workers.media.plan import AAC, OPUS
from workers.media.probe import ANY_LENGTH_S, MediaInfo, probe
from workers.media.sniff import sniff
from workers.media.source import CLEAN, source

# Sound is silenced in whole pieces: without this they are as long as the file's own packets, up to
# 120 ms with Opus, and the first one would begin before it is silent.
_PIECE = 480  # samples, 10 ms at 48 kHz
_TERMS = 50  # in one expression: ffmpeg takes about 100


def silenced(mute: Sequence[Span], offset_s: float = 0.0) -> list[str]:
    """Filters that have the sound begin at zero, without gaps, and silent in `mute`, whose times
    are `offset_s` later than the filters'."""
    # Missing sound becomes silence, so picture and sound stay together.
    steps = ["aresample=async=1:first_pts=0"]
    when = [
        f"between(t,{each.start - offset_s:.3f},{each.end - offset_s:.3f})" for each in merge(mute)
    ]
    if when:
        steps.append(f"asetnsamples=n={_PIECE}:p=0")
    for at in range(0, len(when), _TERMS):
        steps.append(f"volume=volume=0:enable='{'+'.join(when[at : at + _TERMS])}'")
    return steps


def mute(
    src: Path,
    spans: Sequence[Span],
    folder: Path,
    *,
    info: MediaInfo | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Path:
    """Write a playable file anew into `folder`, silent in `spans`, in seconds; returns its path.

    Of a sound without a picture that is MP3, which tells no times, an M4A. Raises StepFailed.
    """
    info = info or probe(src, longest_s=ANY_LENGTH_S)
    webm = sniff(src).demuxer == "matroska"
    kind = "webm" if webm else "mp4" if info.video else "m4a"
    out = folder / f"muted.{kind}"
    filters = ",".join(silenced(spans))
    args = [
        # The playable's times are its own: nothing is shifted.
        *("-copyts", *source(src), *CLEAN),
        *(("-map", "0:V:0", "-c:v", "copy") if info.video else ()),
        *("-map", "0:a:0", "-af", filters, *(OPUS if webm else AAC)),
        *(("-ac", "2") if info.audio and info.audio.channels > 2 else ()),
        *(() if webm else ("-movflags", "+faststart")),
        *("-fflags", "+bitexact", "-flags:a", "+bitexact"),
        *("-f", "webm" if webm else "mp4", f"file:{out.absolute()}"),
    ]
    try:
        run(
            args,
            timeout_s=min(30 + 4 * info.duration_s, LONGEST_RUN_S),
            reads=[src],
            writes=[folder],
            on_progress=on_progress,
            duration_s=info.duration_s,
        )
    except FfmpegFailed as error:
        raise StepFailed("The sound could not be silenced: the recording is damaged.") from error
    return out
