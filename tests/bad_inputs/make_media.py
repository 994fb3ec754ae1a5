"""Bad recordings and what must be said about each; `python -m tests.bad_inputs.make_media FOLDER`
writes them all. The numbers are those of the list of bad inputs in the project's design."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bad_inputs.media_bytes import (
    grown_vp8,
    wav,
    with_external_reference,
    with_length,
    with_page_first,
)
from workers.media.ffmpeg import binary

READY = ""  # it is taken; anything else is what the refusal says
UNREADABLE = "The file can't be read"
PLAYLIST = "a playlist that points to other files"
PAGE = "a web page or drawing"
CODEC = "in a format that can't be read here"
TITLE = "<img src=x onerror=alert(1)>"
SCRIPT = "<html><script>alert(document.domain)</script></html>"

PICTURE = ("-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=1")
TONE = ("-f", "lavfi", "-i", "sine=f=440:r=48000:d=1")
SILENCE = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=2")
VP8 = ("-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-g", "5")
OPUS = ("-c:a", "libopus", "-b:a", "16k")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
AAC = ("-c:a", "aac", "-b:a", "32k")
BIG = ("-f", "lavfi", "-i", "testsrc2=s=272x272:r=5:d=1")


@dataclass(frozen=True, slots=True)
class Bad:
    """`write` makes the file in a folder; `says`: a part of the refusal, or READY."""

    number: str
    name: str
    write: Callable[[Path], None]
    says: str = READY
    within_s: float = 30.0
    partial: bool = False
    sound: bool = True
    picture: bool = True


def make(path: Path, *args: str) -> None:
    """The bare tool, outside the box: these files are ours."""
    command = [binary(), "-v", "error", "-nostdin", "-y", *args, f"file:{path}"]
    subprocess.run(command, check=True, timeout=60, cwd=path.parent)


def made(*args: str) -> Callable[[Path], None]:
    return lambda path: make(path, *args)


def text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content) and None


def data(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


def bent(change: Callable[[bytes], bytes], *args: str) -> Callable[[Path], None]:
    """What the tool makes of `args`, changed."""

    def write(path: Path) -> None:
        make(path, *args)
        path.write_bytes(change(path.read_bytes()))

    return write


def beside(name: str, content: str, *args: str) -> Callable[[Path], None]:
    """Made with a file of words beside it."""

    def write(path: Path) -> None:
        (path.parent / name).write_text(content)
        make(path, *args)

    return write


def catalogue(address: str, file: Path) -> list[Bad]:
    """Every bad input, of which some point to `address` and `file`."""
    return [*_pointers(address, file), *_shapes(), *_contents(), *_codecs()]


def _pointers(web: str, canary: Path) -> list[Bad]:
    """Files that name other files or addresses."""
    file = f"file://{canary}"
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{web}/a.ts\n#EXTINF:9,\n{file}\n"
    hls += "#EXT-X-ENDLIST\n"
    names = f"ffconcat version 1.0\nfile '{canary}'\nfile '{web}/b.mp4'\n"
    dash = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
        f'<Representation id="1"><BaseURL>{web}/c.mp4</BaseURL></Representation>'
        "</AdaptationSet></Period></MPD>"
    )
    tagged = b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + hls.encode()
    link = f"-->\0\x03\0{web}/cover.jpg".encode()
    apic = b"APIC" + struct.pack(">IH", len(link) + 1, 0) + b"\0" + link
    size = len(apic)
    head = b"ID3\x03\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    mp4 = (*PICTURE, *TONE, *H264, *AAC, "-f", "mp4")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{web}/d.png"/></svg>'
    return [
        Bad("14", "hls.mp4", text(hls), PLAYLIST, 1),
        Bad("14", "hls-bom.webm", text("\ufeff \n" + hls), PLAYLIST, 1),
        Bad("14", "hls-behind-a-tag.mp3", data(tagged), UNREADABLE, 5),
        Bad("15", "concat.webm", text(names), PLAYLIST, 1),
        Bad("16", "dash.mp4", text(dash), PLAYLIST, 1),
        Bad("17", "page.mp4", text("<!doctype html>" + SCRIPT), PAGE, 1),
        Bad("17", "drawing.webm", text(svg), PAGE, 1),
        Bad("", "names-others.mp4", text(f"concat:{canary}|subfile,,start,0:{file}"),
            "not a video", 1),
        Bad("", "data.webm", text("data:video/webm;base64,GkXfow=="), "not a video", 1),
        *(
            Bad("", f"refers-to-{name}.mov", bent(_referring(where), *mp4), UNREADABLE)
            for name, where in (("web", f"{web}/e.mov"), ("file", str(canary)))
        ),
        Bad("", "linked-cover.mp3", bent(lambda mp3: head + apic + mp3, *TONE, "-f", "mp3",
            "-id3v2_version", "0"), picture=False),
        Bad("", "title-is-an-address.webm", made(*PICTURE, *TONE, *VP8, *OPUS,
            "-metadata", f"title=concat:{canary}", "-metadata", f"url={web}/f")),
    ]  # fmt: skip


def _referring(where: str) -> Callable[[bytes], bytes]:
    return lambda mp4: with_external_reference(mp4, where)


def _shapes() -> list[Bad]:
    """Broken, cut off or immense."""
    webm = (*PICTURE, *TONE, *VP8, *OPUS, "-f", "webm")
    mp4 = (*PICTURE, *TONE, *H264, *AAC, "-f", "mp4")
    bomb = b"\x1aE\xdf\xa3\x84webm" + b"\x18S\x80g\x01" + b"\xff" * 7
    noise = random.Random(7).randbytes(50_000)
    jump = ("-vf", "setpts='PTS+gte(N,1)*36000/TB'", "-fps_mode", "passthrough")
    long = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=2", *jump, *VP8, "-f", "webm")
    return [
        Bad("", "nothing.webm", data(b""), "The file is empty", 1),
        Bad("", "one-byte.webm", data(b"\x1a"), "not a video", 1),
        Bad("19", "half.webm", bent(lambda whole: whole[: len(whole) // 2], *webm), partial=True),
        Bad("20", "no-moov.mp4", bent(lambda whole: whole[: whole.rindex(b"moov") - 4], *mp4),
            "table of contents is missing"),
        Bad("21", "huge.webm", bent(lambda w: grown_vp8(w, 15_000, 15_000), *BIG, *VP8),
            "The picture is too large", 1),
        Bad("21", "8k.webm", bent(lambda w: grown_vp8(w, 7680, 4320), *BIG, *VP8),
            "The picture is too large: 7680 × 4320", 1),
        Bad("21", "grows-later.webm", bent(lambda w: grown_vp8(w, 15_000, 15_000, first=1),
            *BIG, *VP8, "-g", "2"), sound=False),
        Bad("22", "gap.webm", made(*long), "longer than the 10 minutes allowed", 10),
        Bad("", "claims-years.webm", bent(lambda w: with_length(w, 1e15), *webm), partial=True),
        Bad("23", "1000-fps.mkv", _fast, sound=False),
        Bad("25", "nested.webm", data(bomb * 5000), UNREADABLE, 5),
        Bad("27", "noise.webm", data(b"\x1aE\xdf\xa3" + noise), UNREADABLE, 5),
        Bad("", "claims-4-GB.wav", data(wav()[:40] + b"\xff" * 4 + wav()[44:]), picture=False),
        *(
            Bad("", f"nothing-behind-{i}", data(head + bytes(4000)), UNREADABLE, 5)
            for i, head in enumerate((b"OggS", b"ID3\x04", b"fLaC", b"\0\0\0\x10ftypisomisom",
                                      b"RIFF\xff\xff\xff\xffAVI LIST"))
        ),
    ]  # fmt: skip


def _contents() -> list[Bad]:
    """Whole files that hold more, less or other than a recording should."""
    fragments = (*PICTURE, *TONE, *H264, *AAC, "-movflags", "empty_moov+default_base_moof",
                 "-f", "mp4")  # fmt: skip
    words = "1\n00:00:00,000 --> 00:00:01,000\n" + TITLE + "\n"
    chapters = f";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=900\ntitle={SCRIPT}\n"
    said = ("-metadata", f"title={TITLE}", "-metadata", "location=+48.2082+016.3738/",
            "-metadata:s:v", f"title={TITLE}")  # fmt: skip
    return [
        Bad("18", "page-inside.mp4", bent(lambda mp4: with_page_first(mp4, SCRIPT), *fragments)),
        Bad("24", "sixty.mkv", made(*TONE, *(["-map", "0:a"] * 60), *OPUS), picture=False),
        Bad("24", "more-than-100.mkv", made(*TONE, *(["-map", "0:a"] * 120), "-c:a", "flac"),
            "more than 100 streams"),
        Bad("28", "silent.webm", made("-f", "lavfi", "-i", "testsrc2=s=96x64:r=10:d=2", *SILENCE,
            *VP8, *OPUS)),
        Bad("29", "title.mp4", made(*PICTURE, *TONE, *H264, *AAC, "-movflags",
            "use_metadata_tags", *said)),
        Bad("30", "odd.mp4", made("-f", "lavfi", "-i", "testsrc2=s=161x121:r=10:d=1", "-c:v",
            "libx264", "-pix_fmt", "yuv444p"), sound=False),
        Bad("30", "turned.mp4", _turned, sound=False),
        Bad("", "words.mkv", beside("w.srt", words, *PICTURE, *TONE, "-i", "w.srt", *VP8, *OPUS,
            "-c:s", "ass", "-map", "0", "-map", "1", "-map", "2")),
        Bad("", "only-words.mkv", beside("w.srt", words, "-i", "w.srt", "-c:s", "srt"),
            "no video and no audio"),
        Bad("", "attachment.mkv", beside("evil.html", SCRIPT, *PICTURE, *TONE, *VP8, *OPUS,
            "-attach", "evil.html", "-metadata:s:t", "mimetype=text/html")),
        Bad("", "chapters.mkv", beside("c.txt", chapters, *PICTURE, *TONE, "-i", "c.txt",
            "-map_chapters", "2", *VP8, *OPUS)),
        Bad("", "cover.mp3", _covered, picture=False),
        Bad("", "uneven.webm", made("-f", "lavfi", "-i", "testsrc2=s=96x64:r=30:d=2", *TONE, "-vf",
            "select='not(mod(n,7))+lt(mod(n,13),2)'", "-fps_mode", "vfr", *VP8, *OPUS)),
        Bad("", "before-zero.mkv", made(*PICTURE, *TONE, *VP8, *OPUS, "-output_ts_offset", "-0.5",
            "-avoid_negative_ts", "disabled")),
        Bad("", "before-zero.mp4", made(*PICTURE, *TONE, *H264, *AAC, "-output_ts_offset", "-0.5",
            "-avoid_negative_ts", "disabled")),
    ]  # fmt: skip


def _fast(path: Path) -> None:
    second = path.with_name("second.mkv")
    make(second, "-f", "lavfi", "-i", "color=s=32x32:r=1000:d=1", *H264)
    make(path, "-stream_loop", "119", "-i", f"file:{second}", "-c", "copy")


def _turned(path: Path) -> None:
    flat = path.with_name("flat.mp4")
    make(flat, *PICTURE, *H264)
    make(path, "-display_rotation", "90", "-i", f"file:{flat}", "-c", "copy")


def _covered(path: Path) -> None:
    cover = path.with_name("cover.jpg")
    make(cover, *PICTURE, "-frames:v", "1", "-update", "1")
    make(path, *TONE, "-i", f"file:{cover}", "-map", "0", "-map", "1", "-c:v", "copy")


def _codecs() -> list[Bad]:
    """Formats that few browsers make, and numbers that no microphone has."""
    return [
        Bad("26", "magicyuv.webm", made(*PICTURE, "-c:v", "magicyuv", "-f", "matroska"), CODEC),
        Bad("", "prores.mov", made(*PICTURE, "-c:v", "prores_ks"), CODEC),
        Bad("", "raw.avi", made(*PICTURE, "-c:v", "rawvideo"), CODEC),
        Bad("", "ac3.mkv", made(*TONE, "-c:a", "ac3"), CODEC),
        Bad("", "hevc.mp4", made(*PICTURE, *TONE, "-c:v", "libx265", "-x265-params",
            "log-level=error", *AAC)),
        Bad("", "av1.mp4", made(*PICTURE, *TONE, "-c:v", "libsvtav1", *AAC)),
        Bad("", "1-hz.wav", data(wav(rate=1, seconds=2)), "no video and no audio"),
        Bad("", "768-khz.wav", data(wav(rate=768_000)), picture=False),
        Bad("", "0-hz.wav", data(wav(rate=0)), UNREADABLE),
        Bad("", "4-ghz.wav", data(wav(rate=0xFFFFFFFF, seconds=1e-5)), UNREADABLE),
        Bad("", "255-channels.wav", data(wav(rate=4000, channels=255)), "can't be decoded"),
        Bad("", "65535-channels.wav", data(wav(channels=65_535)), UNREADABLE),
        Bad("", "no-channels.wav", data(wav(channels=0)), UNREADABLE),
    ]  # fmt: skip


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for bad in catalogue("http://127.0.0.1:9", Path(os.devnull)):
        bad.write(folder / bad.name)
        size = (folder / bad.name).stat().st_size
        print(f"{bad.number or '–':>3}  {bad.name:28} {size:>9,}  {bad.says or 'is taken'}")


if __name__ == "__main__":
    main()
