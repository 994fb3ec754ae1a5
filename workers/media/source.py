"""A file from outside as ffmpeg's input: the same guards for every probe and every decode."""

from __future__ import annotations

from pathlib import Path

from workers.media.ffmpeg import THREADS
from workers.media.sniff import sniff

MAX_PIXELS = 4096 * 2304  # a frame of 4K cinema; a phone films 3840 × 2160
MAX_STREAMS = 100

# By the names that ffmpeg gives to codecs, and what browsers and phones record.
VIDEO_CODECS = frozenset({"vp8", "vp9", "av1", "h264", "hevc", "mpeg4", "h263", "mjpeg"})
AUDIO_CODECS = frozenset(
    {"opus", "vorbis", "aac", "mp3", "flac", "alac", "amr_nb", "amr_wb", "pcm_s16le"}
    | {"pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_f32le", "pcm_u8"}
    | {"pcm_alaw", "pcm_mulaw"}
)
# Some codecs are read by decoders of another name.
_DECODERS = ",".join(
    sorted(
        VIDEO_CODECS
        | AUDIO_CODECS
        | {"libvpx", "libvpx-vp9", "libdav1d", "libaom-av1", "libopus", "libvorbis"}
        | {"mp3float", "amrnb", "amrwb"}
    )
)


def source(path: Path, *options: str) -> list[str]:
    """Input arguments for `path`, with `options` (such as -ss) for the input.

    The demuxer is forced from the file's own bytes. Refused for what is not media.
    """
    demuxer = sniff(path).demuxer
    return [
        *("-protocol_whitelist", "file,pipe"),
        *("-f", demuxer, "-format_whitelist", demuxer),
        *("-codec_whitelist", _DECODERS),
        *("-max_pixels", str(MAX_PIXELS), "-max_streams", str(MAX_STREAMS)),
        *("-threads", THREADS),
        *options,
        *("-i", f"file:{path.absolute()}"),
    ]


# Nothing that the file says about itself goes on: titles, places, chapters, attachments.
CLEAN = ("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn")
