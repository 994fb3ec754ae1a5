"""The words that say that a person is needed: a passage's telling part, as it was said."""

from __future__ import annotations

import pytest

from app.domain.codebook.book import Codebook
from workers.understand import HandOff, shared
from workers.understand.plain_words import words_said
from workers.understand.telling import MOST, parts


def hand_offs(texts: list[str]) -> list[HandOff]:
    understood = shared().understand(texts, Codebook())
    return [each.hand_off for each in shared().worded(texts, understood)]


def test_a_text_falls_into_clauses_and_pairs_of_them() -> None:
    text = "I can't pay it, I simply can't, because 1,200 pounds is all that I had."
    whole, last = "I can't pay it, I simply can't", "because 1,200 pounds is all that I had."
    assert parts(text) == [
        (True, "I can't pay it"),
        (True, "I simply can't"),
        (True, last),
        (False, whole),
        (False, f"I simply can't, {last}"),
    ]


@pytest.mark.parametrize("text", ["", "  ", "and", ", , ,", "Call me, please.", "One clause only."])
def test_what_is_one_clause_has_no_parts(text: str) -> None:
    assert parts(text) == []


def test_an_endless_text_has_some_parts() -> None:
    assert len(parts("I said it again, " * 100_000)) == MOST


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "My contract's up on the ninth and I'm off to the other lot.",
            "I'm off to the other lot.",
        ),
        (
            "Every time he brakes the pedal goes right down to the mat, and I've the school run.",
            "Every time he brakes the pedal goes right down to the mat",
        ),
        ("My baby's cot collapsed in the night.", "My baby's cot collapsed in the night."),
    ],
)
def test_the_telling_clause_is_given(text: str, words: str) -> None:
    assert not words_said(text)
    person = hand_offs([text, "Thank you."])[0]
    assert person.needed and person.words == (words,)


@pytest.mark.slow
def test_words_belong_to_their_own_text_and_are_none_where_nobody_is_needed() -> None:
    texts = [
        "The parcel came on Tuesday, and all was well.",
        "You will be hearing from my solicitor, and that's that.",
        "My brother has learning difficulties and they sold him four broadband contracts.",
        "I can't see the screen, I've got macular degeneration, and it has no voice.",
    ]
    found = hand_offs(texts)
    assert found[0].words == () and found[1].words == ("solicitor",)
    for text, each in zip(texts[2:], found[2:], strict=True):
        assert each.needed and each.words and each.words[0] in text
