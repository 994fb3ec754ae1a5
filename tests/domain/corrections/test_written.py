"""Decisions about what was written or typed in: no time tells one line from another."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain import editing, follow_ups, transcripts
from app.domain.corrections import deciding
from app.extensions import db
from app.models import Correction, Member, Program
from tests import factories
from tests.domain.corrections.conftest import Voice, found
from tests.domain.corrections.test_keeping import edit

FATHER, DRIVER = "My father died on Monday.", "The driver smiled at me."


@pytest.fixture
def written(program: Program, analyst: Member) -> Voice:
    lines = "The parcel came late.", FATHER, DRIVER
    submission = factories.submission(program)
    answer = factories.answer(submission, kind="text", written_text="\n".join(lines))
    transcript = transcripts.publish(
        answer, engine=transcripts.WRITTEN, model="", version="", language="en", duration_s=0.0,
        segments=transcripts.sentences("\n".join(lines)),
    )  # fmt: skip
    voice = Voice(answer, transcript, analyst)
    voice.heard(found(), found(), found())
    return voice


def typed(voice: Voice, at: int, text: str) -> None:
    """A colleague's edit of one line, after which all are heard anew."""
    db.session.expire_all()
    edit(voice, {voice.transcript.segments[at].id: text})
    db.session.expire_all()
    voice.heard(*(found() for _ in voice.transcript.segments))


def decided(voice: Voice) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {
        each.text: (
            voice.stands("sentiment", each.position),
            voice.stands("hand_off", each.position),
        )
        for each in voice.transcript.segments
    }


def test_decisions_about_a_deleted_line_are_about_no_other(written: Voice) -> None:
    written.correct("sentiment", "positive", at=2)
    written.correct("sentiment", "negative", at=1)
    written.correct("hand_off", "Bereavement", at=1)
    typed(written, 1, "")
    assert decided(written)[DRIVER] == (("positive",), ())
    typed(written, 0, f"The parcel came late.\n{FATHER}")  # and are found again
    assert decided(written)[FATHER] == (("negative",), ("Bereavement",))


def test_a_decision_stays_with_its_line_when_others_come_before_it(written: Voice) -> None:
    written.correct("hand_off", "Bereavement", at=1)
    typed(written, 1, "My father died on Munday.")
    typed(written, 0, "The parcel\ncame late.")
    assert decided(written)["My father died on Munday."][1] == ("Bereavement",)
    assert decided(written)[DRIVER][1] == ()


def test_of_two_lines_with_the_same_words_each_keeps_its_own(written: Voice) -> None:
    typed(written, 0, DRIVER)
    written.correct("sentiment", "positive", at=2)
    typed(written, 1, f"My mother came.\n{FATHER}\nAnd then.")
    stands = [written.stands("sentiment", at) for at in range(5)]
    assert stands[4] == ("positive",) != stands[0]


def test_taking_back_brings_back_the_one_that_was_replaced(voice: Voice) -> None:
    """Not one that was replaced in a passage which is joined to this one now; and what a person
    said of that passage counts at once, so nobody is called for nothing."""
    voice.heard(found(person="Bereavement"), found())
    voice.correct("hand_off", "Vulnerability")
    voice.correct("hand_off")
    other = voice.correct("hand_off", "Vulnerability", at=1)
    case = follow_ups.heard_case(voice.answer.submission)
    assert case is not None and case.state == "open"
    act = editing.Act("merge", voice.first.id)
    editing.save(voice.transcript, voice.transcript.edition, editing.staff(voice.member), {}, act)
    db.session.commit()
    db.session.expire_all()
    voice.heard(found(person="Bereavement"))
    assert voice.stands("hand_off") == ("Vulnerability",)
    deciding.withdraw(voice.answer.submission, other.id, voice.member)
    db.session.commit()
    db.session.expire_all()
    states = db.session.scalars(select(Correction.state).order_by(Correction.created_at)).all()
    assert list(states) == ["replaced", "stands", "withdrawn"]
    assert voice.stands("hand_off") == () and case.state == "done"
