"""Labels are put right, the machine's word is kept, and who comes second is told so."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.corrections import deciding, kinds, reading
from app.domain.corrections.kinds import Why
from app.domain.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import AuditEntry, Correction, Label, Member, Program, Workspace
from tests import factories
from tests.domain.corrections.conftest import SENTENCES, WHY, Voice, found


def test_a_corrected_label_counts_and_the_machines_is_kept(voice: Voice) -> None:
    made = voice.correct("sentiment", "negative")
    assert voice.stands("sentiment") == ("negative",)
    label = db.session.scalars(select(Label).where(Label.segment_id == voice.first.id)).one()
    assert (label.engine, label.version, label.confidence) == ("person", made.id, 1.0)
    assert label.score == -kinds.PLAIN
    assert (made.machine, made.engine, made.version) == (
        [["neutral", 0.0, 0.7]],
        "heard-sentiment",
        "1",
    )
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert line.said == (
        f"machine said neutral (fairly sure), {voice.member.name} said negative: the words say so"
    )
    assert line.note == WHY.note and not line.words_changed


def test_themes_emotions_and_a_need_for_a_person(voice: Voice, delivery: str) -> None:
    made = voice.correct("theme", delivery)
    assert voice.stands("theme") == (delivery,)
    assert [each.theme.name for each in voice.first.mentions] == ["Delivery"]
    assert made.engine == "scorer"
    silent = voice.correct("emotion", "frustration", "sadness")
    assert voice.stands("emotion") == ("frustration", "sadness")
    assert (silent.machine, silent.engine) == ([], "heard-emotion")
    voice.correct("theme", at=0)
    assert voice.stands("theme") == ()


def test_where_the_machine_said_nothing_before_that_was_noted_its_engine_is_unknown(
    voice: Voice, delivery: str
) -> None:
    voice.heard(found(themes=()), found())
    voice.first.heard_by = None
    db.session.commit()
    made = voice.correct("theme", delivery)
    assert (made.machine, made.engine, made.version) == ([], "", "")


def test_a_value_that_is_in_no_list(voice: Voice, program: Program) -> None:
    elsewhere = factories.program(factories.workspace("Other")).themes[0].id
    off = program.themes[0]
    off.active = False
    db.session.commit()
    for kind, value in (
        ("sentiment", ("furious",)),
        ("sentiment", ("negative", "positive")),
        ("sentiment", ()),
        ("emotion", ("neutral",)),
        ("theme", (elsewhere,)),
        ("theme", (off.id,)),
        ("hand_off", ("Distress", "Harm or safety")),
        ("highlight", ("maybe",)),
        ("sentiment", ("neutral",)),  # that is what stands there
    ):
        with pytest.raises(Invalid):
            voice.correct(kind, *value)
        db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 0


def test_an_inactive_theme_that_is_there_may_stay(voice: Voice, program: Program) -> None:
    staff, delivery = program.themes[1], program.themes[0]
    staff.active = False
    db.session.commit()
    voice.correct("theme", staff.id, delivery.id)
    assert set(voice.stands("theme")) == {staff.id, delivery.id}


@pytest.mark.parametrize(
    ("reason", "evidence", "note"),
    [
        ("", "words", ""),
        ("missed", "", ""),
        ("other", "words", " "),
        ("missed", "words", "x" * 501),
    ],
)
def test_a_reason_and_evidence_are_needed(reason: str, evidence: str, note: str) -> None:
    with pytest.raises(Invalid):
        kinds.why(reason, evidence, note)


def test_sent_twice_it_counts_once(voice: Voice) -> None:
    here = voice.here()
    saw = deciding.seen(here, "sentiment")
    first = deciding.correct(here, "sentiment", ["negative"], WHY, saw, voice.member)
    again = deciding.correct(here, "sentiment", ["negative"], WHY, saw, voice.member)
    assert first is again
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 1


def test_the_second_person_is_told(voice: Voice, owner: Member) -> None:
    here = voice.here()
    saw = deciding.seen(here, "sentiment")
    voice.correct("sentiment", "negative")
    with pytest.raises(Conflict):
        deciding.correct(here, "sentiment", ["positive"], WHY, saw, owner)
    db.session.rollback()
    assert voice.stands("sentiment") == ("negative",)
    # Another label of the same passage is another matter.
    voice.correct("emotion", "frustration", by=owner)


def test_a_form_from_before_the_words_changed_is_refused(voice: Voice) -> None:
    here = voice.here()
    saw = deciding.seen(here, "sentiment")
    voice.first.text = "It came one day late."
    db.session.commit()
    with pytest.raises(Conflict):
        deciding.correct(here, "sentiment", ["negative"], WHY, saw, voice.member)


def test_two_at_the_same_moment(app: Flask, voice: Voice, owner: Member) -> None:
    """Both saw the same; one decides, the other is refused, whichever comes first."""
    saw = deciding.seen(voice.here(), "sentiment")
    submission, segment = voice.answer.submission.id, voice.first.id
    ended: list[str] = []
    ready = threading.Barrier(2)

    def decide(member_id: str, value: str) -> None:
        from app.models import Submission

        with app.app_context():
            here = deciding.passage(db.session.get_one(Submission, submission), segment)
            member = db.session.get_one(Member, member_id)
            ready.wait()
            try:
                deciding.correct(here, "sentiment", [value], WHY, saw, member)
                db.session.commit()
                ended.append(value)
            except Conflict:
                db.session.rollback()
            db.session.remove()

    people = [(voice.member.id, "negative"), (owner.id, "positive")]
    db.session.commit()
    threads = [threading.Thread(target=decide, args=each) for each in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 1
    assert voice.stands("sentiment") == (ended[0],)


def test_taken_back_the_machines_word_counts_and_the_history_stays(voice: Voice) -> None:
    made = voice.correct("sentiment", "negative")
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    assert voice.stands("sentiment") == ("neutral",)
    (label,) = [each for each in voice.first.labels if each.kind == "sentiment"]
    assert (label.engine, label.version, label.confidence) == ("heard-sentiment", "1", 0.7)
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert line.row.state == "withdrawn" and line.row.ended_by == voice.member.id
    with pytest.raises(Conflict):
        deciding.withdraw(voice.answer.submission, made.id, voice.member)


def test_of_two_decisions_the_earlier_stands_again(voice: Voice, owner: Member) -> None:
    voice.correct("sentiment", "negative")
    second = voice.correct("sentiment", "positive", by=owner)
    assert second.machine == [["neutral", 0.0, 0.7]]
    deciding.withdraw(voice.answer.submission, second.id, owner)
    db.session.commit()
    assert voice.stands("sentiment") == ("negative",)
    lines = reading.of(voice.transcript)[voice.first.id]
    assert [line.row.state for line in lines] == ["withdrawn", "stands"]


def test_looked_at_and_left(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    here = voice.here()
    saw = deciding.seen(here, *kinds.ON_PASSAGES)
    made = deciding.confirm(here, saw, voice.member)
    db.session.commit()
    assert {each.kind for each in made} == {"emotion", "theme", "hand_off"}
    assert all(each.reason == kinds.RIGHT for each in made)
    assert deciding.confirm(here, saw, voice.member)  # sent twice
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Correction)) == 4
    voice.heard(found("positive", themes=("Delivery",)), found())
    assert voice.stands("theme") == (voice.answer.submission.program.themes[1].id,)


def test_nothing_is_confirmed_that_the_machine_has_not_heard(make: object, voice: Voice) -> None:
    voice.first.understood = False
    db.session.commit()
    here = voice.here()
    with pytest.raises(Invalid):
        deciding.confirm(here, deciding.seen(here, *kinds.ON_PASSAGES), voice.member)


def test_only_passages_that_count_and_are_here(voice: Voice, workspace: Workspace) -> None:
    other = factories.submission(factories.program(workspace, name="Another"))
    with pytest.raises(NotFound):
        deciding.passage(other, voice.first.id)
    with pytest.raises(NotFound):
        deciding.passage(voice.answer.submission, 10**15)
    made = voice.correct("sentiment", "negative")
    with pytest.raises(NotFound):
        deciding.withdraw(other, made.id, voice.member)
    voice.transcript.current = False
    db.session.commit()
    with pytest.raises(NotFound):
        voice.here()


def test_the_log_has_ids_only(voice: Voice) -> None:
    made = voice.correct("sentiment", "negative", why=Why("other", "case", SENTENCES[0]))
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    rows = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("label."))
    ).all()
    assert [row.action for row in rows] == ["label.corrected", "label.withdrawn"]
    assert all(row.subject_id == made.id for row in rows)
