"""What is served is rebuilt, whole, clean and playable."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest

from tests.workers.media.conftest import (
    H264,
    PICTURE,
    TONE,
    VP8,
    Make,
    decoded_s,
    frames,
)
from workers.media import ffmpeg
from workers.media.normalise import Normalised, normalise
from workers.media.peaks import peaks
from workers.media.plan import plan
from workers.media.probe import AudioInfo, MediaInfo, VideoInfo, probe
from workers.media.sniff import Refused


def rebuilt(src: Path, folder: Path) -> Normalised:
    return normalise(src, probe(src), folder)


def video(codec: str, pixels: str = "yuv420p", rotation: int = 0) -> VideoInfo:
    return VideoInfo(codec, 640, 480, rotation, 30.0, pixels)


@pytest.mark.parametrize(
    ("picture", "sound", "expected"),
    [
        (video("vp8"), "opus", ("webm", "video/webm", "copy", "copy")),
        (video("vp9"), "vorbis", ("webm", "video/webm", "copy", "copy")),
        (video("av1"), "aac", ("webm", "video/webm", "copy", "opus")),
        (video("h264"), "aac", ("mp4", "video/mp4", "copy", "copy")),
        (video("h264"), "opus", ("mp4", "video/mp4", "copy", "aac")),
        (video("h264", rotation=90), "aac", ("mp4", "video/mp4", "copy", "copy")),
        (video("h264", "yuv444p"), "aac", ("mp4", "video/mp4", "h264", "copy")),
        (video("vp9", "yuv420p10le"), "opus", ("mp4", "video/mp4", "h264", "aac")),
        (video("vp8", rotation=90), "opus", ("mp4", "video/mp4", "h264", "aac")),
        (video("hevc"), "aac", ("mp4", "video/mp4", "h264", "copy")),
        (video("mpeg4"), None, ("mp4", "video/mp4", "h264", None)),
        (None, "opus", ("webm", "audio/webm", None, "copy")),
        (None, "aac", ("m4a", "audio/mp4", None, "copy")),
        (None, "mp3", ("mp3", "audio/mpeg", None, "copy")),
        (None, "pcm_s16le", ("m4a", "audio/mp4", None, "aac")),
        (None, "flac", ("m4a", "audio/mp4", None, "aac")),
    ],
)
def test_copies_what_browsers_play(
    picture: VideoInfo | None, sound: str | None, expected: tuple[str, str, str, str]
) -> None:
    audio = AudioInfo(sound, 48000, 1) if sound else None
    chosen = plan(MediaInfo("x", 3.0, picture, audio, False, 2))

    assert (chosen.extension, chosen.mime, chosen.video, chosen.audio) == expected


def test_a_recorders_webm_is_copied_and_its_length_repaired(webm: Path, tmp_path: Path) -> None:
    made = rebuilt(webm, tmp_path)

    assert (made.how, made.mime, made.partial) == ("copied", "video/webm", False)
    assert (made.width, made.height) == (160, 120)
    assert made.duration_s == pytest.approx(3.0, abs=0.05)
    assert decoded_s(made.playable, "v") == pytest.approx(3.0, abs=0.05)
    assert frames(made.playable) == frames(webm) == 75
    log = ffmpeg.run(
        ["-i", str(made.playable), "-t", "0", "-f", "null", "-"], timeout_s=30, reads=[tmp_path]
    ).log
    assert "Duration: 00:00:03.0" in log  # written in the header now
    assert made.poster is not None
    assert made.poster.read_bytes().startswith(b"\xff\xd8\xff")


def test_the_engines_sound_is_16_khz_mono_and_as_long(webm: Path, tmp_path: Path) -> None:
    made = rebuilt(webm, tmp_path)

    assert made.audio is not None
    with wave.open(str(made.audio)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
        assert sound.getnframes() / 16000 == pytest.approx(made.duration_s, abs=0.05)
    assert len(made.waveform) == 400
    assert max(made.waveform) == 1.0


def test_sound_that_begins_late_keeps_its_place(make: Make, tmp_path: Path) -> None:
    late = make("late.mkv", *PICTURE, "-itsoffset", "1", *TONE, *VP8, "-c:a", "libopus")

    made = rebuilt(late, tmp_path)

    quiet, loud = made.waveform[20:90], made.waveform[120:380]
    assert max(quiet) < 0.05
    assert min(loud) > 0.3


def test_other_codecs_are_encoded_with_a_key_frame_every_two_seconds(
    make: Make, tmp_path: Path
) -> None:
    old = make("old.avi", *PICTURE, *TONE, "-vf", "scale=161:121", "-c:v", "mjpeg", "-c:a", "mp3")

    made = rebuilt(old, tmp_path)
    log = ffmpeg.run(
        ["-i", str(made.playable), "-vf", "showinfo", "-f", "null", "-"],
        timeout_s=30,
        reads=[tmp_path],
    ).log

    assert (made.how, made.mime) == ("re-encoded", "video/mp4")
    assert "h264" in log
    assert "160x120" in log  # even sides
    assert log.count("iskey:1") == 2
    assert made.duration_s == pytest.approx(3.0, abs=0.1)


def test_mp4_can_start_before_it_is_loaded(mp4: Path, tmp_path: Path) -> None:
    content = rebuilt(mp4, tmp_path).playable.read_bytes()

    assert content.index(b"moov") < content.index(b"mdat")


def test_nothing_the_file_said_of_itself_goes_on(make: Make, mp4: Path, tmp_path: Path) -> None:
    marks = ("<img onerror>", "+27.5916+086.5640", "my diary")
    told = make(
        "told.mov",
        *("-i", str(mp4), "-c", "copy"),
        *("-metadata", f"title={marks[0]}", "-metadata", f"location={marks[1]}/"),
        *("-metadata:s:a:0", f"handler_name={marks[2]}"),
    )
    assert all(mark.encode() in told.read_bytes() for mark in marks)

    rebuilt(told, tmp_path)

    for file in tmp_path.iterdir():
        assert not any(mark.encode() in file.read_bytes() for mark in marks), file.name


def test_what_lies_behind_a_polyglot_is_dropped(mp4: Path, tmp_path: Path) -> None:
    both = tmp_path / "both.mp4"
    both.write_bytes(mp4.read_bytes() + b"<html><script>alert(1)</script></html>")
    out = tmp_path / "out"
    out.mkdir()

    made = rebuilt(both, out)

    assert b"<script>" not in made.playable.read_bytes()


@pytest.mark.parametrize("kind", ["copied", "re-encoded"])
def test_rotation_is_kept(make: Make, mp4: Path, tmp_path: Path, kind: str) -> None:
    args = ("-c", "copy") if kind == "copied" else ("-c:v", "mpeg4", "-c:a", "copy")
    src = mp4 if kind == "copied" else make("old.mp4", "-i", str(mp4), *args)
    turned = make(f"turn-{kind}.mp4", "-display_rotation", "90", "-i", str(src), "-c", "copy")

    made = rebuilt(turned, tmp_path)
    shown = probe(made.playable).video

    assert made.how == kind
    assert (made.width, made.height) == (120, 160)
    assert shown is not None
    assert (shown.width, shown.height) == (120, 160)


def test_picture_alone_and_sound_alone_and_silence(make: Make, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("picture", "sound", "silence")]
    for folder in folders:
        folder.mkdir()
    quiet = ("-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono:d=3", "-c:a", "libopus")

    picture = rebuilt(make("picture.webm", *PICTURE, *VP8), folders[0])
    sound = rebuilt(make("sound.ogg", *TONE, "-c:a", "libopus"), folders[1])
    silence = rebuilt(make("silence.webm", *quiet), folders[2])

    assert (picture.audio, picture.waveform, picture.mime) == (None, [], "video/webm")
    assert (sound.poster, sound.width, sound.mime) == (None, 0, "audio/webm")
    assert decoded_s(sound.playable, "a") == pytest.approx(3.0, abs=0.05)
    assert max(silence.waveform) == 0.0


def test_a_recording_that_breaks_off_is_kept_as_far_as_it_goes(webm: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.webm"
    cut.write_bytes(webm.read_bytes()[: webm.stat().st_size // 2])
    out = tmp_path / "out"
    out.mkdir()

    made = rebuilt(cut, out)

    assert made.partial
    assert 0.5 < made.duration_s < 2.8
    assert decoded_s(made.playable, "v") == pytest.approx(made.duration_s, abs=0.1)


def test_damage_in_the_middle_never_stops_the_worker(webm: Path, tmp_path: Path) -> None:
    content = bytearray(webm.read_bytes())
    for at in range(len(content) // 3, len(content) // 3 + 4000):
        content[at] ^= 0xA5
    hurt = tmp_path / "hurt.webm"
    hurt.write_bytes(content)
    out = tmp_path / "out"
    out.mkdir()

    try:
        made = rebuilt(hurt, out)
    except Refused as refused:
        assert "damaged" in refused.sentence
    else:
        assert made.playable.stat().st_size > 0


def test_a_voice_is_kept_where_the_picture_is_lost(make: Make, tmp_path: Path) -> None:
    """Every picture's packet is noise; the sound is whole."""
    noisy = make(
        "noisy.mkv",
        *(*PICTURE, *TONE, "-c:v", "mjpeg", "-c:a", "libopus"),
        *("-bsf:v", "noise=amount=1"),
    )
    info = probe(noisy)
    assert info.video is not None

    made = normalise(noisy, info, tmp_path)

    assert (made.mime, made.poster, made.partial) == ("audio/mp4", None, True)
    assert decoded_s(made.playable, "a") == pytest.approx(3.0, abs=0.1)
    assert made.audio is not None


