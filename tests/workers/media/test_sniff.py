from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.containers import STARTS, NotMedia, classify
from tests.workers.media.conftest import TONE, Make
from workers.media.sniff import Refused, sniff


def test_containers_are_known_by_their_bytes(webm: Path, mp4: Path) -> None:
    assert sniff(webm).name == "webm"
    assert sniff(mp4).name == "mp4"


@pytest.mark.parametrize(
    ("name", "encoder", "container"),
    [
        ("t.ogg", "libopus", "ogg"),
        ("t.wav", "pcm_s16le", "wav"),
        ("t.mp3", "libmp3lame", "mp3"),
        ("t.flac", "flac", "flac"),
        ("t.m4a", "aac", "mp4"),
        ("t.aac", "aac", "aac"),
        ("t.mov", "aac", "mov"),
        ("t.mkv", "libopus", "matroska"),
    ],
)
def test_sound_files_are_known(make: Make, name: str, encoder: str, container: str) -> None:
    assert sniff(make(name, *TONE, "-c:a", encoder)).name == container


def test_mp3_without_tags_is_known(make: Make) -> None:
    bare = make("bare.mp3", *TONE, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0")

    assert bare.read_bytes()[:1] == b"\xff"
    assert sniff(bare).demuxer == "mp3"


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        (b"", "The file is empty."),
        (b"#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/x.ts\n", "a playlist"),
        (b"\xef\xbb\xbf#EXTM3U\n", "a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "a playlist"),
        (b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash">', "a playlist"),
        (b"<!doctype html><video src=x>", "a web page or drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "a web page or drawing"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"\xff\xd8\xff\xe0JFIF", "a picture"),
        (b"\0\0\0\x18ftypheic", "a picture"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a picture"),
        (b"PK\x03\x04 an archive", "not a video or audio file that can be taken"),
        (b"\xff\xfb\xff\xff nearly mp3", "not a video or audio file that can be taken"),
        (b"x", "not a video or audio file that can be taken"),
    ],
)
def test_everything_else_is_refused_with_its_reason(
    tmp_path: Path, head: bytes, sentence: str
) -> None:
    with pytest.raises(NotMedia, match=sentence):
        classify(head)
    (tmp_path / "it").write_bytes(head)
    with pytest.raises(Refused, match=sentence) as caught:
        sniff(tmp_path / "it")
    assert caught.value.permanent


def test_a_page_lets_pass_all_that_the_server_takes(webm: Path, mp4: Path, make: Make) -> None:
    bare = make("bare.mp3", *TONE, "-c:a", "libmp3lame", "-id3v2_version", "0", "-write_xing", "0")
    wave, sound = make("t.wav", *TONE), make("t.aac", *TONE, "-c:a", "aac")
    for path in (webm, mp4, bare, wave, sound):
        head = path.read_bytes()[:16]
        assert any(head[at:].startswith(start) for at, start in STARTS), path
