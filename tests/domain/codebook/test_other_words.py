"""Only current words are carried along by a change of the codebook: others, once they are chosen
again, are heard anew."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain import processing, timeline, transcripts, understanding
from app.domain.codebook import changes, reshaping, themes
from app.domain.corrections import deciding, kinds
from app.domain.understanding import Finding, Heard
from app.extensions import db
from app.models import Answer, CodebookChange, Member, Program, Transcript, Workspace
from tests import factories
from tests.domain.codebook.listening import BY, carried_out
from tests.domain.codebook.spoken import done, named, undone
from tests.domain.erasure.gate import Gate, beside, until_it_waits


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def answer(program: Program) -> Answer:
    """Every step of it is done."""
    answer = factories.answer(factories.submission(program))
    for step in processing.begin(answer).steps:
        step.state = "done"
    db.session.commit()
    return answer


def heard(answer: Answer, text: str, *about: str) -> Transcript:
    """A newer pass, and what the machine heard in it."""
    made = transcripts.publish(
        answer, engine="whisper", model="large", version="1", language="en", duration_s=5.0,
        segments=[timeline.Segment(0.0, 5.0, text, 0.9)],
    )  # fmt: skip
    understand(made, *about)
    return made


def understand(said: Transcript, *about: str) -> None:
    understanding.publish(said, [Finding((), tuple(Heard(each, 0.9, *BY) for each in about))])
    db.session.commit()


def chosen(answer: Answer, said: Transcript) -> str:
    """It is chosen; the first step that is to be done again."""
    transcripts.choose(answer, said.id)
    db.session.commit()
    return next(step.name for step in answer.runs[-1].steps if step.state == "due")


def merged(program: Program) -> CodebookChange:
    change = reshaping.plan_merge(
        program, named(program, "Staff"), named(program, "Delivery"), None
    )
    done(change)
    return change


def about(said: Transcript) -> list[str]:
    db.session.expire_all()
    return [each.theme.name for segment in said.segments for each in segment.mentions]


def test_themes_from_before_a_change_are_heard_anew(program: Program, answer: Answer) -> None:
    older, newer = heard(answer, "The staff was rude.", "Staff"), heard(answer, "The stuff.")
    merged(program)
    assert chosen(answer, older) == "understand"
    assert transcripts.to_understand(older) == older.segments
    assert themes.mentioned_by(program) == {}  # what it was about counts no more
    understand(older, "Delivery")
    assert about(older) == ["Delivery"]
    assert chosen(answer, newer) == "understand"


def test_also_those_from_before_one_was_undone(program: Program, answer: Answer) -> None:
    change = merged(program)
    older = heard(answer, "The staff was rude.", "Delivery")
    heard(answer, "The stuff was rude.", "Delivery")
    undone(change)
    assert chosen(answer, older) == "understand"


def test_where_nothing_was_changed_since_only_the_moments_are(
    program: Program, answer: Answer
) -> None:
    merged(program)
    older = heard(answer, "The staff was rude.", "Delivery")
    heard(answer, "The stuff was rude.")
    themes.plan_add(program, "Price", "What it costs")  # only planned
    assert chosen(answer, older) == "highlight" and older.segments[0].understood


def test_what_people_decided_stays(program: Program, answer: Answer, owner: Member) -> None:
    older = heard(answer, "The staff was rude.", "Staff")
    here = deciding.passage(answer.submission, older.segments[0].id)
    why = kinds.Why("wrong", "words", "")
    deciding.correct(here, "theme", [], why, deciding.seen(here, "theme"), owner)
    db.session.commit()
    heard(answer, "The staff was rude.", "Staff")
    merged(program)
    chosen(answer, older)
    understand(older, "Delivery")
    assert about(older) == []


def test_it_is_chosen_while_a_change_is_applied(
    app: Flask, program: Program, answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change carried the words along that were current until then, and no others."""
    older = heard(answer, "The staff was rude: no delivery.", "Staff")
    heard(answer, "The stuff was rude.")
    change = reshaping.plan_merge(
        program, named(program, "Staff"), named(program, "Delivery"), None
    )
    db.session.commit()
    change_id, answer_id, older_id, gate = change.id, answer.id, older.id, Gate()
    db.session.remove()
    monkeypatch.setattr(processing, "heard_anew", gate.before(processing.heard_anew))

    def choose() -> None:
        transcripts.choose(db.session.get_one(Answer, answer_id), older_id)
        db.session.commit()

    def apply() -> None:
        change = db.session.get_one(CodebookChange, change_id)
        changes.apply(change)
        db.session.commit()
        carried_out(change)

    with gate.holding(app, choose), beside(app, apply):
        until_it_waits()
        gate.let_go()
    assert about(db.session.get_one(Transcript, older_id)) == ["Delivery"]
