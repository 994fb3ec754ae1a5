"""An earlier transcript that is chosen: the machine's word counts for the words that it heard."""

from __future__ import annotations

import pytest

from app.domain import processing, transcripts, understanding
from app.domain.corrections import beside, deciding
from app.extensions import db
from app.models import Correction, Program, Transcript
from tests.domain.corrections.conftest import Make, Voice, found
from tests.domain.corrections.test_keeping import edit, heard_where_needed, written
from tests.domain.corrections.test_silence import of

DANGER = "Strong distress"


def take_back(voice: Voice, made: Correction) -> None:
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()


def choose(voice: Voice, transcript: Transcript) -> None:
    transcripts.choose(voice.answer, transcript.id)
    voice.transcript = transcript
    db.session.commit()


def anew(voice: Voice, text: str, **heard: str) -> Transcript:
    """The recording is written down as `text`, and version 2 hears that."""
    voice.transcript = written(voice, text)
    voice.heard(found(heard.pop("sentiment", "neutral"), version="2", **heard))
    return voice.transcript


def to_hear(voice: Voice) -> list[str]:
    """Texts of the passages that are to be heard anew."""
    db.session.expire_all()
    return [each.text for each in voice.transcript.segments if not each.understood]


def test_a_word_about_other_words_is_neither_counted_nor_laid(make: Make, program: Program) -> None:
    voice = make("I loathe it.")
    run, one = processing.begin(voice.answer), voice.transcript
    voice.heard(found("negative"))
    made = voice.correct("sentiment", "neutral")
    anew(voice, "I love it.", sentiment="positive")
    for step in run.steps:
        step.state = "done"
    choose(voice, one)
    assert of("sentiment", program) == {"1": (0, 1)}
    assert beside.Machine()(voice.first)["sentiment_machine"] == "negative"
    assert [step.name for step in run.steps if step.state == "due"] == ["understand"]
    assert to_hear(voice) == ["I loathe it."]
    take_back(voice, made)
    assert voice.stands("sentiment") == ("negative",)


def test_once_heard_anew_a_later_version_is_measured_by_it(make: Make, program: Program) -> None:
    voice = make("I loathe it.")
    one = voice.transcript
    made = voice.correct("sentiment", "negative")
    anew(voice, "I love it.", sentiment="positive")
    choose(voice, one)
    voice.heard(found("negative", version="2"))
    assert of("sentiment", program) == {"1": (0, 1), "2": (1, 1)}
    take_back(voice, made)
    assert voice.stands("sentiment") == ("negative",)


def test_where_it_said_nothing_of_these_words_yet_nothing_is_laid(make: Make) -> None:
    """The decision was made about the words before, and these lost the machine's word to it."""
    voice = make("I loathe it.")
    one = voice.transcript
    voice.heard(found("negative"))
    made = voice.correct("sentiment", "neutral")
    two = anew(voice, "I love it.", sentiment="positive")
    choose(voice, one)
    choose(voice, two)
    assert to_hear(voice) == ["I love it."]
    take_back(voice, made)
    assert voice.stands("sentiment") == ()
    voice.heard(found("positive", version="2"))
    assert voice.stands("sentiment") == ("positive",)


@pytest.mark.parametrize("back_in", ["one", "two"])
def test_who_may_be_in_danger_is_not_lost_with_the_words_between(make: Make, back_in: str) -> None:
    voice = make("I will kill myself.")
    one = voice.transcript
    voice.heard(found(person=DANGER))
    processing.hand_over(voice.answer, one)
    made = voice.correct("hand_off")
    anew(voice, "I will heal myself.")
    if back_in == "two":
        take_back(voice, made)
        choose(voice, one)
    else:
        choose(voice, one)
        take_back(voice, made)
        assert voice.stands("hand_off") == (DANGER,)
    assert to_hear(voice) == ["I will kill myself."]


def test_that_nobody_is_needed_is_no_silence_of_the_machine(make: Make, program: Program) -> None:
    voice = make("I will kill myself.")
    one = voice.transcript
    voice.heard(found(person=DANGER))
    voice.correct("hand_off")
    anew(voice, "I will kill myself.", person=DANGER)
    voice.correct("hand_off", "Asks for a person")  # in the place of the one before
    choose(voice, one)
    assert of("hand_off", program) == {"2": (0, 1)}
    assert to_hear(voice) == ["I will kill myself."]


def test_the_same_words_need_no_hearing(make: Make, program: Program) -> None:
    voice = make("I loathe it.")
    one = voice.transcript
    voice.correct("sentiment", "negative")
    anew(voice, "I loathe it.", sentiment="positive")
    choose(voice, one)
    assert of("sentiment", program) == {"1": (0, 1), "2": (0, 1)}
    assert to_hear(voice) == []


def test_words_that_are_back_are_measured_once_they_are_heard(
    voice: Voice, program: Program
) -> None:
    before = voice.first.text
    voice.correct("sentiment", "negative")
    edit(voice, {voice.first.id: "It is kind of them."})
    understanding.publish(voice.transcript, [found("positive", version="2")], [voice.first])
    db.session.commit()
    edit(voice, {voice.first.id: before})
    assert of("sentiment", program) == {"1": (0, 1)}
    heard_where_needed(voice)
    assert of("sentiment", program) == {"1": (0, 1)}


def test_what_is_worth_hearing_has_nothing_heard_anew(make: Make) -> None:
    voice = make("I loathe it.")
    one = voice.transcript
    made = voice.correct("highlight", "yes")
    anew(voice, "I love it.", sentiment="positive")
    choose(voice, one)
    take_back(voice, made)
    assert to_hear(voice) == []
