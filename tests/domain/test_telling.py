"""Highlights are whole thoughts, worth hearing, and never more than there is."""

from __future__ import annotations

from collections.abc import Sequence
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
