"""That the machine says nothing of a passage is its word, too, and that of the version that ran."""

from __future__ import annotations

import pytest

from app.domain import transcripts, understanding
from app.domain.corrections import deciding, reading
from app.domain.understanding import Finding
from app.extensions import db
from app.models import Program
from tests.domain.corrections.conftest import Make, Voice, found
from tests.domain.corrections.test_agreement import rates
from tests.domain.corrections.test_keeping import again, edit


def of(kind: str, program: Program) -> dict[str, tuple[int, int]]:
    """(agreed, of how many) by version."""
    db.session.expire_all()
    return {each[2]: rate for each, rate in rates(program).items() if each[0] == kind}


def test_a_later_version_is_measured_where_it_falls_silent(make: Make, program: Program) -> None:
    voices = [make(f"It is fine, no {number}.") for number in range(3)]
    for each in voices:
        each.heard(found(emotions=("anger",)))
        each.correct("emotion")
    for number, each in enumerate(voices):
        each.heard(found(emotions=("anger",) if number == 0 else (), version="2"))
    assert of("emotion", program) == {"1": (0, 3), "2": (2, 3)}


def test_a_later_version_is_measured_where_it_stays_silent(make: Make, program: Program) -> None:
    make("Another voice.").heard(found(person="Strong distress"))
    voices = [make(f"Please call me, no {number}.") for number in range(3)]
    for each in voices:
        each.correct("hand_off", "Asks for a person")
    for number, each in enumerate(voices):
        each.heard(found(person="Asks for a person" if number == 0 else "", version="2"))
    assert of("hand_off", program) == {"1": (0, 3), "2": (1, 3)}


def test_silence_is_measured_by_who_was_silent(voice: Voice, program: Program) -> None:
    voice.heard(found(emotions=("anger",)), found())
    voice.correct("emotion", "joy")
    voice.heard(found(version="2"), found(version="2"))
    assert of("emotion", program) == {"1": (0, 1), "2": (0, 1)}
    voice.correct("emotion")  # about what the machine says by now
    assert of("emotion", program) == {"2": (1, 1)}


def test_a_decision_that_stands_again_knows_of_the_silence_since(
    voice: Voice, program: Program
) -> None:
    voice.heard(found(emotions=("anger",)), found())
    first = voice.correct("emotion", "joy")
    second = voice.correct("emotion", "sadness")
    voice.heard(found(version="2"), found(version="2"))
    deciding.withdraw(voice.answer.submission, second.id, voice.member)
    db.session.commit()
    assert of("emotion", program) == {"1": (0, 1), "2": (0, 1)}
    deciding.withdraw(voice.answer.submission, first.id, voice.member)
    db.session.commit()
    assert voice.stands("emotion") == ()


def test_a_silent_version_is_not_taken_for_one_that_heard_a_neighbour(
    voice: Voice, program: Program
) -> None:
    second = voice.transcript.segments[1]
    edit(voice, {second.id: "The man at the door was very kind."})
    understanding.publish(voice.transcript, [found(emotions=("joy",), version="2")], [second])
    db.session.commit()
    voice.correct("emotion", "anger")
    assert of("emotion", program) == {"1": (0, 1)}


def test_where_nobody_listened_nothing_is_measured(voice: Voice, program: Program) -> None:
    made = voice.correct("sentiment", "negative")
    voice.heard(Finding((), ()), found(version="2"))  # as of who asks the questions
    assert of("sentiment", program) == {"1": (0, 1)}
    assert made.newer == []
    voice.correct("sentiment", "positive")
    assert of("sentiment", program) == {}
    (line, _) = reading.of(voice.transcript)[voice.first.id]
    assert line.about == "words that the machine had not heard yet"
    voice.correct("emotion", "anger")  # the first decision about it
    assert of("emotion", program) == {}


@pytest.mark.parametrize("says", [(), ("joy",)])
def test_silence_of_a_transcript_that_is_chosen_counts(
    voice: Voice, program: Program, says: tuple[str, ...]
) -> None:
    one = voice.transcript
    voice.heard(found(emotions=("anger",)), found())
    voice.transcript = two = again(voice, *[each.text for each in one.segments])
    voice.heard(found(emotions=says, version="2"), found(version="2"))
    transcripts.choose(voice.answer, one.id)
    voice.transcript = one
    made = voice.correct("emotion", "sadness")
    transcripts.choose(voice.answer, two.id)
    db.session.commit()
    assert of("emotion", program) == {"1": (0, 1), "2": (0, 1)}
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    voice.transcript = two
    assert voice.stands("emotion") == says
