"""The sample program's own files: all there, small, of the kinds browsers make, and wordless."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from workers.media import ffmpeg

FOLDER = Path(__file__).parent.parent / "app" / "sample"
SAMPLE = json.loads((FOLDER / "sample.json").read_text(encoding="utf-8"))
SUBMISSIONS = SAMPLE["submissions"]
SPOKEN = [each for each in SUBMISSIONS if each["kind"] != "text"]
MAGIC = {".webm": (0, b"\x1a\x45\xdf\xa3"), ".ogg": (0, b"OggS"), ".mp4": (4, b"ftyp")}


def name(submission: dict[str, object]) -> str:
    return str(submission["reference"])


def test_media_is_exactly_what_the_submissions_name_and_small() -> None:
    named = {FOLDER / each["media"] for each in SPOKEN}
    there = set((FOLDER / "media").iterdir())
    assert there == named
    assert sum(path.stat().st_size for path in there) <= 4_000_000


def test_enough_people_of_each_kind() -> None:
    kinds = [each["kind"] for each in SUBMISSIONS]
    assert len(kinds) >= 14
    assert kinds.count("video") >= 10
    assert kinds.count("audio") >= 2
    assert kinds.count("text") >= 2
    references = [each["reference"] for each in SUBMISSIONS]
    assert len(set(references)) == len(references)


def test_every_touchpoint_is_used_and_in_order() -> None:
    touchpoints = SAMPLE["touchpoints"]
    assert [each["order"] for each in touchpoints] == list(range(1, len(touchpoints) + 1))
    assert {each["touchpoint"] for each in SUBMISSIONS} == {each["key"] for each in touchpoints}


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=name)
def test_submission_is_whole(submission: dict[str, object]) -> None:
    program = SAMPLE["program"]
    assert bool(submission.get("written_text")) == (submission["kind"] == "text")
    assert bool(submission.get("spoken_reference")) == (submission["kind"] != "text")
    assert 0 <= submission["days_ago"] <= 42
    assert 0 <= submission["hour"] <= 23
    assert program["score"]["minimum"] <= submission["nps"] <= program["score"]["maximum"]
    choices = {field["key"]: field["choices"] for field in program["fields"]}
    assert all(value in choices[key] for key, value in submission["fields"].items())
    purposes = {each["key"]: each["required"] for each in program["consent"]["purposes"]}
    assert set(submission["consent_purposes"]) <= set(purposes)
    assert all(key in submission["consent_purposes"] for key, must in purposes.items() if must)


@pytest.mark.parametrize("submission", SPOKEN, ids=name)
def test_format_and_no_words_in_the_file(submission: dict[str, object]) -> None:
    path = FOLDER / str(submission["media"])
    data = path.read_bytes()
    at, magic = MAGIC[path.suffix]
    assert data[at : at + len(magic)] == magic
    for sentence in re.split(r"(?<=[.?!])\s+", str(submission["spoken_reference"])):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            assert sentence.rstrip(".?!").encode(encoding) not in data


@pytest.mark.slow
@pytest.mark.parametrize("submission", SPOKEN, ids=name)
def test_length_and_streams(submission: dict[str, object]) -> None:
    """Decoded to the end, because what a browser records says no duration in its header."""
    path = FOLDER / str(submission["media"])
    kept = ["-i", str(path), "-map", "0:a", "-map", "0:v?", "-f", "null", "-"]
    result = ffmpeg.run(kept, timeout_s=60, reads=[path])
    assert 8 <= result.out_s <= 45
    assert len(re.findall(r"Stream #0:\d+.*: Audio:", result.log)) >= 1
    assert bool(re.search(r"Stream #0:\d+.*: Video:", result.log)) == (
        submission["kind"] == "video"
    )
