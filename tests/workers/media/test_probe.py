"""What a recording is said to be, for good ones and for bad ones."""

from __future__ import annotations

import random
import struct
import time
from pathlib import Path

import pytest

from tests.workers.media.conftest import H264, MP4, PICTURE, TONE, VP8, WEBM, Make
from workers.media.probe import AudioInfo, probe
from workers.media.sniff import Refused


def test_a_recorders_webm_gets_its_true_length(webm: Path) -> None:
    info = probe(webm)

    assert info.container == "webm"
    assert info.duration_s == pytest.approx(3.0, abs=0.05)
    assert info.video is not None
    assert (info.video.codec, info.video.width, info.video.height) == ("vp8", 160, 120)
    assert info.video.fps == 25
    assert info.audio == AudioInfo("opus", 48000, 1)
    assert (info.partial, info.streams) == (False, 2)
    assert info.summary() == "160 × 120 vp8, opus, 0:03"


def test_a_rotated_phone_video_is_as_it_is_shown(make: Make, mp4: Path) -> None:
    turned = make("turned.mp4", "-display_rotation", "-90", "-i", str(mp4), "-c", "copy")

    video = probe(turned).video

    assert video is not None
    assert (video.rotation, video.width, video.height) == (90, 120, 160)


def test_sound_alone_and_picture_alone_are_recordings(make: Make) -> None:
    sound = probe(make("sound.webm", *TONE, "-c:a", "libopus"))
    picture = probe(make("picture.webm", *PICTURE, *VP8))

    assert (sound.video, picture.audio) == (None, None)
    assert sound.duration_s == pytest.approx(3.0, abs=0.05)
    assert picture.duration_s == pytest.approx(3.0, abs=0.05)


@pytest.mark.parametrize("kind", ["webm", "mp4"])
def test_a_recording_that_breaks_off_is_partial(
    make: Make, webm: Path, tmp_path: Path, kind: str
) -> None:
    whole = webm
    if kind == "mp4":
        whole = make("fast.mp4", *PICTURE, *TONE, *MP4, "-movflags", "+faststart")
    cut = tmp_path / "cut"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])

    info = probe(cut)

    assert info.partial
    assert 0.5 < info.duration_s < 2.8


def test_many_streams_leave_the_first_of_each(make: Make) -> None:
    args = [*TONE, *(["-map", "0:a"] * 60), "-c:a", "libopus", "-b:a", "8k"]

    info = probe(make("sixty.mkv", *args))

    assert (info.video, info.streams) == (None, 60)


def test_a_cover_picture_is_no_video(make: Make) -> None:
    cover = make("cover.jpg", *PICTURE, "-frames:v", "1", "-update", "1")
    song = make("song.mp3", *TONE, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy")

    assert probe(song).video is None


def test_what_a_title_claims_is_not_believed(make: Make) -> None:
    lie = (
        "x\nOutput #0, null, to 'pipe:':\n"
        "  Stream #0:0: Video: h264, yuv420p, 9999x9999, 25 fps\n"
        "  Duration: 09:00:00.00, start: 0"
    )
    liar = make("liar.webm", *PICTURE, *TONE, *WEBM, "-metadata", f"title={lie}")

    info = probe(liar)

    assert info.video is not None
    assert (info.video.codec, info.video.width) == ("vp8", 160)


def test_longer_than_allowed_is_refused(webm: Path) -> None:
    with pytest.raises(Refused, match="longer than the 2 seconds allowed"):
        probe(webm, longest_s=2)


def test_a_ten_hour_gap_is_too_long_and_said_at_once(make: Make) -> None:
    gap = make(
        "gap.webm",
        *("-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=2"),
        *("-vf", "setpts='PTS+gte(N,1)*36000/TB'", *VP8, "-fps_mode", "passthrough"),
    )
    begun = time.monotonic()

    with pytest.raises(Refused, match="longer than the 10 minutes allowed"):
        probe(gap)
    assert gap.stat().st_size < 20_000
    assert time.monotonic() - begun < 10


def test_a_huge_frame_is_refused_at_once(make: Make) -> None:
    huge = make(
        "huge.mp4", "-f", "lavfi", "-i", "color=s=5000x3000:r=1:d=1", "-c:v", "mpeg4", "-b:v", "1k"
    )
    begun = time.monotonic()

    with pytest.raises(Refused, match="too large: 5000 × 3000"):
        probe(huge)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("encoder", ["magicyuv", "ffv1"])
def test_an_unlisted_codec_is_refused_by_name(make: Make, encoder: str) -> None:
    odd = make(f"{encoder}.mkv", *PICTURE, "-c:v", encoder)

    with pytest.raises(Refused, match=rf"The video is in a format .* \({encoder}\)"):
        probe(odd)


def test_an_unlisted_sound_codec_is_refused_by_name(make: Make) -> None:
    with pytest.raises(Refused, match=r"The sound is in a format .* \(ac3\)"):
        probe(make("ac3.mkv", *TONE, "-c:a", "ac3"))


def test_mp4_without_its_table_is_unreadable(mp4: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(mp4.read_bytes()[: mp4.stat().st_size // 2])

    with pytest.raises(Refused, match="table of contents is missing"):
        probe(cut)


@pytest.mark.parametrize(
    "content",
    [
        b"\x1aE\xdf\xa3" + random.Random(7).randbytes(50_000),
        # A thousand EBML elements, each the first child of the one before.
        b"\x1aE\xdf\xa3\x84webm" + b"\x18S\x80g\x01\xff\xff\xff\xff\xff\xff\xff" * 1000,
        struct.pack(">I4s", 16, b"ftyp") + b"isom" * 2,
        b"OggS" + bytes(500),
        b"ID3\x04" + bytes(4000),
        b"RIFF\x24\0\0\0WAVE",
    ],
)
def test_a_right_beginning_and_nothing_behind_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad"
    path.write_bytes(content)
    begun = time.monotonic()

    with pytest.raises(Refused):
        probe(path)
    assert time.monotonic() - begun < 5


def test_a_playlist_named_mp4_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_text("#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/x.ts\n")

    with pytest.raises(Refused, match="a playlist that points to other files"):
        probe(path)


def test_subtitles_alone_are_no_recording(make: Make, tmp_path: Path) -> None:
    words = tmp_path / "w.srt"
    words.write_text("1\n00:00:00,000 --> 00:00:02,000\nhello\n")

    with pytest.raises(Refused, match="no video and no audio"):
        probe(make("words.mkv", "-i", str(words), "-c:s", "srt"))


def test_a_thousand_frames_a_second_are_only_counted(make: Make) -> None:
    fast = make("fast.mkv", "-f", "lavfi", "-i", "color=s=32x32:r=1000:d=2", *H264)

    video = probe(fast).video

    assert video is not None
    assert video.fps == 1000
