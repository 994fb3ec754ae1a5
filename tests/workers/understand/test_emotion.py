"""What is shown of a feeling doesn't contradict its sentiment."""

from __future__ import annotations

import pytest

from workers.understand.base import Emotion, Label, Sentiment
from workers.understand.emotion import NEUTRAL, beside

ANGRY, SAD, GLAD = Emotion("anger", 0.7), Emotion("sadness", 0.5), Emotion("joy", 0.6)


@pytest.mark.parametrize(
    ("label", "sure", "found", "kept"),
    [
        ("positive", 0.9, (ANGRY, SAD), (SAD,)),
        ("positive", 0.9, (ANGRY,), (Emotion(NEUTRAL, 0.3),)),
        ("positive", 0.59, (ANGRY, SAD), (ANGRY, SAD)),
        ("negative", 0.6, (GLAD, SAD), (SAD,)),
        ("neutral", 0.9, (ANGRY, GLAD), (ANGRY, GLAD)),
        ("negative", 0.9, (Emotion(NEUTRAL, 0.8),), (Emotion(NEUTRAL, 0.8),)),
    ],
)
def test_contrary_emotions_are_left_out_where_the_sentiment_is_sure(
    label: Label, sure: float, found: tuple[Emotion, ...], kept: tuple[Emotion, ...]
) -> None:
    assert beside(Sentiment(label, 0.0, sure), found) == kept
