"""A clip is what was asked for, to the frame."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.domain.captions import srt
from app.domain.errors import StepFailed
from app.domain.timeline import Segment, Span
from tests.workers.media.conftest import TONE, Make, decoded_s, frames
from workers.media import ffmpeg
from workers.media.captions import burn_in
from workers.media.cut import cut
from workers.media.probe import probe

FRAME = 1 / 25
SAID = [Segment(0.0, 1.5, "Nobody told me where it was", 0.9)]


@pytest.fixture(scope="session")
def counting(make: Make) -> Path:
    """A picture whose brightness is its frame's number, 0..249, in VP8 with few key frames."""
    return make(
        "counting.webm",
        *("-f", "lavfi", "-i", "nullsrc=s=64x64:r=25:d=8,geq=lum='16+N':cb=128:cr=128"),
        *("-f", "lavfi", "-i", "sine=f=440:r=48000:d=8"),
        *("-c:v", "libvpx", "-b:v", "1M", "-qmin", "0", "-qmax", "4", "-g", "90"),
        *("-c:a", "libopus", "-f", "webm"),
    )


def pixels(path: Path, tmp_path: Path, at: str = "eq(n,0)") -> np.ndarray:
    """The brightness of one frame of a video, as rows."""
    raw = tmp_path / "frame.raw"
    shown = probe(path).video
    assert shown is not None
    ffmpeg.run(
        [
            *("-i", str(path), "-vf", f"select='{at}'", "-frames:v", "1"),
            *("-pix_fmt", "gray", "-f", "rawvideo", str(raw)),
        ],
        timeout_s=30,
        reads=[path],
        writes=[raw.parent],
    )
    return np.frombuffer(raw.read_bytes(), np.uint8).reshape(shown.height, shown.width)


def samples(path: Path, tmp_path: Path) -> np.ndarray:
    raw = tmp_path / "sound.raw"
    ffmpeg.run(
        ["-i", str(path), "-ac", "1", "-ar", "16000", "-f", "s16le", str(raw)],
        timeout_s=30,
        reads=[path],
        writes=[raw.parent],
    )
    return np.frombuffer(raw.read_bytes(), np.int16).astype(int)


@pytest.mark.parametrize("start", [0.0, 1.0, 2.52, 4.28])
def test_a_clip_is_exact_to_the_frame(counting: Path, tmp_path: Path, start: float) -> None:
    out = tmp_path / "clip.mp4"

    cut(counting, Span(start, start + 2.0), out)

    assert frames(out) == 50
    assert decoded_s(out, "v") == pytest.approx(2.0, abs=FRAME)
    assert decoded_s(out, "a") == pytest.approx(2.0, abs=FRAME)
    first = float(np.median(pixels(out, tmp_path)))
    # One step of brightness is one frame; grey from 16..235 is stretched by 255/219.
    assert first * 219 / 255 == pytest.approx(start * 25, abs=1.0)


