"""Changes one after another, at the same time, and beside what comes in meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.codebook import carrying, changes, entries, hearing, reshaping, themes
from app.domain.errors import Conflict, StepFailed
from app.extensions import db
from app.models import ChangedMention, Mention, Program, Segment
from tests.domain.codebook.listening import carried_out, listener, looked_at, tags
from tests.domain.codebook.spoken import BOTH, LATE, RUDE, done, says, undone

pytestmark = pytest.mark.slow


def test_of_two_at_once_the_second_looks_again(program: Program, owner, workspace) -> None:  # type: ignore[no-untyped-def]
    delivery, staff = program.themes
    mine = reshaping.plan_merge(program, staff, delivery, None)
    theirs = reshaping.plan_merge(program, delivery, staff, owner)
    db.session.commit()
    changes.apply(mine)
    db.session.commit()
    for stale in (theirs, mine):
        with pytest.raises(Conflict):
            changes.apply(stale)
        db.session.rollback()
    with pytest.raises(Conflict, match="still being carried out"):
        themes.add(program, "Price", "What it costs")
    db.session.rollback()
    carried_out(mine)
    assert tags(program)[BOTH] == ["Delivery"]


def test_later_changes_are_undone_first(program: Program) -> None:
    delivery, staff = program.themes
    first = themes.change(program, delivery, "Late", "Not on time")
    assert first is not None
    done(first)
    second = themes.change(program, staff, "Rude", "Unkind people")
    assert second is not None
    done(second)
    with pytest.raises(Conflict, match="Undo these first"):
        changes.undo(first)
    db.session.rollback()
    undone(second)
    undone(first)
    assert sorted(each.name for each in program.themes) == ["Delivery", "Staff"]
    assert tags(program)[BOTH] == ["Delivery", "Staff"]
    third = themes.change(program, staff, "Rude", "Unkind people")
    assert third is not None
    done(third)
    themes.delete(program, staff, "rude")
    db.session.commit()
    with pytest.raises(Conflict, match="isn't in force"):  # what it needs went for good
        changes.undo(third)
    db.session.rollback()
    assert list(entries.every(program.id)) == [delivery.id]


def test_a_worker_that_dies_is_followed_where_it_was(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery, staff = program.themes
    change = reshaping.plan_merge(program, staff, delivery, None)
    monkeypatch.setattr(carrying, "BATCH", 1)
    changes.apply(change)
    db.session.commit()

    def killed(_share: float, _stage: str) -> None:
        db.session.commit()
        raise KeyboardInterrupt

    plan = carrying.plan_of(change)
    with pytest.raises(KeyboardInterrupt):
        carrying.carry_out(change, plan, listener(plan), ("x", "1"), killed)
    db.session.rollback()
    assert sum(names == ["Delivery"] for names in tags(program).values()) == 2  # one of two is done
    assert carried_out(change) == 1
    assert tags(program)[RUDE] == tags(program)[BOTH] == ["Delivery"]
    assert db.session.scalar(select(func.count()).select_from(ChangedMention)) == 3
    undone(change)
    assert tags(program)[BOTH] == ["Delivery", "Staff"]


def test_what_comes_in_meanwhile_is_heard_by_the_new_codebook(program: Program) -> None:
    """An understanding that began before the change doesn't count; it is done again."""
    heard = hearing.of(program)
    hearing.unchanged(program, heard.edition)
    done(reshaping.plan_merge(program, program.themes[1], program.themes[0], None))
    with pytest.raises(StepFailed, match="codebook was changed") as again:
        hearing.unchanged(program, heard.edition)
    assert not again.value.permanent


def test_who_came_in_meanwhile_is_heard_by_the_old_themes_once_it_is_undone(
    program: Program,
) -> None:
    delivery, staff = program.themes
    change = reshaping.plan_merge(program, staff, delivery, None)
    done(change)
    first = db.session.scalars(select(Segment.id).where(Segment.text == LATE)).one()
    db.session.query(Mention).filter(Mention.segment_id == first).delete()  # somehow, since then
    says(program, "Your staff is kind", delivery)
    undone(change)
    assert tags(program)["Your staff is kind"] == ["Staff"]
    assert tags(program)[LATE] == []  # what was there before the change isn't heard anew


def test_a_theme_that_is_off_keeps_its_history(program: Program) -> None:
    delivery, staff = program.themes
    themes.deactivate(program, delivery)
    again = changes.plan(program, changes.AGAIN, [], None, scope=[delivery.id, staff.id])
    assert looked_at(again) == {}
    assert hearing.of(program).codebook.names == ("Staff",)
    assert tags(program)[LATE] == ["Delivery"]
