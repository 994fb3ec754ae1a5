"""One theme is parted: its passages are shared out among the parts, and none is lost."""

from __future__ import annotations

import pytest

from app.domain import board
from app.domain.board import Filters
from app.domain.codebook import family, reshaping
from app.domain.codebook.reshaping import Part
from app.domain.errors import Invalid
from app.models import Program
from tests.domain.codebook.listening import looked_at, tags
from tests.domain.codebook.spoken import BOTH, LATE, OTHER, RUDE, done, person_said, undone

pytestmark = pytest.mark.slow


def test_a_split_shares_out_and_loses_none(program: Program) -> None:
    delivery = program.themes[0]
    person_said(program, RUDE, delivery)
    before = tags(program)
    parts = [Part("Late", "Not on time"), Part("Rain", "Left in the rain"), Part("", "")]
    change = reshaping.plan_split(program, delivery, parts, None)
    late, _rain = (row["id"] for row in change.wanted)
    assert looked_at(change) == {late: (2, 0), delivery.id: (0, 2)}
    done(change)
    assert tags(program) == {
        LATE: ["Late"], RUDE: ["Delivery"], BOTH: ["Late", "Staff"], OTHER: [],
    }  # fmt: skip
    assert [(each.name, level) for each, level in family.in_order(program.themes)] == [
        ("Delivery", 0), ("Late", 1), ("Rain", 1), ("Staff", 0),
    ]  # fmt: skip
    # Who asks for the parent hears its parts; a voice counts once.
    assert board.heard_by(program, Filters())[delivery.id] == 3
    shown = board.page(program, Filters(theme=delivery.id)).moments
    assert {each.quote for each in shown} == {LATE, BOTH}
    undone(change)
    assert tags(program) == before
    assert [each.name for each in program.themes] == ["Delivery", "Staff"]


def test_a_split_needs_two_parts(program: Program) -> None:
    delivery = program.themes[0]
    for parts, said in (
        ([], "Name two parts"),
        ([Part("One", "x"), Part(" ", "")], "Name two parts"),
        ([Part("One", "x"), Part("ONE", "y")], "There is a theme “One” already"),
        ([Part("One", "x"), Part("Staff", "y")], "There is a theme “Staff” already"),
        ([Part("One", "x"), Part("Two", "")], "description is missing"),
        ([Part(f"P{i}", "x") for i in range(9)], "8 parts at most"),
    ):
        with pytest.raises(Invalid, match=said):
            reshaping.plan_split(program, delivery, parts, None)
