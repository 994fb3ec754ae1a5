"""What becomes of each stream: copied where every browser plays it, encoded where not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workers.media.ffmpeg import THREADS
from workers.media.probe import AudioInfo, MediaInfo, VideoInfo

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
OPUS = ("-c:a", "libopus", "-b:a", "64k")


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


def streams(info: MediaInfo, chosen: Plan) -> list[str]:
    """The output arguments that pick and encode, or copy, what `chosen` says."""
    args: list[str] = []
    if chosen.video:
        args += ["-map", "0:V:0"]
        args += ["-c:v", "copy"] if chosen.video == "copy" else [*H264, "-vf", frames(info.video)]
    if chosen.audio:
        encoders = {
            "copy": ("-c:a", "copy"),
            "aac": AAC,
            "opus": OPUS,
        }
        args += ["-map", "0:a:0", *encoders[chosen.audio]]
        if chosen.audio != "copy" and info.audio and info.audio.channels > 2:
            args += ["-ac", "2"]
    return args


def frames(video: VideoInfo | None) -> str:
    """The filter that makes any picture fit for H.264: size, and a frame rate that is sane."""
    wild = video is None or video.fps is None or video.fps > _FASTEST_FPS
    return f"fps=30,{FIT}" if wild else FIT
