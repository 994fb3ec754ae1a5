"""What is compared between groups, and how much wider than alike is too wide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.errors import Invalid


@dataclass(frozen=True, slots=True)
class Measure:
    """kind: share (of respondents) or rate (of words or labels). `unit`: what a rate of 1 is of.
    `counts`: whom it can be measured for. `more_is_worse`: a group with a higher figure is served
    worse. `limit`: worst ÷ best."""

    key: str
    name: str
    kind: str
    unit: str
    limit: float
    about: str
    counts: str
    more_is_worse: bool = True
    percent: bool = True


MEASURES = (
    Measure(
        "word_error", "Word error", "rate", "words said", 1.5,
        "Words that the machine heard wrongly, left out or put in, of the words that people "
        "corrected the recording to.",
        "people with a recording whose words somebody here corrected",
    ),
    Measure(
        "inserted", "Inserted words", "rate", "words said", 2.0,
        "Words that the machine wrote and nobody said.",
        "people with a recording whose words somebody here corrected",
    ),
    Measure(
        "inserted_paused", "Inserted words, with pauses put in", "rate", "words said", 2.0,
        "The same recordings once more, with two seconds of silence put between words.",
        "people with a corrected recording that was heard again after an audit",
    ),
    Measure(
        "doubt", "The machine’s doubt in its words", "rate", "words heard", 1.5,
        "1 − the engine’s own confidence, over all that it heard.",
        "people with a recording that a speech engine wrote down",
    ),
    Measure(
        "sentiment_error", "Wrong sentiment", "rate", "sentiments that people checked", 1.5,
        "Sentiments that people put right, of those that they looked at.",
        "people with a passage whose sentiment somebody here looked at",
    ),
    Measure(
        "corrected", "Corrected by people", "share", "", 1.5,
        "Voices in which people had to correct words or labels.",
        "everybody who left a voice",
    ),
    Measure(
        "no_camera", "Answered without a camera", "share", "", 2.0,
        "Voices from the recording page that came as sound or in writing, by choice or not.",
        "people who came by the recording page",
    ),
    Measure(
        "camera_failed", "The camera refused", "share", "", 2.0,
        "Voices whose camera was denied, missing or busy when the recording page asked for it.",
        "people who came by the recording page",
    ),
    # Four fifths: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978)
    Measure(
        "highlighted", "Highlighted", "share", "", 1.25,
        "Voices in which the machine found a moment worth hearing.",
        "people in whose voice the machine looked for moments",
        more_is_worse=False,
    ),
)  # fmt: skip
BY_FILE = ("word_error", "inserted", "inserted_paused")  # what a file of what was said can tell
BY_KEY = {each.key: each for each in MEASURES}
BIT = {each.key: 1 << place for place, each in enumerate(MEASURES)}


def read_limits(text: str) -> dict[str, float]:
    """Limits as a setting gives them: `word_error=1.5 highlighted=1.25`.

    Raises:
        Invalid: no such measure, or a limit that is not above 1.
    """
    limits = {}
    for each in text.replace(",", " ").split():
        key, _, number = each.partition("=")
        try:
            limits[key] = float(number)
        except ValueError as error:
            raise Invalid(f"{each} is no limit; word_error=1.5 is one.") from error
        if key not in BY_KEY:
            raise Invalid(f"There is no measure {key}; there are {', '.join(BY_KEY)}.")
        if not 1 < limits[key] < 1000:
            raise Invalid(f"The limit of {key} must be above 1: it is worst ÷ best.")
    return limits


def limit_of(measure: Measure, limits: Mapping[str, float]) -> float:
    return limits.get(measure.key, measure.limit)
