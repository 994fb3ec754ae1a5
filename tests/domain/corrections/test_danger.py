"""No decision, and no case that told of something else, keeps quiet who may be in danger."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain import editing, follow_ups, processing, transcripts, understanding
from app.domain.corrections import deciding, kinds
from app.domain.corrections.kinds import Why
from app.domain.errors import Invalid
from app.domain.timeline import Segment as Passage
from app.domain.understanding import Finding
from app.extensions import db
from app.models import Answer, Correction, FollowUp, Member, Program, Submission, Transcript
from tests import factories
from tests.domain.corrections.conftest import Make, Voice, found
from tests.domain.erasure.gate import Gate, beside, until_it_waits

pytestmark = pytest.mark.slow
IN_DANGER = found("negative", person="Strong distress")
JOKE = Why("irony", "words", "")


def hear(voice: Voice, *findings: Finding) -> FollowUp | None:
    """The machine understands the passages anew; the voice's case then."""
    current = transcripts.current(voice.answer)
    assert current is not None
    voice.transcript = current
    understanding.publish(current, findings)
    processing.hand_over(voice.answer, current)
    db.session.commit()
    return case_of(voice)


def case_of(voice: Voice) -> FollowUp | None:
    db.session.expire_all()
    return follow_ups.heard_case(voice.answer.submission)


def customer_writes(voice: Voice, words: str) -> None:
    texts = {voice.first.id: words}
    editing.save(voice.transcript, voice.transcript.edition, editing.Author("customer"), texts)
    db.session.commit()


def written_down(voice: Voice, *passages: tuple[float, float, str]) -> None:
    """Another engine listens."""
    transcripts.publish(
        voice.answer, engine="whisper", model="base", version="1", language="en", duration_s=20,
        segments=[Passage(start, end, words, 0.9) for start, end, words in passages],
    )  # fmt: skip
    db.session.commit()


def joking(make: Make) -> Voice:
    """Who spoke in a joke, as somebody said of what the machine takes for danger."""
    voice = make("I am dying of laughter.", "It is fine.")
    hear(voice, IN_DANGER, found())
    voice.correct("hand_off", why=JOKE)
    return voice


def take_back(voice: Voice, made: Correction) -> None:
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()


@pytest.mark.parametrize("by", ["customer", "another engine"])
def test_who_looked_at_other_words_keeps_nobody_from_being_called(make: Make, by: str) -> None:
    voice = make("I will heal myself.")
    deciding.confirm(voice.here(), deciding.seen(voice.here(), *kinds.ON_PASSAGES), voice.member)
    db.session.commit()
    if by == "customer":
        customer_writes(voice, "I will kill myself.")
    else:
        written_down(voice, (0.0, 5.0, "I will kill myself."))
    case = hear(voice, IN_DANGER)
    assert case is not None and case.evidence == "I will kill myself."
    assert voice.stands("hand_off") == (), "the person's word stays on the label"
    follow_ups.close(case, "Called", voice.member)
    again = hear(voice, IN_DANGER)
    assert again is not None and again.state == "done"


def test_that_nobody_is_needed_holds_for_the_words_that_it_was_said_of(make: Make) -> None:
    voice = joking(make)
    customer_writes(voice, "I am dying, of laughter!")
    case = hear(voice, IN_DANGER, found())
    assert case is not None and case.state == "done", "a comma makes no other words"
    customer_writes(voice, "I will kill myself tonight.")
    case = hear(voice, IN_DANGER, found())
    assert case is not None and case.state == "open" and case.evidence.startswith("I will kill")
    voice.correct("hand_off", "Bereavement", at=1)
    voice.correct("hand_off", at=1)
    case = case_of(voice)
    assert case is not None and case.state == "open", "the machine calls for the other passage"


def gas(make: Make, owner: Member) -> Voice:
    """They were called about the first of four passages."""
    voice = make("I could smell gas in the hall.", "Mumble one.", "Mumble two.", "Mumble three.")
    case = hear(voice, found(person="Harm or safety"), found(), found(), found())
    assert case is not None
    follow_ups.close(case, "Engineer sent", owner)
    db.session.commit()
    return voice


@pytest.mark.parametrize("danger", ["Strong distress", "Harm or safety"])
def test_danger_in_a_longer_passage_than_the_one_that_was_told(
    make: Make, owner: Member, danger: str
) -> None:
    voice = gas(make, owner)
    written_down(voice, (0.0, 20.0, "I could smell gas and I want to kill myself tonight."))
    case = hear(voice, found(person=danger))
    assert case is not None and case.state == "open" and case.reason.startswith(danger)


def test_another_danger_in_a_passage_that_was_told(make: Make, owner: Member) -> None:
    voice = gas(make, owner)
    customer_writes(voice, "I could smell gas in the hall. I want to kill myself tonight.")
    case = hear(voice, IN_DANGER, found(), found(), found())
    assert case is not None and case.state == "open" and case.reason.startswith("Strong distress")


