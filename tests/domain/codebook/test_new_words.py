"""A theme that is new, or has new words, is tried before it counts."""

from __future__ import annotations

import pytest

from app.domain.codebook import carrying, changes, themes
from app.models import Program, Theme
from tests import factories
from tests.domain.codebook.listening import BY, committed, listener, looked_at, tags
from tests.domain.codebook.spoken import (
    BOTH,
    LATE,
    OTHER,
    RUDE,
    done,
    moments,
    person_said,
    says,
    undone,
)

pytestmark = pytest.mark.slow


def test_a_new_theme_is_tried_before_it_counts(program: Program) -> None:
    before = tags(program)
    change = themes.plan_add(program, "Weather", "Rain and shine")
    assert change is not None
    assert looked_at(change) == {change.wanted[0]["id"]: (1, 0)}
    assert tags(program) == before and len(program.themes) == 2
    done(change)
    assert tags(program)[OTHER] == moments(program)[OTHER] == ["Weather"]
    undone(change)
    assert tags(program) == before == moments(program) and len(program.themes) == 2


def test_how_far_it_is_is_told_within_a_batch(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = themes.plan_add(program, "Weather", "Rain and shine")
    assert change is not None
    monkeypatch.setattr(carrying, "HEARD", 2)
    told: list[tuple[float, str]] = []
    plan = carrying.plan_of(change)
    carrying.look(change, plan, listener(plan), lambda *how_far: told.append(how_far))
    halves = [(0.5, "2 of 4 passages"), (1.0, "4 of 4 passages")]
    assert told == [(0.0, "0 of 4 passages"), *halves]
    told.clear()
    changes.apply(change)
    carrying.carry_out(
        change, plan, listener(plan), BY, committed, lambda *how_far: told.append(how_far)
    )
    assert told == halves and tags(program)[OTHER] == ["Weather"]


def test_a_passage_with_three_themes_gives_one_for_a_new_one(program: Program) -> None:
    """And has it back when the new one is undone."""
    delivery, staff = program.themes
    price = factories.save(Theme(program_id=program.id, name="Price", description="It", position=2))
    all_of_it = "Delivery, staff, price and parking"
    says(program, all_of_it, delivery, staff, price)
    before = tags(program)
    change = themes.plan_add(program, "Parking", "Where to leave the car")
    assert change is not None
    seen = looked_at(change)
    assert seen[change.wanted[0]["id"]] == (1, 0) and sorted(seen.values()) == [(0, 1), (1, 0)]
    done(change)
    now = tags(program)[all_of_it]
    assert len(now) == 3 and "Parking" in now and moments(program)[all_of_it] == now
    undone(change)
    assert tags(program) == before


def test_new_words_are_tried_before_they_count(program: Program) -> None:
    delivery = program.themes[0]
    change = themes.change(program, delivery, "Weather", "Rain and shine")
    assert change is not None and delivery.name == "Delivery"
    assert looked_at(change) == {delivery.id: (1, 2)}
    done(change)
    assert tags(program) == {LATE: [], RUDE: ["Staff"], BOTH: ["Staff"], OTHER: ["Weather"]}
    undone(change)
    assert tags(program)[BOTH] == ["Delivery", "Staff"]
    assert themes.change(program, delivery, "Delivery", delivery.description, colour="teal") is None


def test_what_a_person_decided_stays(program: Program) -> None:
    """Also that a passage is about nothing at all."""
    delivery = program.themes[0]
    person_said(program, LATE)
    person_said(program, OTHER, delivery)
    change = themes.change(program, delivery, "Late", "Not on time")
    assert change is not None
    done(change)
    assert tags(program) == {LATE: [], RUDE: ["Staff"], BOTH: ["Late", "Staff"], OTHER: ["Late"]}
