"""What a file is, by its first bytes. Its name and declared type are never believed.

A playlist, a script or a page that calls itself a video would make ffmpeg open other files
or addresses; so only these containers pass, and each forces its own demuxer. Asked twice: when a
file's first bytes have come, so that its sender hears at once, and before ffmpeg reads it.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.errors import Invalid
from app.domain.wording import mark

HEAD = 4096  # bytes that say it
_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")
_MOV_PICTURES = (b"heic", b"heix", b"mif1", b"avif", b"avis")
_PLAYLISTS = (b"#extm3u", b"ffconcat", b"<mpd", b"[playlist]", b"<asx", b"<smil")
_EBML = b"\x1aE\xdf\xa3"
# Where what stands, of all that `classify` lets pass and of a little more: what a page can say
# before it has sent anything.
STARTS: tuple[tuple[int, bytes], ...] = (
    *((0, each) for each in (_EBML, b"OggS", b"RIFF", b"fLaC", b"ID3", b"\xff")),
    *((4, each) for each in _MOV_BOXES),
)


class NotMedia(Invalid):
    sentence = mark("This is not a video or audio file that can be taken here.")


@dataclass(frozen=True, slots=True)
class Container:
    """`name` is ours; `demuxer` is what ffmpeg is made to read it with."""

    name: str
    demuxer: str


def classify(head: bytes) -> Container:
    """The container that these first bytes begin. Raises NotMedia, with the reason, for others."""
    if not head:
        raise NotMedia(mark("The file is empty."))
    found = _binary(head)
    if found is not None:
        return found
    if head.startswith(_PICTURES) or head[4:8] == b"ftyp" or head[8:12] == b"WEBP":
        raise NotMedia(mark("This is a picture, not a video or audio file."))
    text = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0").lower()
    if text.startswith(_PLAYLISTS) or b"<mpd" in text:
        raise NotMedia(mark("This is a playlist that points to other files, not a recording."))
    if text.startswith(b"<"):
        raise NotMedia(mark("This is a web page or drawing, not a video or audio file."))
    raise NotMedia


def _binary(head: bytes) -> Container | None:
    if head.startswith(_EBML):
        return Container("webm" if b"webm" in head[:64] else "matroska", "matroska")
    if head[4:8] in _MOV_BOXES and not (head[4:8] == b"ftyp" and head[8:12] in _MOV_PICTURES):
        return Container("mov" if head[8:12] == b"qt  " else "mp4", "mov")
    if head.startswith(b"OggS"):
        return Container("ogg", "ogg")
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return Container("wav", "wav")
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return Container("avi", "avi")
    if head.startswith(b"fLaC"):
        return Container("flac", "flac")
    if head.startswith(b"ID3"):
        return Container("mp3", "mp3")
    return _framed(head)


def _framed(head: bytes) -> Container | None:
    """MP3 and AAC have no header: a frame's sync bits, then fields with a legal value."""
    if len(head) < 4 or head[0] != 0xFF:
        return None
    layer = head[1] >> 1 & 3
    if head[1] & 0xF6 == 0xF0:  # ADTS: 12 sync bits, layer 0
        return Container("aac", "aac")
    if head[1] & 0xE0 == 0xE0 and layer == 1:  # MPEG audio: 11 sync bits, layer III
        version, rate, bits = head[1] >> 3 & 3, head[2] >> 2 & 3, head[2] >> 4
        if version != 1 and rate != 3 and bits not in (0, 15):
            return Container("mp3", "mp3")
    return None