def test_passages_of_danger_that_were_told_are_not_told_again_as_one(
    make: Make, owner: Member
) -> None:
    voice = make("I will kill myself.", "Tonight.")
    case = hear(voice, IN_DANGER, IN_DANGER)
    assert case is not None
    follow_ups.close(case, "Called", owner)
    written_down(voice, (0.0, 10.0, "I will kill myself tonight."))
    case = hear(voice, IN_DANGER)
    assert case is not None and case.state == "done"


def test_where_two_were_said_to_need_nobody_the_first_taken_back_opens_it_again(
    make: Make,
) -> None:
    voice = make("I will kill myself tonight.", "I'm dying of laughter.")
    hear(voice, IN_DANGER, IN_DANGER)
    first = voice.correct("hand_off", why=JOKE)
    voice.correct("hand_off", at=1, why=JOKE)
    case = case_of(voice)
    assert case is not None and case.state == "done"
    take_back(voice, first)
    case = case_of(voice)
    assert case is not None and case.state == "open"


def test_what_was_taken_back_before_the_machine_was_there_settles_nothing(make: Make) -> None:
    voice = make("I want to mend my life.")
    customer_writes(voice, "I want to end my life.")
    made = voice.correct("hand_off", "Strong distress")
    take_back(voice, made)
    case = case_of(voice)
    assert case is not None and case.state == "done"
    case = hear(voice, IN_DANGER)
    assert case is not None and case.state == "open"


def test_nobody_is_needed_while_danger_is_heard_in_another_answer(
    app: Flask, make: Make, program: Program, owner: Member
) -> None:
    voice = make("I am dying of laughter.")
    hear(voice, found(person="Asks for a person"))
    other = factories.answer(voice.answer.submission)
    words = factories.transcript(other, "I will kill myself tonight.")
    answer_id, other_id, words_id = voice.answer.id, other.id, words.id
    passage, voice_id, owner_id = voice.first.id, voice.answer.submission.id, owner.id
    db.session.remove()
    gate = Gate()

    def listen() -> None:
        transcript = db.session.get_one(Transcript, words_id)
        understanding.publish(transcript, [IN_DANGER])
        processing.hand_over(db.session.get_one(Answer, other_id), transcript)
        gate.stop()
        db.session.commit()

    def decide() -> None:
        here = deciding.passage(db.session.get_one(Submission, voice_id), passage)
        member, saw = db.session.get_one(Member, owner_id), deciding.seen(here, "hand_off")
        deciding.correct(here, "hand_off", [], JOKE, saw, member)
        db.session.commit()

    with gate.holding(app, listen), beside(app, decide):
        until_it_waits()
        gate.let_go()
    submission = db.session.get_one(Answer, answer_id).submission
    case = follow_ups.heard_case(submission)
    assert case is not None and case.state == "open" and case.reason.startswith("Strong distress")


@pytest.mark.parametrize("said", ["nobody", "somebody, taken back"])
def test_danger_that_is_misheard_since_is_closed_by_no_word_on_another_passage(
    make: Make, said: str
) -> None:
    voice = make("I will kill myself.", "Can somebody call me?")
    hear(voice, IN_DANGER, found(person="Asks for a person"))
    written_down(voice, (0.0, 5.0, "I will heal myself."), (5.0, 10.0, "Can somebody call me?"))
    case = hear(voice, found("neutral"), found(person="Asks for a person"))
    if said == "nobody":
        voice.correct("hand_off", at=1, why=JOKE)
    else:
        hear(voice, found("neutral"), found())
        take_back(voice, voice.correct("hand_off", "Asks for a person", at=1))
    case = case_of(voice)
    assert case is not None and case.state == "open"
    hear(voice, IN_DANGER, found())
    voice.correct("hand_off", why=JOKE)
    case = case_of(voice)
    assert case is not None and case.state == "done"


@pytest.mark.parametrize("before", ["no case", "open", "done"])
def test_what_a_decision_lay_upon_is_handed_over_once_it_is_taken_back(
    make: Make, before: str
) -> None:
    voice = make("I will end it all.", "I want to talk to somebody.")
    made = deciding.confirm(
        voice.here(), deciding.seen(voice.here(), *kinds.ON_PASSAGES), voice.member
    )
    db.session.commit()
    asks = found() if before == "no case" else found(person="Asks for a person")
    case = hear(voice, IN_DANGER, asks)
    assert (case is None) is (before == "no case")
    if case is not None and before == "done":
        follow_ups.close(case, "Called", voice.member)
        db.session.commit()
    take_back(voice, next(each for each in made if each.kind == kinds.HAND_OFF))
    case = case_of(voice)
    assert case is not None and case.state == "open" and "end it all" in case.evidence
    assert case.reason.startswith("Strong distress")


def test_that_nobody_is_needed_is_said_again_of_other_words(make: Make) -> None:
    voice = joking(make)
    customer_writes(voice, "I could kill myself laughing.")
    case = hear(voice, IN_DANGER, found())
    assert case is not None and case.state == "open"
    made = voice.correct("hand_off", why=JOKE)
    case = case_of(voice)
    assert case is not None and case.state == "done"
    assert voice.stands("hand_off") == ()
    with pytest.raises(Invalid, match="already"):
        voice.correct("hand_off", why=JOKE)
    take_back(voice, made)
    case = case_of(voice)
    assert case is not None and case.state == "open"
