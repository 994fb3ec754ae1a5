"""A moment says no more of itself than its passages show."""

from __future__ import annotations

from app.domain.felt import FELT, Feeling, Passage, feeling, overall, reasons


def felt(feels: str, score: float, sure: float = 0.85, **emotions: float) -> Passage:
    return Passage("Words.", None, 0.9, score, sure, tuple(emotions.items()), feels=feels)


ANGRY = felt("negative", -0.74, anger=0.7)
PLEASED = felt("positive", 0.77, joy=0.95)


def test_passages_that_contradict_one_another_are_mixed_and_no_one_emotion() -> None:
    found = feeling([ANGRY, PLEASED])
    assert (found.sentiment, found.score, found.emotion) == ("mixed", 0.015, None)
    assert reasons([ANGRY, PLEASED], {}) == ()
    assert reasons([PLEASED, ANGRY], {"Delivery": 0.6}) == ("Clearly about Delivery",)


def test_an_emotion_that_no_passage_shows_is_not_the_moments() -> None:
    assert feeling([felt("negative", -0.9, sadness=FELT - 0.01)]).emotion is None
    shown = felt("negative", -0.9, sadness=FELT)
    assert feeling([shown]).emotion == "sadness"
    assert reasons([shown], {}) == ("Strongly negative",)


def test_the_emotion_is_one_of_a_passage_that_feels_the_same() -> None:
    found = feeling([felt("neutral", 0.1, worry=0.9), ANGRY])
    assert (found.sentiment, found.score, found.emotion) == ("negative", -0.74, "anger")
    assert reasons([ANGRY], {}) == ("Strongly negative", "Speaks of anger")


def test_what_nobody_understood_feels_nothing() -> None:
    assert feeling([felt("", 0.0)]) == Feeling()


def test_a_voice_is_as_its_strongest_passage_or_mixed_where_another_is_surely_contrary() -> None:
    bad, good = ("negative", -0.8, 0.85), ("positive", 0.9, 0.95)
    flat, unsure = ("neutral", 0.0, 0.9), ("positive", 0.2, 0.55)
    assert overall([]) == ""
    assert overall([flat]) == "neutral"
    assert overall([flat, bad, unsure]) == "negative"
    assert overall([bad, bad, bad, good]) == overall([good, bad]) == "mixed"
