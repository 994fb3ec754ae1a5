"""Two write in one codebook at the same moment: the second one waits, and nobody for ever."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import delete

from app.domain.codebook import changes, holding, themes, versions
from app.domain.errors import NotFound
from app.extensions import db
from app.models import CodebookChange, Program, Workspace
from tests import factories
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
