"""Which measures are not shown yet, and what they wait for: never how many there are."""

from __future__ import annotations

from app.domain.fairness import audits, tables, waiting
from app.domain.fairness.measures import MEASURES
from app.domain.fairness.waiting import Waiting
from app.extensions import db
from app.models import Program, Workspace
from tests.domain.fairness import crowd

TOO_FEW = "Nobody yet, or fewer than 10."


def left(program: Program, pauses: int = 4) -> dict[str, Waiting]:
    row = audits.make(program, "clock")
    db.session.commit()
    found = waiting.waiting(tables.read(row.tables), 10, pauses=pauses)
    return {each.measure.key: each for each in found}


def test_each_measure_is_shown_or_said_to_wait(workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(
        program,
        40,
        lambda at: {"accent": "North" if at % 2 else "South"},
        wrong=lambda at: 1 if at < 7 else None,
    )
    waits = left(program)
    assert [*waits] == ["word_error", "inserted", "inserted_paused", "sentiment_error"]
    assert waits["word_error"].so_far == "Some, but not 10 in each of two groups."
    assert waits["sentiment_error"].so_far == waits["inserted_paused"].so_far == TOO_FEW
    assert all(each.needs for each in waits.values())


def test_who_waits_to_be_counted_is_not_denied(workspace: Workspace) -> None:
    """After an audit of nobody, few new ones are not counted yet."""
    program = crowd.program(workspace)
    assert [*left(program)] == [each.key for each in MEASURES]
    crowd.voices(program, 4, lambda _: {"accent": "North"})
    assert left(program)["corrected"].so_far == TOO_FEW


def test_those_who_did_not_say_are_no_group(workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(program, 40, lambda at: {"accent": "North"} if at < 4 else {})
    assert "corrected" in left(program)


def test_what_is_switched_off_is_said_to_be(workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(program, 4, lambda _: {"accent": "North"})
    assert left(program, pauses=0)["inserted_paused"].so_far.startswith("Switched off: FAIRNESS_P")
    rows = audits.newest(program)
    assert rows is not None
    said = [*waiting.lines(tables.read(rows.tables), 10, pauses=4)]
    assert said[0] == "Not shown yet: each needs two groups of 10 or more."
    assert len(said) == 1 + len(MEASURES) and " 4" not in "".join(said)
