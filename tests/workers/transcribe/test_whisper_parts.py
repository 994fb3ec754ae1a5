"""The decisions around Whisper's decoder, without a model."""

from __future__ import annotations

import numpy as np
import pytest
from whisper.decoding import DecodingResult

from app.domain.timeline import Span, Word
from workers.transcribe.guards import is_nothing, is_sound
from workers.transcribe.whisper_words import path
from workers.transcribe.windowed import finished, inside

TIME = 50363  # <|0.00|> of the English-only tokenizer


def result(text: str, logprob: float = -0.2, silence: float = 0.0, ratio: float = 1.2):  # type: ignore[no-untyped-def]
    return DecodingResult(
        audio_features=None,  # type: ignore[arg-type]
        language="en", text=text, avg_logprob=logprob, no_speech_prob=silence,
        compression_ratio=ratio,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "invented"),
    [
        (result(" The box was late."), False),
        (result(" Thank you."), False),
        (result(" Thank you.", silence=0.9), True),
        (result(" Thanks for watching!"), True),
        (result(" Subtitles by the Amara.org community"), True),
        (result(" word" * 40, ratio=3.1), True),
        (result(" Mumble.", logprob=-1.4, silence=0.8), True),
        (result(" Mumble.", logprob=-1.4, silence=0.1), False),
        (result(" ..."), True),
    ],
)
def test_what_counts_as_invented(heard: DecodingResult, invented: bool) -> None:
    assert is_nothing(heard) is invented


def test_a_repeating_or_guessed_window_is_tried_again() -> None:
    assert is_sound(result("fine"))
    assert not is_sound(result("no no no", ratio=2.5))
    assert not is_sound(result("hm", logprob=-1.1))


def test_a_window_that_ends_with_one_time_is_finished() -> None:
    tokens = [TIME, 11, 12, TIME + 100, TIME + 110, 13, TIME + 200]
    assert finished(tokens, TIME) == (tokens, None)


def test_a_cut_passage_is_left_for_the_next_hearing() -> None:
    tokens = [TIME, 11, 12, TIME + 100, TIME + 110, 13, 14]
    assert finished(tokens, TIME) == (tokens[:4], 2.0)
    pair = [TIME, 11, 12, TIME + 100, TIME + 100]
    assert finished(pair, TIME) == (pair[:4], 2.0)


def test_a_window_always_moves_on() -> None:
    """A pair of times at its very beginning would be heard for ever."""
    tokens = [TIME, 11, TIME + 5, TIME + 5, 12, 13]
    assert finished(tokens, TIME) == (tokens, None)
    assert finished([11, 12], TIME) == ([11, 12], None)
    assert finished([], TIME) == ([], None)


def test_the_path_goes_where_the_score_is() -> None:
    scores = np.zeros((3, 12), np.float32)
    scores[0, :4] = scores[1, 4:9] = scores[2, 9:] = 1
    assert path(scores).tolist() == [0, 4, 9]


def test_the_path_gives_every_row_a_column() -> None:
    assert path(np.zeros((4, 4), np.float32)).tolist() == [0, 1, 2, 3]
    assert path(np.ones((1, 5), np.float32)).tolist() == [0]


def test_words_stay_in_order_and_where_somebody_speaks() -> None:
    spoken = [Span(1.0, 2.0), Span(5.0, 6.0)]
    said = [Word("a", 0.9, 1.4, 1), Word("b", 1.4, 3.5, 1), Word("ghost", 3.6, 4.2, 1),
            Word("c", 4.9, 5.5, 1), Word("d", 5.4, 7.0, 1)]  # fmt: skip
    kept = inside(said, spoken)
    assert [(w.text, w.start, w.end) for w in kept] == [
        ("a", 1.0, 1.4), ("b", 1.4, 2.0), ("c", 5.0, 5.5), ("d", 5.5, 6.0),
    ]  # fmt: skip
