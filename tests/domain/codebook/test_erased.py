"""A voice is erased after a change of the codebook: nothing of it stays with the change, and the
rest can still be undone."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import answers, consent, erasure
from app.domain.codebook import changes, followers, reshaping
from app.extensions import db
from app.models import (
    CodebookChange,
    Correction,
    FollowedCorrection,
    Program,
    Segment,
    Submission,
    Workspace,
)
from tests import factories, services
from tests.domain.codebook.listening import carried_out, tags
from tests.domain.codebook.spoken import done, person_said, undone
from tests.domain.erasure.gate import Gate, beside, until_it_waits

SAID = ("Nobody told me", "It rained in", "They shouted at me")


@pytest.fixture
def program(workspace: Workspace) -> Program:
    """A person put each of three voices under Staff."""
    program = factories.program(workspace)
    for words in SAID:
        said = factories.transcript(factories.answer(factories.submission(program)), words)
        said.segments[0].understood = True
        person_said(program, words, program.themes[1])
    return program


def merged(program: Program) -> CodebookChange:
    delivery, staff = program.themes
    return reshaping.plan_merge(program, staff, delivery, None)


def voice_of(words: str) -> Submission:
    segment = db.session.scalars(select(Segment).where(Segment.text == words)).one()
    answer = segment.transcript.answer_id
    return db.session.scalars(select(Submission).where(Submission.answers.any(id=answer))).one()


def erase(words: str) -> None:
    erasure.everything(voice_of(words), "withdrawn")
    db.session.commit()


def decided() -> list[list[str]]:
    return list(db.session.scalars(select(Correction.value).order_by(Correction.id)))


def test_a_merge_is_undone_for_the_rest(program: Program) -> None:
    delivery, staff = program.themes
    change = merged(program)
    done(change)
    assert decided() == [[delivery.id]] * 3
    gone = db.session.scalars(select(Correction.id).order_by(Correction.id)).all()[1]
    erase(SAID[1])
    for row in db.session.execute(select(CodebookChange.__table__)):
        assert gone not in str(row)
    kept = db.session.scalars(select(FollowedCorrection.correction_id)).all()
    assert len(kept) == 2 and gone not in kept
    undone(change)
    assert decided() == [[staff.id]] * 2
    assert tags(program) == {SAID[0]: ["Staff"], SAID[2]: ["Staff"]}


def test_who_comes_after_one_that_is_gone_is_heard_by_the_old_themes(program: Program) -> None:
    """How far the change came is kept as a passage's id, which nobody else may get."""
    change = merged(program)
    done(change)
    newest = max(db.session.scalars(select(Segment.id)))
    erase(SAID[2])
    answer = factories.answer(factories.submission(program))
    later = factories.transcript(answer, "Your staff is kind")
    later.segments[0].understood = True
    factories.highlight(answer, later, themes=program.themes[:1])
    assert later.segments[0].id > newest
    undone(change)
    assert tags(program)["Your staff is kind"] == ["Staff"]


@pytest.mark.parametrize("first", ["the merge", "the erasure"])
def test_erased_while_a_merge_is_applied(
    app: Flask, program: Program, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes second waits, and finds what the first one left."""
    change = merged(program)
    db.session.commit()
    change_id, voice_id, gate = change.id, voice_of(SAID[0]).id, Gate()

    def merge() -> None:
        changes.apply(db.session.get_one(CodebookChange, change_id))
        db.session.commit()

    def take_back() -> None:
        consent.withdraw(db.session.get_one(Submission, voice_id))
        db.session.commit()

    db.session.remove()
    if first == "the merge":
        monkeypatch.setattr(followers, "follow", gate.after(followers.follow))
        works = merge, take_back
    else:
        monkeypatch.setattr(erasure, "_finish", gate.before(erasure._finish))
        works = take_back, merge
    with gate.holding(app, works[0]), beside(app, works[1]):
        until_it_waits()
        gate.let_go()
    assert db.session.get_one(Submission, voice_id).state == "withdrawn"
    assert len(db.session.scalars(select(FollowedCorrection)).all()) == 2
    change = db.session.get_one(CodebookChange, change_id)
    carried_out(change)
    undone(change)
    assert tags(db.session.get_one(Program, change.program_id)) == {
        SAID[1]: ["Staff"], SAID[2]: ["Staff"],
    }  # fmt: skip


@pytest.mark.postgresql
def test_decisions_are_taken_in_one_order(app: Flask, program: Program) -> None:
    """A voice with two answers, decided about from the last to the first, is erased while a step
    holds the last one and a merge goes through all decisions in turn."""
    staff = program.themes[1]
    voice = factories.submission(program)
    for words in ("First of two", "Last of two"):
        said = factories.transcript(factories.answer(voice), words)
        said.segments[0].understood = True
    for words in ("Last of two", "First of two"):
        person_said(program, words, staff)
    change = merged(program)
    db.session.commit()
    change_id, voice_id, last = change.id, voice.id, voice.answers[1].id

    def take_back() -> None:
        consent.withdraw(db.session.get_one(Submission, voice_id))
        db.session.commit()

    def merge() -> None:
        changes.apply(db.session.get_one(CodebookChange, change_id))
        db.session.commit()

    db.session.remove()
    answers.hold(last)
    with beside(app, take_back):
        until_it_waits()
        with beside(app, merge) as merging:
            services.eventually(lambda: not merging.is_alive() or waiting() == 2, 30, "it came")
            db.session.commit()
    assert db.session.get_one(Submission, voice_id).state == "withdrawn"
    assert db.session.get_one(CodebookChange, change_id).state == "applying"


def waiting() -> int:
    found = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    with Session(db.engine) as session:
        return session.scalar(found) or 0
