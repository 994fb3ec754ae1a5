"""Who speaks when, by recordings of two voices whose words' times are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.domain.timeline import Segment, Word, into_segments
from bench.recorded import sound
from tests.workers.transcribe.spoken import paused
from workers.transcribe.base import SAMPLE_RATE, Samples, Transcription
from workers.transcribe.speakers import told_apart, turns

PAUSE = np.zeros(SAMPLE_RATE // 4, np.float32)


@pytest.fixture(scope="module")
def talks() -> dict[str, list[tuple[Samples, tuple[Word, ...]]]]:
    """What each of two says, sentence by sentence, without the silence around it."""
    by: dict[str, list[tuple[Samples, tuple[Word, ...]]]] = {"slt": [], "rms": []}
    for each in paused():
        heard = sound(each.path)
        pauses = [i for i, word in enumerate(each.words[1:], 1)
                  if word.start - each.words[i - 1].end > 0.5]  # fmt: skip
        for words in (each.words[: pauses[0]], each.words[pauses[0] :]):
            start, end = words[0].start, words[-1].end
            part = heard[int(start * SAMPLE_RATE) : int(end * SAMPLE_RATE)]
            moved = (replace(w, start=w.start - start, end=w.end - start) for w in words)
            by["slt" if "slt" in each.path.name else "rms"].append((part, tuple(moved)))
    return by


def in_a_row(*parts: tuple[Samples, tuple[Word, ...]]) -> tuple[Samples, list[Word]]:
    audio, words, at = [], [], 0.0
    for sound_of, said in parts:
        audio += [sound_of, PAUSE]
        words += [replace(w, start=w.start + at, end=w.end + at) for w in said]
        at += (len(sound_of) + len(PAUSE)) / SAMPLE_RATE
    return np.concatenate(audio), words


def test_two_who_take_turns_are_told_apart(talks) -> None:  # type: ignore[no-untyped-def]
    slt, rms = talks["slt"], talks["rms"]
    order = [slt[0], rms[0], slt[1], slt[2], rms[1], rms[2], slt[3], rms[3]]
    truth = [1, 2, 1, 1, 2, 2, 1, 2]

    audio, words = in_a_row(*order)

    assert turns(audio, words) == [
        who for (_, said), who in zip(order, truth, strict=True) for _ in said
    ]


@pytest.mark.parametrize("who", ["slt", "rms"])
def test_one_who_talks_is_not_made_two(talks, who: str) -> None:  # type: ignore[no-untyped-def]
    audio, words = in_a_row(*talks[who])

    assert set(turns(audio, words)) == {0}


def test_a_passage_that_two_say_is_parted(talks) -> None:  # type: ignore[no-untyped-def]
    audio, words = in_a_row(
        *(part for two in zip(talks["slt"], talks["rms"], strict=True) for part in two)
    )
    run_on = [replace(word, text=word.text.rstrip(".,?!")) for word in words]
    heard = transcription(into_segments(run_on, pause=99.0, longest=99.0))
    assert len(heard.segments) == 1

    told = told_apart(audio, heard)

    assert [segment.speaker for segment in told.segments] == [1, 2] * 4
    assert told.words == heard.words
    assert {segment.language for segment in told.segments} == {""}


@pytest.mark.parametrize(
    "segments",
    [
        [],
        [Segment(0.0, 2.0, "No times", 1.0)],
        [Segment(0.0, 9.0, "Past", 1.0, (Word("Past", 5.0, 9.0, 1.0),))],
    ],
    ids=["nothing said", "no words' times", "words past the end"],
)
def test_what_tells_nothing_stays_as_it_is(segments: list[Segment]) -> None:
    heard = transcription(segments)

    assert told_apart(np.zeros(SAMPLE_RATE, np.float32), heard) is heard


def transcription(segments: list[Segment]) -> Transcription:
    return Transcription("test", "", "", "en", 60.0, tuple(segments))
