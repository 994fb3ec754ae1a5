"""Two write in one codebook at the same moment: the second one waits, and nobody for ever."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.domain import editing, transcripts, understanding
from app.domain.codebook import (
    carrying,
    changes,
    entries,
    hearing,
    holding,
    mentions,
    reshaping,
    themes,
    versions,
)
from app.domain.codebook.retagging import Listen, Plan
from app.domain.corrections import deciding, kinds
from app.domain.errors import NotFound
from app.domain.understanding import Finding, Heard
from app.extensions import db
from app.models import (
    CodebookChange,
    Member,
    Program,
    Segment,
    Submission,
    Theme,
    Transcript,
    Workspace,
)
from tests import factories
from tests.domain.codebook.listening import BY, carried_out, committed, listener, tags
from tests.domain.erasure.gate import Gate, beside, until_it_waits


def test_a_theme_is_deleted_while_a_change_is_undone(
    app: Flask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write the codebook's row and the change's. Undoing took the change first, deleting the
    codebook, so that each waited for the other."""
    program = factories.program(workspace)
    themes.add(program, "Price", "What it costs")
    db.session.commit()
    change = versions.standing(program)
    assert change is not None
    change_id, program_id, gate = change.id, program.id, Gate()

    def undo() -> None:
        changes.undo(db.session.get_one(CodebookChange, change_id))
        db.session.commit()

    def delete() -> None:
        own = db.session.get_one(Program, program_id)
        themes.delete(own, next(each for each in own.themes if each.name == "Staff"))
        db.session.commit()

    db.session.remove()
    monkeypatch.setattr(holding, "take", gate.before(holding.take))
    with gate.holding(app, undo), beside(app, delete):
        until_it_waits()
        gate.let_go()
    assert db.session.get_one(CodebookChange, change_id).state == "undone"
    names = [each.name for each in db.session.get_one(Program, program_id).themes]
    assert names == ["Delivery"]


def test_a_plan_that_was_let_go_meanwhile_is_not_there(workspace: Workspace) -> None:
    program = factories.program(workspace)
    before = changes.plan(program, changes.AGAIN, [], None)
    db.session.commit()
    db.session.refresh(before)
    db.session.execute(delete(CodebookChange), execution_options={"synchronize_session": False})
    with pytest.raises(NotFound):
        changes.apply(before)


@pytest.mark.parametrize("late", ["switched off", "switched on", "coloured", "deleted"])
def test_a_theme_that_a_colleague_deleted_meanwhile_is_not_there(
    app: Flask, workspace: Workspace, late: str
) -> None:
    """It was read before; written without a look it failed, or came back."""
    program = factories.program(workspace)
    staff = program.themes[1]
    staff.active = late != "switched on"
    db.session.commit()
    program_id, staff_id, words = program.id, staff.id, (staff.name, staff.description)
    db.session.refresh(program)

    def delete() -> None:
        own = db.session.get_one(Program, program_id)
        themes.delete(own, db.session.get_one(Theme, staff_id))
        db.session.commit()

    with beside(app, delete):
        pass
    with pytest.raises(NotFound):
        if late == "switched off":
            themes.deactivate(program, staff)
        elif late == "switched on":
            themes.activate(program, staff)
        elif late == "coloured":
            themes.change(program, staff, *words, colour="teal")
        else:
            themes.delete(program, staff)
    db.session.rollback()
    assert [each.name for each in db.session.get_one(Program, program_id).themes] == ["Delivery"]


@pytest.fixture
def renamed(workspace: Workspace) -> CodebookChange:
    """A change that called “Staff” “Driver”, and so found the passage; it is being undone."""
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    factories.transcript(answer, "The driver was rude.").segments[0].understood = True
    staff = next(each for each in program.themes if each.name == "Staff")
    wanted = replace(entries.every(program.id)[staff.id], name="Driver", description="Drivers")
    change = changes.plan(program, changes.EDIT, [wanted], None, scope=[staff.id])
    db.session.commit()
    changes.apply(change)
    db.session.commit()
    carried_out(change)
    assert tags(program) == {"The driver was rude.": ["Driver"]}
    changes.undo(change)
    db.session.commit()
    assert change.state == "undoing"
    return change


def understood(change: CodebookChange, owner: Member) -> None:
    """Somebody corrected the passage, and the text worker heard it with the codebook as it is."""
    program = db.session.get_one(Program, change.program_id)
    edition = program.codebook_edition
    transcript = db.session.scalars(select(Transcript)).one()
    text = {transcript.segments[0].id: "The staff, a driver, was rude."}
    editing.save(transcript, transcript.edition, editing.staff(owner), text)
    db.session.commit()
    hearing.unchanged(program, edition)
    transcripts.unchanged(transcript.id, transcript.edition)
    understanding.publish(transcript, [Finding((), (Heard("Staff", 0.9, *BY),))])
    db.session.commit()


