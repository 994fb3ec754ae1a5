"""Highlights are whole thoughts, worth hearing, and never more than there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import transcripts
from app.domain.telling import (
    APART,
    LONGEST,
    MOST,
    SHORTEST,
    SHORTEST_RECORDING,
    TELLING,
    Moment,
    Passage,
    choose,
    finished,
    hangs,
    strength,
)
from app.domain.timeline import Span

TORN = "It came nine days late and the box was torn open."
ROUTE = "I ordered it on a Tuesday from the website in town."


def said(
    text: str,
    start: float | None = 0.0,
    seconds: float = 6.0,
    *,
    feeling: float = 0.0,
    theme: float = 0.0,
    confidence: float = 0.9,
) -> Passage:
    return Passage(
        text=text,
        span=None if start is None else Span(start, start + seconds),
        confidence=confidence,
        sentiment=feeling,
        sentiment_confidence=max(0.6, abs(feeling)),
        emotions=(("frustration", abs(feeling)),) if feeling else (("neutral", 1.0),),
        themes=(("Delivery", theme),) if theme else (),
        feels="negative" if feeling < 0 else "positive" if feeling > 0 else "neutral",
    )


def test_the_telling_sentence_is_chosen_and_says_why() -> None:
    passages = [
        said(ROUTE, 0),
        said(TORN, 6.5, feeling=-0.9, theme=0.9),
        said("I am Karen.", 13, 2),
    ]
    [moment] = choose(passages, 16)
    assert (moment.first, moment.last) == (1, 1)
    assert moment.quote == TORN
    assert moment.themes == ("Delivery",)
    assert moment.reasons == (
        "Strongly negative",
        "Speaks of frustration",
        "Clearly about Delivery",
        "Clear speech",
    )
    assert moment.span == Span(6.3, 12.7)


def test_what_the_machine_doubts_is_not_said_as_if_it_knew() -> None:
    doubted = said(TORN, feeling=-0.55, theme=0.51, confidence=0.7)
    [moment] = choose([replace(doubted, emotions=(("sadness", 0.59),), sentiment_confidence=0.59)])
    assert moment.reasons == ()


@pytest.mark.parametrize(
    "passage",
    [
        said(ROUTE),
        said(TORN, feeling=-0.9, theme=0.9, confidence=0.2),
        said("Bad, bad.", feeling=-0.9, theme=0.9),
        said(TORN, feeling=-0.9, theme=0.9, seconds=31),
    ],
    ids=["nothing felt, no theme", "not understood", "hardly a word", "too long a passage"],
)
def test_nothing_telling_gives_nothing(passage: Passage) -> None:
    assert choose([passage]) == []


def test_no_passages_give_nothing() -> None:
    assert choose([]) == []
    assert choose([], 60.0) == []


def test_a_thought_is_not_cut_off_from_its_beginning() -> None:
    passages = [
        said("I stayed at home for the delivery on Friday.", 0, 4, feeling=-0.3),
        said("And then he threw it over the fence.", 4.2, 4, feeling=-0.9, theme=0.8),
    ]
    [moment] = choose(passages, 9)
    assert (moment.first, moment.last) == (0, 1)


def test_a_hanging_sentence_stands_alone_where_its_beginning_would_not_fit() -> None:
    passages = [
        said("I stayed at home for the delivery on Friday.", 0, 28),
        said("And then he threw it over the fence.", 28.2, 6, feeling=-0.9, theme=0.8),
    ]
    [moment] = choose(passages)
    assert (moment.first, moment.last) == (1, 1)


def test_a_short_sentence_is_given_silence_up_to_five_seconds() -> None:
    [moment] = choose([said(TORN, 4, 3, feeling=-0.9, theme=0.9)], 20)
    assert moment.span == Span(3.8, 8.8)


def test_a_short_sentence_among_others_takes_a_neighbour_with_it() -> None:
    passages = [
        said(ROUTE, 0, 3),
        said(TORN, 3.1, 3, feeling=-0.9, theme=0.9),
        said(ROUTE, 6.2, 3),
    ]
    [moment] = choose(passages, 9.2)
    assert moment.span is not None and moment.span.length >= SHORTEST
    assert moment.first <= 1 <= moment.last


@pytest.mark.parametrize(("length", "expected"), [(2.5, []), (4.0, [Span(0.0, 4.0)])])
def test_a_very_short_recording_is_one_moment_or_none(length: float, expected: list[Span]) -> None:
    moments = choose([said(TORN, 0.2, length - 0.4, feeling=-0.9, theme=0.9)], length)
    assert [moment.span for moment in moments] == expected


def test_a_written_answer_gives_sentences_without_times() -> None:
    passages = [said(ROUTE, None), said(TORN, None, feeling=-0.9, theme=0.9)]
    [moment] = choose(passages)
    assert (moment.first, moment.last, moment.span) == (1, 1, None)


def test_a_few_words_are_quoted_with_their_neighbour() -> None:
    passages = [
        said("The parcel was left in the rain.", 0, 4, theme=0.8, feeling=-0.5),
        said("It is ruined.", 4.1, 2, feeling=-1.0, theme=0.8),
    ]
    [moment] = choose(passages, 7)
    assert moment.quote == "The parcel was left in the rain. It is ruined."


def test_a_long_sentence_is_quoted_in_part() -> None:
    [moment] = choose([said("word " * 80 + "end.", 0, 20, feeling=-1.0, theme=0.9)])
    assert len(moment.quote) <= 221 and moment.quote.endswith("word…")


def test_sentences_of_a_written_answer() -> None:
    def texts(answer: str) -> list[str]:
        return [each.text for each in transcripts.sentences(answer)]

    assert texts("It was late. Very late!\n\nWhy? ") == ["It was late.", "Very late!", "Why?"]
    assert texts("no full stop") == ["no full stop"]
    assert texts("  ") == []


WORDS = st.sampled_from(
    ["And then he left without a word.", TORN, ROUTE, "So what", "Because it broke on day one."]
)
UNIT = st.floats(0, 1)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[list[Passage], float]:
    passages, now = [], draw(st.floats(0, 5))
    for _ in range(draw(st.integers(0, 12))):
        seconds = draw(st.floats(0.3, 18))
        passages.append(
            Passage(
                text=draw(WORDS),
                span=Span(now, now + seconds),
                confidence=draw(UNIT),
                sentiment=draw(st.floats(-1, 1)),
                sentiment_confidence=draw(UNIT),
                emotions=(("anger", draw(UNIT)),),
                themes=(("Delivery", draw(UNIT)),),
            )
        )
        now += seconds + draw(st.floats(0, 6))
    return passages, now


@given(recordings())
def test_moments_keep_their_promises(recording: tuple[list[Passage], float]) -> None:
    passages, length = recording
    moments = choose(passages, length)
    assert len(moments) <= min(MOST, max(1, int(length // APART)))
    assert [m.score for m in moments] == sorted((m.score for m in moments), reverse=True)
    for moment in moments:
        _is_sound(moment, passages, length)
    spans = sorted((m.span for m in moments if m.span), key=lambda span: span.start)
    for before, after in pairwise(spans):
        assert before.end <= after.start


def _is_sound(moment: Moment, passages: Sequence[Passage], length: float) -> None:
    span = moment.span
    assert span is not None and moment.score >= TELLING
    assert 0 <= span.start < span.end <= length + 0.001
    if length >= SHORTEST:
        assert SHORTEST - 0.01 <= span.length <= LONGEST + 0.01
    else:
        assert length >= SHORTEST_RECORDING and span == Span(0.0, length)
    inside = passages[moment.first : moment.last + 1]
    assert moment.quote.rstrip("…") in " ".join(passage.text for passage in inside)
    for index, passage in enumerate(passages):
        assert passage.span is not None
        if moment.first <= index <= moment.last:
            assert span.overlap(passage.span) >= passage.span.length - 0.002
        else:
            assert span.overlap(passage.span) <= 0.002


@given(UNIT, UNIT, UNIT)
def test_more_feeling_is_never_less_telling(less: float, more: float, theme: float) -> None:
    less, more = sorted((less, more))
    weak, strong = (said(TORN, feeling=-f, theme=theme) for f in (less, more))
    assert strength(weak) <= strength(strong) + 1e-9


def test_what_hangs_and_what_is_finished() -> None:
    assert hangs("and because of that") and hangs("…But no.") and not hangs("Android is fine.")
    assert finished("Done.”") and finished("完了。") and not finished("and then")
