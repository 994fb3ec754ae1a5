"""Captions that came with a recording are read in our own process, so no text may hold it up."""

from __future__ import annotations

import contextlib
import time

import pytest

from app.domain.captions import parse, srt, vtt
from app.domain.errors import Invalid
from workers.transcribe.captions_engine import read

CUE = "WEBVTT\n\n00:00.000 --> 00:09.000\n"
MANY = 500_000


@pytest.mark.parametrize(
    "words",
    ["<" * MANY, "{\\" * MANY, "<a" * MANY, "&" * MANY, "&amp;" * MANY, "<b>" * MANY, "x" * MANY,
     " " * MANY + "x", "a " * (MANY // 4), "\u202e" * MANY, "\0" * MANY + "x"],
    ids=range(11),
)  # fmt: skip
def test_a_long_line_takes_no_long_time(words: str) -> None:
    began = time.process_time()
    with contextlib.suppress(Invalid):
        read(CUE + words + "\n", duration_s=9.0)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("line", [" " * MANY, "0" * MANY, "1:" * MANY, "00:00.000 -->" * 40_000])
def test_a_long_time_is_refused_at_once(line: str) -> None:
    began = time.process_time()
    with pytest.raises(Invalid):
        parse(f"WEBVTT\n\n{line}x --> {line}\nHello\n")
    assert time.process_time() - began < 5


def test_nothing_that_is_said_becomes_markup() -> None:
    said = parse(CUE + "<b>Hi</b> &lt;img src=x onerror=alert(1)&gt; <<script>x\n")
    assert "<img" not in vtt(said)
    assert "&lt;img" in vtt(said)
    assert "<" not in srt(said)