@pytest.mark.parametrize("first", ["undo", "understand"])
def test_a_batch_is_taken_back_while_its_passage_is_understood_anew(
    app: Flask,
    renamed: CodebookChange,
    owner: Member,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
) -> None:
    """What is heard with the codebook as it was before is no work of the change that is undone, if
    it says the same. The batch took it back all the same."""
    change_id, owner_id, gate = renamed.id, owner.id, Gate()

    def take_back() -> None:
        carrying.take_back(db.session.get_one(CodebookChange, change_id), committed)

    def understand() -> None:
        understood(
            db.session.get_one(CodebookChange, change_id), db.session.get_one(Member, owner_id)
        )

    program_id = renamed.program_id
    db.session.remove()
    if first == "undo":
        monkeypatch.setattr(mentions, "take_back", gate.before(mentions.take_back))
        with gate.holding(app, take_back):
            understand()
    else:
        monkeypatch.setattr(understanding, "publish", gate.after(understanding.publish))
        with gate.holding(app, understand), beside(app, take_back):
            until_it_waits()
            gate.let_go()
    program = db.session.get_one(Program, program_id)
    assert tags(program) == {"The staff, a driver, was rude.": ["Staff"]}
    carried_out(db.session.get_one(CodebookChange, change_id))
    assert tags(program) == {"The staff, a driver, was rude.": ["Staff"]}


@pytest.fixture
def adding(workspace: Workspace) -> CodebookChange:
    """“Driver” is being added; it will be heard in the one passage, beside “Staff”."""
    program = factories.program(workspace)
    answer = factories.answer(factories.submission(program))
    said = factories.transcript(answer, "The staff, a driver, was rude.")
    understanding.publish(said, [Finding((), (Heard("Staff", 0.9, *BY),))])
    change = themes.plan_add(program, "Driver", "Who brings it")
    db.session.commit()
    changes.apply(change)
    db.session.commit()
    return change


def decide(member: Member, about: list[str]) -> None:
    """What the one passage is about, as it stands at this moment."""
    segment = db.session.scalars(select(Segment)).one()
    here = deciding.passage(db.session.scalars(select(Submission)).one(), segment.id)
    themes_of = db.session.scalars(select(Program)).one().themes
    chosen = [each.id for each in themes_of if each.name in about]
    why = kinds.Why("missed", "words", "")
    deciding.correct(here, "theme", chosen, why, deciding.seen(here, "theme"), member)


@pytest.mark.parametrize("first", ["the worker listens", "the person writes"])
@pytest.mark.parametrize("about", [[], ["Delivery"], ["Staff", "Delivery"]])
def test_what_a_person_decides_while_a_batch_is_carried_out_stands(
    app: Flask, adding: CodebookChange, owner: Member, first: str, about: list[str]
) -> None:
    """The batch was read before, and added what it had heard to what the person chose."""
    change_id, program_id, owner_id, gate = adding.id, adding.program_id, owner.id, Gate()
    db.session.remove()

    def decides() -> None:
        decide(db.session.get_one(Member, owner_id), about)
        if first == "the person writes":
            gate.stop()
        db.session.commit()

    def carries_out(listen: Callable[[Plan], Listen]) -> None:
        change = db.session.get_one(CodebookChange, change_id)
        plan = carrying.plan_of(change)
        carrying.carry_out(change, plan, listen(plan), BY, committed)

    if first == "the worker listens":

        def listen(plan: Plan) -> Listen:
            return gate.before(listener(plan))

        with gate.holding(app, lambda: carries_out(listen)), beside(app, decides):
            pass
    else:
        with gate.holding(app, decides), beside(app, lambda: carries_out(listener)):
            until_it_waits()
            gate.let_go()
    assert tags(db.session.get_one(Program, program_id)) == {
        "The staff, a driver, was rude.": sorted(about)
    }


def test_what_a_person_decides_while_a_batch_is_taken_back_stands(
    app: Flask, workspace: Workspace, owner: Member
) -> None:
    """The merge's undoing put back beside it what had been heard before."""
    program = factories.program(workspace)
    said = factories.transcript(factories.answer(factories.submission(program)), "Rude staff.")
    understanding.publish(said, [Finding((), (Heard("Staff", 0.9, *BY),))])
    delivery, staff = program.themes
    change = reshaping.plan_merge(program, staff, delivery, None)
    db.session.commit()
    changes.apply(change)
    db.session.commit()
    carried_out(change)
    changes.undo(change)
    db.session.commit()
    change_id, owner_id, gate = change.id, owner.id, Gate()
    db.session.remove()

    def decides() -> None:
        decide(db.session.get_one(Member, owner_id), [])
        gate.stop()
        db.session.commit()

    def take_back() -> None:
        carried_out(db.session.get_one(CodebookChange, change_id))

    with gate.holding(app, decides), beside(app, take_back):
        until_it_waits()
        gate.let_go()
    assert tags(db.session.scalars(select(Program)).one()) == {"Rude staff.": []}
