"""From what was sent to what is served: a rebuilt file, sound for the engines, a picture, peaks.

Where browsers can play the codecs the packets are copied into a new container (60 ms a
minute); only the rest is encoded anew (25 processor seconds a minute of 720p). The bytes
that were uploaded are never served: rebuilding drops whatever else they carried.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from workers.media.ffmpeg import LONGEST_RUN_S, FfmpegFailed, Result, run
from workers.media.peaks import SPEECH_RATE, peaks, seconds
from workers.media.plan import How, Plan, encoded, plan, streams
from workers.media.poster import poster
from workers.media.probe import MediaInfo
from workers.media.sniff import Refused
from workers.media.source import CLEAN, source


@dataclass(frozen=True, slots=True)
class Normalised:
    """Files in the folder that was given. `width` and `height` as shown, 0 for sound alone.

    `waveform`: 400 peaks, 0..1 of the loudest; empty without sound. `audio`: 16 kHz mono
    16-bit WAV on the playable's own time line, None without sound.
    """

    playable: Path
    mime: str
    duration_s: float
    width: int
    height: int
    poster: Path | None
    waveform: list[float]
    audio: Path | None
    how: How
    partial: bool

    @property
    def extension(self) -> str:
        return self.playable.suffix.lstrip(".")


def normalise(
    src: Path,
    info: MediaInfo,
    out_dir: Path,
    on_progress: Callable[[float], None] | None = None,
) -> Normalised:
    """Write the playable file, the engines' sound and a poster for `src` into `out_dir`.

    `info` is what `probe` said of `src`. Refused if the media can't be decoded; StepFailed
    for time, memory or disk.
    """
    chosen = plan(info)
    with ThreadPoolExecutor(1) as beside:
        picture = beside.submit(_poster, src, info, out_dir / "poster.jpg")
        try:
            done = _rebuild(src, info, chosen, out_dir, on_progress)
        except FfmpegFailed:
            info, chosen, done = _rescue(src, info, out_dir, on_progress)
        poster_path = picture.result() if info.video else None
    return _described(info, chosen, done, out_dir, poster_path)


def _rebuild(
    src: Path,
    info: MediaInfo,
    chosen: Plan,
    out_dir: Path,
    on_progress: Callable[[float], None] | None,
) -> Result:
    """One reading of the source writes the playable file and the engines' sound."""
    sound = _for_engines(info, out_dir) if info.audio else []
    return run(
        [*source(src), *_for_browsers(info, chosen, out_dir), *sound],
        timeout_s=_allowed_s(info),
        reads=[src],
        writes=[out_dir],
        on_progress=on_progress,
        duration_s=info.duration_s,
    )


def _rescue(
    src: Path,
    info: MediaInfo,
    out_dir: Path,
    on_progress: Callable[[float], None] | None,
) -> tuple[MediaInfo, Plan, Result]:
    """Packets that no container takes may still decode; without its picture, a voice is left."""
    tries = [info]
    if info.video and info.audio:
        tries.append(replace(info, video=None, partial=True))
    for kept in tries:
        chosen = encoded(kept)
        try:
            return kept, chosen, _rebuild_slowly(src, kept, chosen, out_dir, on_progress)
        except FfmpegFailed as error:
            failed = error
    raise Refused("The recording can't be decoded: it looks damaged.") from failed


def _rebuild_slowly(
    src: Path,
    info: MediaInfo,
    chosen: Plan,
    out_dir: Path,
    on_progress: Callable[[float], None] | None,
) -> Result:
    """The same in two readings: ffmpeg can lock when damaged times part two outputs."""
    done = run(
        [*source(src), *_for_browsers(info, chosen, out_dir)],
        timeout_s=_allowed_s(info),
        reads=[src],
        writes=[out_dir],
        on_progress=on_progress,
        duration_s=info.duration_s,
    )
    if info.audio:
        # From the new file, so that the words' times are its times.
        made = source(_playable(out_dir, chosen))
        run([*made, *_for_engines(info, out_dir)], timeout_s=_allowed_s(info), writes=[out_dir])
    return done


def _allowed_s(info: MediaInfo) -> float:
    """Half a minute, and four times real time for encoding on a slow machine; in any case less
    than the step's deadline, after which it would be tried again in vain."""
    return min(30 + 4 * info.duration_s, LONGEST_RUN_S)


def _for_browsers(info: MediaInfo, chosen: Plan, out_dir: Path) -> list[str]:
    args = [*CLEAN, *streams(info, chosen), *_limit(info)]
    if chosen.extension in ("mp4", "m4a"):
        args += ["-movflags", "+faststart", "-f", "mp4"]
    args += ["-flags:v", "+bitexact", "-flags:a", "+bitexact", "-fflags", "+bitexact"]
    return [*args, f"file:{_playable(out_dir, chosen)}"]


def _for_engines(info: MediaInfo, out_dir: Path) -> list[str]:
    return [*CLEAN, "-map", "0:a:0", *_limit(info), *_SPEECH, f"file:{_sound(out_dir)}"]


def _limit(info: MediaInfo) -> tuple[str, str]:
    return ("-t", f"{info.duration_s + 1:.3f}")


# The first sample lies at the playable's zero and gaps become silence: word times fit.
_SPEECH = (
    *("-af", "aresample=async=1:first_pts=0", "-ar", str(SPEECH_RATE), "-ac", "1"),
    *("-c:a", "pcm_s16le", "-fflags", "+bitexact", "-f", "wav"),
)


def _poster(src: Path, info: MediaInfo, out: Path) -> Path | None:
    return poster(src, info.duration_s, out) if info.video else None


def _described(
    info: MediaInfo, chosen: Plan, done: Result, out_dir: Path, picture: Path | None
) -> Normalised:
    video = info.video
    sound = _sound(out_dir) if info.audio else None
    duration = round(min(done.out_s, info.duration_s) if video else seconds(_sound(out_dir)), 3)
    return Normalised(
        playable=_playable(out_dir, chosen),
        mime=chosen.mime,
        duration_s=duration,
        width=video.width if video else 0,
        height=video.height if video else 0,
        poster=picture,
        waveform=peaks(sound) if sound else [],
        audio=sound,
        how=chosen.how,
        # Success is no proof of a whole file: compare with what the probe measured.
        partial=info.partial or duration < info.duration_s - max(0.5, 0.02 * info.duration_s),
    )


def _playable(out_dir: Path, chosen: Plan) -> Path:
    return out_dir.absolute() / f"playable.{chosen.extension}"


def _sound(out_dir: Path) -> Path:
    return out_dir.absolute() / "audio.wav"
