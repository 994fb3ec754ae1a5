"""A gap beyond its limit has the machine rest until an owner says go; people and voices go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.domain import erasure, highlights, processing, telling
from app.domain.corrections import deciding
from app.domain.corrections.kinds import Why
from app.domain.errors import Conflict, Invalid
from app.domain.fairness import audits, gathering, schedule, stops
from app.domain.timeline import Span
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    FairnessAudit,
    FairnessStop,
    FairnessWatch,
    Highlight,
    Label,
    Member,
    Program,
    Submission,
    Workspace,
    now,
)
from tests import factories
from tests.domain.fairness import crowd

MOMENT = telling.Moment(0, 0, Span(0.0, 5.0), 0.8, (), (), "It came late.")


def unfair(at: int) -> bool:
    """North is highlighted in one of five, South in four of five."""
    return at % 10 in (1, 0, 2, 4, 6)


def halves(at: int) -> dict[str, str]:
    return {"accent": "North" if at % 2 else "South"}


@pytest.fixture
def program(workspace: Workspace) -> Program:
    program = crowd.program(workspace)
    crowd.voices(program, 200, halves, highlighted=unfair)
    return program


def made(program: Program) -> FairnessAudit:
    row = audits.make(program, "clock")
    db.session.commit()
    return row


def let_go(program: Program, owner: Member, why: str = "We looked: it is the branch.") -> None:
    stops.go(program, owner, why)
    db.session.commit()


def stopped(program: Program) -> bool:
    return stops.standing(program.id) is not None


def test_it_stops_and_an_owner_says_go(program: Program, owner: Member) -> None:
    row = made(program)
    assert row.verdict == "gap" and stopped(program)
    reason = stops.standing(program.id).reasons[0]  # type: ignore[union-attr]
    assert reason.startswith("Highlighted: under “Accent”, North fares 4.0")
    assert "times as badly as South (95 % interval " in reason
    assert reason.endswith("the limit is 1.25.")
    with pytest.raises(Invalid):
        stops.go(program, owner, "  ")
    let_go(program, owner)
    assert not stopped(program)
    with pytest.raises(Conflict):
        stops.go(program, owner, "Again.")
    db.session.rollback()
    said = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert [each for each in said if each.startswith("fairness.")] == [
        "fairness.audited", "fairness.stopped", "fairness.let_go",
    ]  # fmt: skip


def test_what_was_accepted_stops_nothing_and_what_is_worse_does(
    program: Program, owner: Member
) -> None:
    made(program)
    let_go(program, owner)
    assert made(program).verdict == "gap"  # it is there, accepted or not
    assert not stopped(program)
    crowd.voices(program, 600, halves, highlighted=lambda at: at % 2 == 0)
    made(program)
    assert stopped(program)
    assert db.session.scalar(select(func.count()).select_from(FairnessStop)) == 2


def test_a_gap_within_chance_stops_nothing(workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(program, 24, halves, highlighted=lambda at: at % 4 != 1)
    assert made(program).verdict == "fine" and not stopped(program)


def test_a_small_group_keeps_no_gap_from_stopping_it(workspace: Workspace) -> None:
    """Isles ÷ South is wider, and nobody knows whether it is one."""
    program = crowd.program(workspace, accent=["North", "South", "Isles"])
    crowd.voices(program, 400, halves, refused=lambda at: (at % 2 and at < 200) or at % 10 == 0)
    crowd.voices(program, 12, lambda _: {"accent": "Isles"}, refused=lambda at: at < 7)
    assert made(program).verdict == "gap" and stopped(program)
    [reason] = stops.standing(program.id).reasons  # type: ignore[union-attr]
    assert reason.startswith("The camera refused: under “Accent”, North fares 2.50 times as badly")


def test_one_line_tells_of_all_gaps_of_a_measure(workspace: Workspace) -> None:
    program = crowd.program(workspace, accent=["North", "South", "West"])
    crowd.voices(program, 300, lambda _: {"accent": "North"}, refused=lambda at: at % 2 == 0)
    for group in ("South", "West"):
        crowd.voices(
            program, 300, lambda _, group=group: {"accent": group}, refused=lambda at: at % 10 == 0
        )
    assert made(program).verdict == "gap"
    [reason] = stops.standing(program.id).reasons  # type: ignore[union-attr]
    assert reason.startswith("The camera refused: under “Accent”, North fares 5.00 times")
    assert reason.endswith("the limit is 2.00. Beyond it is 1 other pair of groups, too.")


def test_a_group_that_shrinks_below_the_minimum_doesnt_flap_it(
    workspace: Workspace, owner: Member
) -> None:
    """It goes and comes again; each way nothing starts or stops by itself."""
    program = crowd.program(workspace)
    ids = crowd.voices(program, 80, lambda at: {"accent": "North" if at < 12 else "South"},
                       highlighted=lambda at: at >= 12)  # fmt: skip
    made(program)
    assert stopped(program)
    for voice in ids[:6]:
        erasure.everything(db.session.get_one(Submission, voice), "staff")
    db.session.commit()
    made(program)
    assert stopped(program)
    let_go(program, owner)
    made(program)
    assert not stopped(program)
    crowd.voices(program, 20, lambda _: {"accent": "North"})
    row = made(program)
    assert any(t["measure"] == "highlighted" and t["ratio"] for t in row.tables)
    assert not stopped(program)


def test_voices_arrive_and_only_the_machines_moments_wait(program: Program, owner: Member) -> None:
    north = {"accent": "North"}
    before = factories.answer(factories.submission(program, fields=north))
    older = factories.transcript(before, "It came late.")
    highlights.publish(before, older, [MOMENT])
    made(program)
    answer = factories.answer(factories.submission(program, fields=north))
    transcript = factories.transcript(answer, "It came late.")
    run = processing.begin(answer)
    assert highlights.publish(answer, transcript, [MOMENT]) is False
    assert highlights.publish(before, older, [MOMENT]) is True
    assert _moments(answer) == 0 and _moments(before) == 1
    for step in run.steps:
        step.state = "done"
        step.stage = stops.WAITS if step.name == "highlight" else ""
    db.session.commit()
    assert stops.catch_up() == 0
    let_go(program, owner)
    assert stops.catch_up() == 1
    step = next(each for each in run.steps if each.name == "highlight")
    db.session.refresh(step)
    assert step.state == "due" and stops.catch_up() == 0
    assert highlights.publish(answer, transcript, [MOMENT]) is True
    ended = db.session.scalars(select(FairnessStop)).one()
    assert not ended.caught_up
    ended.ended_at = now() - stops.GRACE * 2
    db.session.commit()
    stops.catch_up()
    assert ended.caught_up


def test_people_choose_moments_and_calls_reach_a_person_all_the_same(
    program: Program, owner: Member
) -> None:
    made(program)
    answer = factories.answer(factories.submission(program, fields={"accent": "North"}))
    transcript = factories.transcript(answer, "It came late.", "I need somebody to call me.")
    call = Label(kind="hand_off", value="asks", score=0.9, confidence=0.9, engine="x", version="1")
    transcript.segments[1].labels.append(call)
    assert processing.hand_over(answer, transcript)
    here = deciding.passage(answer.submission, transcript.segments[0].id)
    why = Why("missed", "words")
    deciding.correct(here, "highlight", ["yes"], why, deciding.seen(here, "highlight"), owner)
    db.session.commit()
    assert _moments(answer) == 1
    # What a person chose is not counted as the machine's.
    let_go(program, owner)
    ended = db.session.scalars(select(FairnessStop)).one()
    ended.caught_up = True
    db.session.commit()
    assert gathering.gather(program).facts["highlighted"][answer.submission_id] == (0, 1)


def test_who_came_under_a_stop_is_not_counted_as_passed_over(
    program: Program, owner: Member
) -> None:
    made(program)
    crowd.voices(program, 30, halves)
    assert len(gathering.gather(program).facts["highlighted"]) == 200


def test_the_clock_audits_in_time_after_many_voices_and_when_asked(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = crowd.program(workspace)
    assert schedule.watch() == 1 and schedule.due() == 1
    assert schedule.watch() == 0 and schedule.due() == 0
    crowd.voices(program, 200, halves)
    assert schedule.watch() == 1 and schedule.due() == 1
    schedule.ask(program)
    db.session.commit()
    assert schedule.due() == 1
    watch = db.session.scalars(select(FairnessWatch)).one()
    assert timedelta(days=6) < watch.next_at - now() <= timedelta(days=7)
    watch.next_at = now()
    db.session.commit()
    assert schedule.due() == 1
    assert db.session.scalar(select(func.count()).select_from(FairnessAudit)) == 4


def test_the_first_audit_waits_for_the_voices_that_are_being_dealt_with(
    workspace: Workspace,
) -> None:
    program = crowd.program(workspace)
    answer = factories.answer(factories.submission(program))
    run = processing.begin(answer)
    db.session.commit()
    assert schedule.watch() == 1 and schedule.due() == 0
    watch = db.session.scalars(select(FairnessWatch)).one()
    watch.next_at = now() - schedule.FIRST_WAITS
    db.session.commit()
    assert schedule.due() == 1, "there are always voices where many come"
    watch.next_at = now()
    assert schedule.due() == 1, "only the first waits"
    db.session.query(FairnessAudit).delete()
    schedule.ask(program)
    assert schedule.due() == 1, "and nobody who asks"
    db.session.query(FairnessAudit).delete()
    watch.next_at = now()
    db.session.commit()
    assert schedule.due() == 0
    for step in run.steps:
        step.state = "done"
    db.session.commit()
    assert schedule.due() == 1


def test_a_program_without_groups_is_not_audited_by_the_clock(workspace: Workspace) -> None:
    factories.program(workspace)
    assert schedule.watch() == 0 and schedule.due() == 0


def _moments(answer: Answer) -> int:
    query = select(func.count(Highlight.id)).where(Highlight.answer_id == answer.id)
    return db.session.scalar(query) or 0
