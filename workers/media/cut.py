"""A stretch of a recording as a file of its own: frame-accurate H.264 and AAC in MP4.

Sound without a picture becomes an MP4 with its waveform drawn, because mail programs and
messengers that show an MP4 often refuse a bare sound file.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from app.domain.errors import StepFailed
from app.domain.timeline import Span
from workers.media.ffmpeg import LONGEST_RUN_S, FfmpegFailed, run
from workers.media.mute import silenced
from workers.media.plan import AAC, FIT, H264
from workers.media.probe import ANY_LENGTH_S, MediaInfo, VideoInfo, probe
from workers.media.source import CLEAN, source

FONTS = Path(__file__).parent / "fonts"
_FADE_S = 0.015  # long enough that no cut clicks, too short to be heard as a fade
_SHORTEST_S = 0.1
_DRAWN = (1280, 720, 25)


def cut(
    src: Path,
    span: Span,
    out: Path,
    *,
    captions: str | None = None,
    mute: Sequence[Span] = (),
    fonts_dir: Path = FONTS,
    info: MediaInfo | None = None,
    on_progress: Callable[[float], None] | None = None,
) -> Span:
    """Write `span` of `src` to `out`; returns the span that was cut, kept inside the source.

    `captions`: ASS or SRT text on the clip's own time line, drawn into the picture. `mute`:
    spans on the source's time line to silence. `info`: what `probe` said, where it is known.
    Loudness is left alone. StepFailed if the span is empty or the source can't be decoded.
    """
    info = info or probe(src, longest_s=ANY_LENGTH_S)
    span = span.clamp(info.duration_s)
    if span.length < _SHORTEST_S:
        raise StepFailed("The clip would be empty: it lies outside the recording.")
    # Beside the clip: what was said must not outlive a killed worker in the system's own place.
    with tempfile.TemporaryDirectory(dir=out.parent) as folder:
        graph = _graph(info, span, mute, _drawn(Path(folder), captions, fonts_dir, info))
        try:
            run(
                [
                    *source(src, "-ss", f"{span.start:.3f}"),
                    *CLEAN,
                    *("-filter_complex", graph),
                    *("-map", "[v]", *H264),
                    *(("-map", "[a]", *AAC) if info.audio else ()),
                    *("-t", f"{span.length:.3f}", "-movflags", "+faststart"),
                    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
                    *("-f", "mp4", f"file:{out.absolute()}"),
                ],
                timeout_s=min(60 + 8 * span.length, LONGEST_RUN_S),
                reads=[src, fonts_dir],
                writes=[out.parent],
                on_progress=on_progress,
                duration_s=span.length,
                cwd=Path(folder),
            )
        except FfmpegFailed as error:
            out.unlink(missing_ok=True)
            raise StepFailed("The clip could not be made: the recording is damaged.") from error
    return span


def _graph(info: MediaInfo, span: Span, mute: Sequence[Span], captions: str) -> str:
    """The filters, from the source's first streams to [v] and [a]."""
    sound = _sound(span, mute)
    if info.video is not None:
        picture = f"[0:V:0]fps={_fps(info.video):g}:start_time=0,{FIT}{captions}[v]"
        return f"{picture};[0:a:0]{sound}[a]" if info.audio else picture
    width, height, rate = _DRAWN
    return (
        f"[0:a:0]{sound},asplit[a][heard];"
        f"[heard]showwaves=s={width}x{height}:r={rate}:mode=cline:scale=sqrt:draw=full:colors=0xf2efe9[wave];"
        f"color=c=0x1c2b33:s={width}x{height}:r={rate}:d={span.length:.3f}[card];"
        f"[card][wave]overlay=shortest=1{captions}[v]"
    )


def _sound(span: Span, mute: Sequence[Span]) -> str:
    ending = span.length - _FADE_S
    fades = [f"afade=t=in:d={_FADE_S}", f"afade=t=out:st={ending:.3f}:d={_FADE_S}"]
    return ",".join([*silenced(mute, span.start), *fades])


def _fps(video: VideoInfo) -> float:
    """A steady rate, so that the length is a whole number of frames; 30 where it has none."""
    return video.fps if video.fps is not None and 5 <= video.fps <= 60 else 30.0


def _drawn(folder: Path, captions: str | None, fonts_dir: Path, info: MediaInfo) -> str:
    """The filter that draws `captions`, whose files lie in `folder`, ffmpeg's own: plain names
    there need none of the three levels of quoting that a path in a filter does."""
    if not captions:
        return ""
    (folder / "fonts").symlink_to(fonts_dir.absolute())
    if not captions.lstrip().startswith("[Script Info]"):
        (folder / "captions.srt").write_text(captions, encoding="utf-8")
        return ",subtitles=captions.srt:fontsdir=fonts:force_style='FontName=Inter Semi Bold'"
    width, height = (info.video.width, info.video.height) if info.video else _DRAWN[:2]
    unit = 1080 / max(min(width, height), 1)
    sized = re.sub(r"(?m)^PlayResX:.*$", f"PlayResX: {round(width * unit)}", captions)
    sized = re.sub(r"(?m)^PlayResY:.*$", f"PlayResY: {round(height * unit)}", sized)
    (folder / "captions.ass").write_text(sized, encoding="utf-8")
    return ",subtitles=captions.ass:fontsdir=fonts"
