"""An owner's go is for the gap that they saw: what worsens from there stops the machine again, and
nobody else's audit keeps theirs waiting."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import processing
from app.domain.errors import Conflict
from app.domain.fairness import audits, gaps, stops, tables
from app.domain.fairness.figures import Ratio
from app.domain.fairness.tables import Cell, Table
from app.extensions import db
from app.models import FairnessAudit, FairnessStop, Member, Program, Workspace, now
from tests import factories
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from tests.domain.fairness import crowd
from tests.domain.fairness.test_stops import halves, let_go, made, stopped, unfair

Figures = tuple[float, float, float]  # a value with its interval
EVEN = (0.5, 0.4, 0.6)


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return crowd.program(workspace)


def table(ratio: Figures, measure: str = "word_error", **cells: Figures) -> Table:
    """Worst ÷ best is that of the first two groups, North and South where none are named."""
    groups = cells or {"North": EVEN, "South": EVEN}
    worst, best = list(groups)[:2]
    shown = tuple(Cell(name, True, 50, *figures) for name, figures in groups.items())
    return Table("accent", "Accent", measure, shown, Ratio(worst, best, *ratio), "")


def kept(program: Program, *found: Table, accepted: bool = False) -> FairnessAudit:
    return factories.save(
        FairnessAudit(
            workspace_id=program.workspace_id,
            program_id=program.id,
            made_by="clock",
            minimum=10,
            tables=[each.as_row() for each in found],
            verdict="gap",
            accepted_at=now() if accepted else None,
        )
    )


def stops_at(program: Program, found: Table) -> str:
    """The reason, "" where highlighting goes on."""
    return " ".join(gap.sentence for gap in gaps.beyond(program, [found]))


def test_what_was_accepted_goes_on_and_what_is_surely_worse_stops(program: Program) -> None:
    kept(program, table((4.0, 3.0, 5.0)), accepted=True)
    assert not stops_at(program, table((4.4, 3.8, 5.2)))
    assert stops_at(program, table((6.0, 4.1, 8.0))).endswith("1.50; 4.00 was accepted.")


def test_a_gap_that_was_closed_and_opens_again_stops(program: Program) -> None:
    kept(program, table((4.0, 3.0, 5.0)), accepted=True)
    kept(program, table((1.1, 0.9, 1.3)))
    assert stops_at(program, table((3.5, 2.0, 6.0))).endswith("; it had come down to 1.30.")
    kept(program, table((3.5, 2.0, 6.0)), accepted=True)
    assert not stops_at(program, table((3.6, 2.2, 5.0)))


def test_a_gap_that_only_wavers_doesnt(program: Program) -> None:
    kept(program, table((4.0, 3.0, 5.0)), accepted=True)
    for value in (3.7, 4.2, 3.5, 3.9):
        assert not stops_at(program, table((value, value - 1, value + 1)))
        kept(program, table((value, value - 1, value + 1)))


def test_a_go_for_one_gap_is_none_for_another(program: Program) -> None:
    """It stood in the same audit, within chance: nobody was asked about it."""
    other = table((2.4, 0.8, 7.0), "sentiment_error")
    kept(program, table((4.0, 3.0, 5.0)), other, accepted=True)
    assert stops_at(program, table((2.2, 1.8, 2.6), "sentiment_error"))


def test_a_go_is_none_for_the_same_gap_the_other_way_round(program: Program) -> None:
    kept(program, table((4.0, 3.0, 5.0), North=EVEN, South=EVEN), accepted=True)
    assert stops_at(program, table((2.0, 1.6, 2.4), South=EVEN, North=EVEN))


def test_where_nothing_went_wrong_for_the_best_a_go_is_no_go_for_ever(program: Program) -> None:
    nothing, little, much = (0.0, 0.0, 0.02), (0.04, 0.02, 0.06), (0.2, 0.1, 0.3)
    seen = table((40.0, 5.0, 90.0), "inserted", North=much, South=nothing, West=little)
    kept(program, seen, accepted=True)
    assert not stops_at(program, seen)
    worse = table((90.0, 8.0, 200.0), "inserted", West=(0.5, 0.4, 0.6), South=nothing, North=much)
    assert stops_at(program, worse).endswith("the limit is 2.00.")


def test_a_go_is_for_each_gap_of_a_table_that_was_beyond_its_limit(program: Program) -> None:
    """And what was accepted hides no other gap; one that was within chance was never stopped by."""
    west, sure = Ratio("West", "South", 3.0, 2.0, 4.5), Ratio("West", "South", 3.1, 2.1, 4.5)
    found = table((4.0, 3.0, 5.0), North=EVEN, South=EVEN, West=EVEN)
    kept(program, found, accepted=True)
    said = stops_at(program, replace(found, others=(west,)))
    assert said.startswith("Word error: under “Accent”, West fares 3.00 times as badly as South")
    kept(program, replace(found, others=(west,)), accepted=True)
    assert not stops_at(program, replace(found, others=(sure,)))


def test_figures_that_stand_lose_the_gaps_of_a_group_that_became_too_small() -> None:
    west = Ratio("West", "South", 3.0, 2.0, 4.5)
    found = replace(table((4.0, 3.0, 5.0), North=EVEN, South=EVEN, West=EVEN), others=(west,))
    assert tables.read([found.as_row()]) == [found]
    assert found.without({"South", "West"}).ratios == (west,)
    assert found.without({"North", "South"}).ratios == (found.ratio,)
    assert found.without({"North", "West"}).ratios == ()


def test_an_audit_that_is_just_ending_doesnt_stop_what_was_let_go(
    app: Flask, program: Program, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd.voices(program, 200, halves, highlighted=unfair)
    made(program)
    program_id, owner_id = program.id, owner.id
    gate = Gate()
    monkeypatch.setattr(gaps, "beyond", gate.after(gaps.beyond))

    def measure() -> None:
        audits.make(db.session.get_one(Program, program_id), "clock")
        db.session.commit()

    def go() -> None:
        stops.go(
            db.session.get_one(Program, program_id), db.session.get_one(Member, owner_id), "ok"
        )
        db.session.commit()

    db.session.remove()
    with gate.holding(app, measure), beside(app, go):
        until_it_waits()
        gate.let_go()
    assert stops.standing(program_id) is None
    assert db.session.query(FairnessStop).count() == 1


def test_figures_that_came_meanwhile_are_looked_at_first(program: Program, owner: Member) -> None:
    crowd.voices(program, 200, halves, highlighted=unfair)
    seen = made(program).id
    newer = made(program).id
    with pytest.raises(Conflict, match="measured anew meanwhile"):
        stops.go(program, owner, "Fine.", seen)
    db.session.rollback()
    assert stopped(program)
    stops.go(program, owner, "Fine.", newer)
    db.session.commit()
    assert not stopped(program)


def test_where_one_rests_again_anothers_voices_dont_wait(
    program: Program, owner: Member, stranger: Member
) -> None:
    """It rests again in one workspace before all was looked through; the other's owner says go."""
    theirs = crowd.program(stranger.workspace)
    waits = []
    for each, by in ((program, owner), (theirs, stranger)):
        row = kept(each, table((4.0, 3.0, 5.0)))
        stops.stop(each, row, [])
        answer = factories.answer(factories.submission(each))
        for step in processing.begin(answer).steps:
            step.state = "done"
            step.stage = stops.WAITS if step.name == "highlight" else ""
            waits += [step] if step.name == "highlight" else []
        let_go(each, by)
    stops.stop(program, kept(program, table((9.0, 8.0, 9.9))), [])
    db.session.commit()
    assert not stopped(theirs) and stopped(program)
    assert stops.catch_up() == 1
    for step in waits:
        db.session.refresh(step)
    assert [step.state for step in waits] == ["done", "due"]
    there = partial(db.session.scalars, select(FairnessStop).filter_by(program_id=theirs.id))
    there().one().ended_at = now() - stops.GRACE * 2
    db.session.commit()
    assert stops.catch_up() == 0 and there().one().caught_up
