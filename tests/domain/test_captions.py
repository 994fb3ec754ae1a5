from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.captions import LINE, LINES, cues, parse, srt, vtt, within
from app.domain.errors import Invalid
from app.domain.timeline import Segment, Span, Word

LONG = (
    "I waited three weeks for a parcel and nobody, really nobody, told me where it was "
    "until I had called them four times and begged."
)


def spoken(text: str, start: float = 0.0, pace: float = 0.3) -> Segment:
    words = tuple(
        Word(word, start + pace * i, start + pace * (i + 0.8), 0.9)
        for i, word in enumerate(text.split())
    )
    return Segment(start, words[-1].end, text, 0.9, words)


def test_vtt_is_what_players_read() -> None:
    text = vtt([Segment(1.0, 2.5, "Fish & <b>chips</b> --> now", 1.0)])

    assert text == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nFish &amp; &lt;b&gt;chips&lt;/b&gt; --&gt; now\n"
    )


def test_srt_is_numbered_and_plain() -> None:
    text = srt([Segment(1.0, 2.5, "One <i>", 1.0), Segment(3661.25, 3662.0, "Two", 1.0)])

    assert text == (
        "1\n00:00:01,000 --> 00:00:02,500\nOne ‹i›\n\n2\n01:01:01,250 --> 01:01:02,000\nTwo\n"
    )


def test_a_long_passage_is_split_where_its_words_are() -> None:
    segment = spoken(LONG)
    made = cues([segment])

    assert len(made) == 2
    assert " ".join(" ".join(cue.lines) for cue in made) == LONG
    starts = {word.start for word in segment.words}
    assert all(cue.start in starts for cue in made)
    assert made[0].end <= made[1].start
    shorter, longer = sorted(sum(map(len, cue.lines)) for cue in made)
    assert shorter > longer * 0.6  # no cue of one lost word


def test_an_edited_passage_is_timed_by_its_length() -> None:
    edited = Segment(10.0, 20.0, LONG + " " + LONG, 1.0, spoken("something else").words)

    made = cues([edited])

    assert made[0].start == 10.0
    assert made[-1].end == pytest.approx(20.0)
    assert all(a.end == pytest.approx(b.start) for a, b in pairwise(made))


@given(st.text(max_size=400), st.floats(0, 1000), st.floats(0.1, 60))
def test_every_cue_fits_and_nothing_is_lost(text: str, start: float, length: float) -> None:
    made = cues([Segment(start, start + length, text, 1.0)])

    assert "".join("".join(cue.lines) for cue in made).replace(" ", "") == "".join(text.split())
    for cue in made:
        assert 1 <= len(cue.lines) <= LINES
        assert all(len(line) <= LINE for line in cue.lines)
        assert cue.end > cue.start


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), max_size=6))
def test_what_is_written_is_read_back(texts: list[str]) -> None:
    segments = [Segment(i * 2.0, i * 2.0 + 1.5, t, 1.0) for i, t in enumerate(texts) if t.split()]
    if not segments:
        return

    read = parse(vtt(segments))

    assert [s.text for s in read] == [
        " ".join(" ".join(cue.lines).split()) for cue in cues(segments)
    ]


def test_within_keeps_the_words_inside_and_starts_at_zero() -> None:
    segments = [spoken("zero one two three four five", 0.0, 1.0), Segment(6.0, 8.0, "later", 1.0)]

    inside = within(segments, Span(2.0, 5.0))

    assert [s.text for s in inside] == ["two three four"]
    assert inside[0].start == 0.0
    assert inside[0].words[1].start == pytest.approx(1.0)
    assert [s.text for s in within(segments, Span(5.9, 9.0))] == ["later"]
    assert within(segments, Span(20, 30)) == []


def test_a_vtt_file_as_people_have_it() -> None:
    file = (
        "\ufeffWEBVTT - made somewhere\r\nKind: captions\r\n\r\nNOTE\r\nnot shown\r\n\r\n"
        "STYLE\r\n::cue { color: red }\r\n\r\n"
        "intro\r\n00:01.500 --> 00:03.000 position:10% align:start\r\n"
        "<v Ann Lee>It <i>never</i> came &amp;\r\nI <00:02.000>waited.\r\n\r\n"
        "01:00:00.000 --> 01:00:01.000\r\nLast"
    )

    assert parse(file.encode()) == [
        Segment(1.5, 3.0, "It never came & I waited.", 1.0),
        Segment(3600.0, 3601.0, "Last", 1.0),
    ]


def test_an_srt_file_as_people_have_it() -> None:
    file = "2\n00:00:03,000 --> 00:00:04,000\n{\\an8}Später\n\n\n1\n0:00:01,5 --> 0:00:02,000\nHi\n"

    read = parse(file.encode("cp1252"))

    assert [(s.start, s.text) for s in read] == [(1.5, "Hi"), (3.0, "Später")]
    assert parse(file.encode("utf-16"))[1].text == "Später"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "holds no captions"),
        ("WEBVTT\n\n", "holds no captions"),
        ("a letter\nto my aunt\n", "Line 2 .* is no time .*: to my aunt"),
        ("1\n00:00:01 --> later\nx\n", "Line 2 .*: 00:00:01 --> later"),
        ("1\n00:00:05,000 --> 00:00:01,000\nx\n", "Line 2 .* ends before it starts"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nfine\n\nstray", "Line 6 .*: stray"),
        (b"\x89PNG\r\n\x1a\n\0\0", "Line 2"),
    ],
)
def test_what_is_no_captions_file_is_said_with_its_line(
    content: str | bytes, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        parse(content)