def test_a_clip_plays_everywhere(counting: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"

    cut(counting, Span(1, 3), out)
    info, content = probe(out), out.read_bytes()

    assert info.video is not None
    assert info.audio is not None
    assert (info.video.codec, info.video.pixels, info.audio.codec) == ("h264", "yuv420p", "aac")
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_span_beyond_the_end_is_kept_inside(counting: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"

    done = cut(counting, Span(7.0, 99.0), out)

    assert done.end == pytest.approx(8.0, abs=0.05)
    assert decoded_s(out, "v") == pytest.approx(1.0, abs=2 * FRAME)


def test_an_empty_span_is_said(counting: Path, tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="lies outside the recording"):
        cut(counting, Span(50, 60), tmp_path / "none.mp4")
    assert not (tmp_path / "none.mp4").exists()


def test_muted_stretches_are_silent_and_edges_do_not_click(counting: Path, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"

    cut(counting, Span(1, 5), out, mute=[Span(2, 2.5), Span(2.4, 3)])
    sound = np.abs(samples(out, tmp_path))

    assert sound[16500:31500].max() < 60
    assert sound[4000:15000].max() > 1000
    assert sound[33000:60000].max() > 1000
    assert sound[:8].max() < 150 < 1000 < sound[:1600].max()


@pytest.mark.parametrize("text", [burn_in(SAID), srt(SAID)], ids=["ass", "srt"])
def test_captions_are_in_the_picture_while_they_are_said(
    make: Make, tmp_path: Path, text: str
) -> None:
    plain = make(
        "plain.webm", "-f", "lavfi", "-i", "color=0x404040:s=320x180:r=25:d=3", "-c:v", "libvpx"
    )
    out = tmp_path / "clip.mp4"

    cut(plain, Span(0.5, 3), out, captions=text)
    during, after = pixels(out, tmp_path, "eq(n,20)"), pixels(out, tmp_path, "eq(n,50)")

    assert during[90:].max() > 200
    assert during[:90].max() < 100  # only in the lower half
    assert after.max() < 100


def test_spoken_words_cannot_command_the_renderer(make: Make, tmp_path: Path) -> None:
    plain = make(
        "plain.webm", "-f", "lavfi", "-i", "color=0x404040:s=320x180:r=25:d=3", "-c:v", "libvpx"
    )
    rude = [Segment(0.0, 2.0, r"{\an8}{\pos(10,10)} \N up", 1.0)]
    out = tmp_path / "clip.mp4"

    cut(plain, Span(0, 2), out, captions=burn_in(rude))

    assert pixels(out, tmp_path, "eq(n,20)")[:90].max() < 100


def test_sound_alone_becomes_a_drawn_video(make: Make, tmp_path: Path) -> None:
    out = tmp_path / "clip.mp4"

    cut(make("sound.webm", *TONE, "-c:a", "libopus"), Span(0.5, 2.5), out, captions=burn_in(SAID))
    info = probe(out)

    assert info.video is not None
    assert (info.video.width, info.video.height) == (1280, 720)
    assert info.duration_s == pytest.approx(2.0, abs=2 * FRAME)


def test_picture_alone_gives_a_silent_clip(make: Make, tmp_path: Path) -> None:
    plain = make(
        "plain.webm", "-f", "lavfi", "-i", "color=0x404040:s=320x180:r=25:d=3", "-c:v", "libvpx"
    )
    out = tmp_path / "clip.mp4"

    cut(plain, Span(0, 1), out)

    assert probe(out).audio is None
    assert frames(out) == 25


def test_an_odd_upright_picture_fits(make: Make, tmp_path: Path) -> None:
    tall = make("tall.webm", "-f", "lavfi", "-i", "color=s=201x401:r=25:d=2", "-c:v", "libvpx-vp9")
    out = tmp_path / "clip.mp4"

    cut(tall, Span(0, 1), out)
    shown = probe(out).video

    assert shown is not None
    assert (shown.width, shown.height) == (200, 400)


KILLED = """
import os, signal, sys
from pathlib import Path
from app.domain.timeline import Span
from workers.media import cut
cut.run = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
source, out = map(Path, sys.argv[1:])
cut.cut(source, Span(0, 1), out, captions="[Script Info] what was said")
"""


def test_a_killed_worker_leaves_no_words_outside_its_own_folder(webm: Path, tmp_path: Path) -> None:
    """Its own folder is swept; the system's place for temporary files isn't ours to sweep."""
    own, others = tmp_path / "own", tmp_path / "others"
    own.mkdir()
    others.mkdir()
    subprocess.run(
        [sys.executable, "-c", KILLED, webm, own / "clip.mp4"],
        cwd=Path(__file__).parents[3],
        env={**os.environ, "TMPDIR": str(others)},
        check=False,
        timeout=30,
    )
    assert len(list(own.rglob("captions.ass"))) == 1
    assert list(others.iterdir()) == []
