"""What a run of passages says of itself: its feeling, its emotion, and why it is worth hearing.

Pure, and no more than the passages show: where they contradict one another the run is mixed, and a
reason that sounds sure is given only where the machine is at least fairly sure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.timeline import Span
from app.domain.wording import FAIRLY_SURE

MIXED = "mixed"
FELT = 0.3  # from this score on an emotion is shown beside its passage
STRONG = 0.5  # of -1..1
CLEAR = 0.8  # speech recognised with this confidence


@dataclass(frozen=True, slots=True)
class Passage:
    """One understood segment. `span` is None for a written answer; scores are 0..1, except
    `sentiment` (-1..1), which `feels` says in a word, "" where nobody understood it. Emotions and
    themes are (name, score)."""

    text: str
    span: Span | None
    confidence: float
    sentiment: float
    sentiment_confidence: float
    emotions: tuple[tuple[str, float], ...] = ()
    themes: tuple[tuple[str, float], ...] = ()
    feels: str = ""


@dataclass(frozen=True, slots=True)
class Feeling:
    """`sentiment`: negative, neutral, positive or mixed; `score` -1..1. `emotion` is None where no
    passage that feels the same shows one, and `emotion_score` (0..1) how sure the machine is."""

    sentiment: str = "neutral"
    score: float = 0.0
    emotion: str | None = None
    emotion_score: float = 0.0


def feeling(run: Sequence[Passage]) -> Feeling:
    """The strongest passage's: a mean would make a moment look indifferent. Passages that
    contradict it make the moment mixed, halfway between, and then no one emotion is all of it."""
    understood = [passage for passage in run if passage.feels]
    if not understood:
        return Feeling()
    strongest = max(understood, key=_weight)
    felt = {passage.feels for passage in understood}
    if {"negative", "positive"} <= felt:
        ends = [
            max((each for each in understood if each.feels == side), key=_weight).sentiment
            for side in ("negative", "positive")
        ]
        return Feeling(MIXED, round(sum(ends) / 2, 4))
    shown = [
        (score, name)
        for passage in understood
        if passage.feels == strongest.feels
        for name, score in passage.emotions
        if name != "neutral" and score >= FELT
    ]
    score, emotion = max(shown, default=(0.0, None), key=lambda each: each[0])
    return Feeling(strongest.feels, strongest.sentiment, emotion, score)


def overall(said: Iterable[tuple[str, float, float]]) -> str:
    """A whole voice's, of each passage's (sentiment, score, confidence): the strongest one's, or
    mixed where another says the contrary and the machine is at least fairly sure of both."""
    strongest, felt = ("", -1.0), set()
    for feels, score, confidence in said:
        strongest = max(strongest, (feels, abs(score) * confidence), key=lambda each: each[1])
        if confidence >= FAIRLY_SURE:
            felt.add(feels)
    return MIXED if {"negative", "positive"} <= felt else strongest[0]


def reasons(run: Sequence[Passage], themes: Mapping[str, float]) -> tuple[str, ...]:
    """Why the run is worth hearing, in words; `themes`: what it is about, with scores of 0..1."""
    found = feeling(run)
    strong = any(
        passage.feels == found.sentiment
        and abs(passage.sentiment) >= STRONG
        and passage.sentiment_confidence >= FAIRLY_SURE
        for passage in run
    )
    told = []
    if strong and found.sentiment in ("negative", "positive"):
        told.append(f"Strongly {found.sentiment}")
    if found.emotion and found.emotion_score >= FAIRLY_SURE:
        told.append(f"Speaks of {found.emotion}")
    about = max(themes, key=lambda name: themes[name], default="")
    if about and themes[about] >= FAIRLY_SURE:
        told.append(f"Clearly about {about}")
    if run[0].span and min(passage.confidence for passage in run) >= CLEAR:
        told.append("Clear speech")
    return tuple(told)


def _weight(passage: Passage) -> float:
    return abs(passage.sentiment) * passage.sentiment_confidence