def test_the_poster_is_not_black_where_the_picture_is_not(make: Make, tmp_path: Path) -> None:
    """A camera that warms up gives black first; the middle shows something."""
    late = make(
        "late-light.webm",
        *("-f", "lavfi", "-i", "color=black:s=160x120:r=25:d=2"),
        *("-f", "lavfi", "-i", "color=white:s=160x120:r=25:d=6"),
        *("-filter_complex", "[0][1]concat", *VP8),
    )

    made = rebuilt(late, tmp_path)
    assert made.poster is not None
    log = ffmpeg.run(
        ["-i", str(made.poster), "-vf", "blackframe=50", "-f", "null", "-"],
        timeout_s=30,
        reads=[tmp_path],
    ).log

    assert "pblack:" not in log


def test_progress_is_told(make: Make, tmp_path: Path) -> None:
    shares: list[float] = []
    odd = make("odd.mkv", *PICTURE, *TONE, "-c:v", "mpeg4", "-c:a", "flac")

    normalise(odd, probe(odd), tmp_path, shares.append)

    assert shares
    assert shares[-1] == pytest.approx(1.0, abs=0.05)


def test_a_thousand_frames_a_second_are_tamed(make: Make, tmp_path: Path) -> None:
    fast = make("fast.avi", "-f", "lavfi", "-i", "color=s=32x32:r=1000:d=1", "-c:v", "mpeg4")

    assert frames(rebuilt(fast, tmp_path).playable) == 30


def test_peaks_of_very_little(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 16000, 0, "NONE", ""))
        sound.writeframes(b"\xff\x7f\x00\x00\x00\x80")

    assert peaks(path) == [1.0, 0.0, 1.0]


def test_h264_in_matroska_becomes_mp4_by_copy(make: Make, tmp_path: Path) -> None:
    """Some browsers' recorders write H.264 and Opus into Matroska."""
    mkv = make("recorder.mkv", *PICTURE, *TONE, *H264, "-c:a", "libopus")

    made = rebuilt(mkv, tmp_path)

    assert (made.how, made.extension) == ("copied", "mp4")
    assert frames(made.playable) == 75
    info = probe(made.playable)
    assert info.audio is not None
    assert info.audio.codec == "aac"
