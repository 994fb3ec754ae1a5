"""From what was sent to what is served: a rebuilt file, sound for the engines, a picture, peaks.

Where browsers can play the codecs the packets are copied into a new container (60 ms a
minute); only the rest is encoded anew (25 processor seconds a minute of 720p). The bytes
that were uploaded are never served: rebuilding drops whatever else they carried.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workers.media.ffmpeg import THREADS, FfmpegFailed, Result, run
from workers.media.peaks import SPEECH_RATE, peaks, seconds
from workers.media.poster import poster
from workers.media.probe import AudioInfo, MediaInfo, VideoInfo
from workers.media.sniff import Refused
from workers.media.source import CLEAN, source

How = Literal["copied", "re-encoded"]

_MIME = {
    ("webm", True): "video/webm",
    ("webm", False): "audio/webm",
    ("mp4", True): "video/mp4",
    ("m4a", False): "audio/mp4",
    ("mp3", False): "audio/mpeg",
}
_FASTEST_FPS = 60.0
# Even sides, at most 1080p either way up, square points. Never larger than it was.
FIT = (
    "scale=w='min(iw*max(sar\\,1)\\,if(gte(iw\\,ih)\\,1920\\,1080))'"
    ":h='min(ih/min(sar\\,1)\\,if(gte(iw\\,ih)\\,1080\\,1920))'"
    ":force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1"
)
H264 = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"),
    *("-threads", THREADS),
    # A key frame every 2 s, so that later cuts can copy.
    *("-force_key_frames", "expr:gte(t,n_forced*2)"),
)
AAC = ("-c:a", "aac", "-b:a", "128k", "-ar", "48000")


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of each stream. None: there is none. "copy", or the encoder's name."""

    extension: str
    mime: str
    video: Literal["copy", "h264"] | None
    audio: Literal["copy", "aac", "opus"] | None

    @property
    def how(self) -> How:
        """Encoding the sound alone costs next to nothing; the picture decides."""
        main = self.video or self.audio
        return "copied" if main == "copy" else "re-encoded"


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


def plan(info: MediaInfo) -> Plan:
    """How to make this media playable in every current browser, copying what can be."""
    if info.video is None:
        return _plan_sound(info.audio)
    if info.video.codec in ("vp8", "vp9", "av1") and _copies(info.video):
        sound = _choose(info.audio, ("opus", "vorbis"), "opus")
        return Plan("webm", _MIME["webm", True], "copy", sound)
    copied = info.video.codec == "h264" and _copies(info.video)
    sound = _choose(info.audio, ("aac",), "aac")
    return Plan("mp4", _MIME["mp4", True], "copy" if copied else "h264", sound)


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
        except FfmpegFailed as error:
            if chosen.how != "copied":
                raise Refused("The recording can't be decoded: it looks damaged.") from error
            # Packets that no new container takes may still decode.
            chosen = encoded(info)
            try:
                done = _rebuild(src, info, chosen, out_dir, on_progress)
            except FfmpegFailed as again:
                raise Refused("The recording can't be decoded: it looks damaged.") from again
        poster_path = picture.result()
    return _described(info, chosen, done, out_dir, poster_path)


def encoded(info: MediaInfo) -> Plan:
    """The plan that decodes everything, for packets that can't be copied."""
    sound: Literal["aac"] | None = "aac" if info.audio else None
    if info.video is None:
        return Plan("m4a", _MIME["m4a", False], None, sound)
    return Plan("mp4", _MIME["mp4", True], "h264", sound)


def _plan_sound(audio: AudioInfo | None) -> Plan:
    codec = audio.codec if audio else ""
    if codec in ("opus", "vorbis"):
        return Plan("webm", _MIME["webm", False], None, "copy")
    if codec == "mp3":
        return Plan("mp3", _MIME["mp3", False], None, "copy")
    return Plan("m4a", _MIME["m4a", False], None, "copy" if codec == "aac" else "aac")


def _copies(video: VideoInfo) -> bool:
    """8-bit 4:2:0 is what browsers decode everywhere; WebM can't say that it is rotated."""
    return video.pixels in ("yuv420p", "yuvj420p") and (
        video.codec == "h264" or video.rotation == 0
    )


def _choose(
    audio: AudioInfo | None, copied: tuple[str, ...], encoder: Literal["aac", "opus"]
) -> Literal["copy", "aac", "opus"] | None:
    if audio is None:
        return None
    return "copy" if audio.codec in copied else encoder


def _rebuild(
    src: Path,
    info: MediaInfo,
    chosen: Plan,
    out_dir: Path,
    on_progress: Callable[[float], None] | None,
) -> Result:
    """One reading of the source writes the playable file and the engines' sound."""
    limit = ("-t", f"{info.duration_s + 1:.3f}")
    args = [*source(src), *CLEAN, *_streams(info, chosen), *limit]
    if chosen.extension in ("mp4", "m4a"):
        args += ["-movflags", "+faststart", "-f", "mp4"]
    args += ["-flags:v", "+bitexact", "-flags:a", "+bitexact", "-fflags", "+bitexact"]
    args += [f"file:{_playable(out_dir, chosen)}"]
    if info.audio:
        args += [*CLEAN, "-map", "0:a:0", *limit, *_FOR_ENGINES, f"file:{_sound(out_dir)}"]
    return run(
        args,
        # Half a minute, and four times real time for encoding on a slow machine.
        timeout_s=30 + 4 * info.duration_s,
        on_progress=on_progress,
        duration_s=info.duration_s,
    )


# The first sample lies at the playable's zero and gaps become silence: word times fit.
_FOR_ENGINES = (
    *("-af", "aresample=async=1:first_pts=0", "-ar", str(SPEECH_RATE), "-ac", "1"),
    *("-c:a", "pcm_s16le", "-fflags", "+bitexact", "-f", "wav"),
)


def _streams(info: MediaInfo, chosen: Plan) -> list[str]:
    args: list[str] = []
    if chosen.video:
        args += ["-map", "0:V:0"]
        args += ["-c:v", "copy"] if chosen.video == "copy" else [*H264, "-vf", frames(info.video)]
    if chosen.audio:
        encoders = {
            "copy": ("-c:a", "copy"),
            "aac": AAC,
            "opus": ("-c:a", "libopus", "-b:a", "64k"),
        }
        args += ["-map", "0:a:0", *encoders[chosen.audio]]
        if chosen.audio != "copy" and info.audio and info.audio.channels > 2:
            args += ["-ac", "2"]
    return args


def frames(video: VideoInfo | None) -> str:
    """The filter that makes any picture fit for H.264: size, and a frame rate that is sane."""
    wild = video is None or video.fps is None or video.fps > _FASTEST_FPS
    return f"fps=30,{FIT}" if wild else FIT


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
