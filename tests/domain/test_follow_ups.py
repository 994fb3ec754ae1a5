"""Follow-ups: asked, heard, given to somebody, done and opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.domain import follow_up_lists, follow_ups
from app.domain.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import Member, Workspace, now
from tests import factories

FRIDAY = datetime(2026, 5, 8, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (FRIDAY - timedelta(days=1), FRIDAY),
        (FRIDAY, FRIDAY + timedelta(days=3)),
        (FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=4)),
        (FRIDAY + timedelta(days=2), FRIDAY + timedelta(days=4)),
    ],
)
def test_due_in_one_working_day(asked: datetime, expected: datetime) -> None:
    assert follow_ups.due(asked) == expected


def test_a_customer_asks(workspace: Workspace) -> None:
    program = factories.program(workspace)
    asked = follow_ups.ask(program, None, " +34 600 000 000 ", "Please call\r\nafter six")
    assert (asked.source, asked.state, asked.contact) == ("asked", "open", "+34 600 000 000")
    assert asked.evidence == "Please call\nafter six"
    assert asked.workspace_id == workspace.id
    assert now() < asked.due_at <= now() + timedelta(days=4)


@pytest.mark.parametrize(
    "contact",
    [
        "+34 600 000 000, after six",
        "0049 (0)30/901-820",
        "555 0100",
        "22\u201145 ext. 7, 45120",
        "٠٦٠ ١٢٣ ٤٥٦",
        "ana@example.com or 5",
        "josé.núñez@correo.españa.es",
    ],
)
def test_ways_to_reach_somebody(workspace: Workspace, contact: str) -> None:
    assert follow_ups.ask(factories.program(workspace), None, contact).contact == contact


@pytest.mark.parametrize(
    "contact",
    [
        "  ",
        "call me",
        "n/a",
        "ana",
        "ana@home",
        "@ana",
        "ana@",
        "12",
        "1 2 a 3 4",
        "5" * 19,
        "5" * 201,
    ],
)
def test_what_reaches_nobody(workspace: Workspace, contact: str) -> None:
    program = factories.program(workspace)
    with pytest.raises(Invalid) as refused:
        follow_ups.ask(program, None, contact)
    assert refused.value.sentence.endswith(".") and follow_up_lists.count(workspace.id, "open") == 0


def test_the_machine_opens_one_case_for_a_submission(workspace: Workspace, owner: Member) -> None:
    submission = factories.submission(factories.program(workspace))
    first = follow_ups.from_machine(submission, "In distress", "Nobody ever answers me", 0.91)
    follow_ups.close(first, "Called, all well now", owner)
    again = follow_ups.from_machine(submission, "Asks for advice", "What should I do?", 0.7)
    assert again is first
    assert again.state == "done"
    assert again.reason == "In distress (heard by the machine, which is sure)"
    assert again.evidence == "Nobody ever answers me"
    other = factories.submission(submission.program)
    assert follow_ups.from_machine(other, "In distress", "Help", 0.8).id != first.id


def test_given_done_and_opened_again_with_a_history(
    workspace: Workspace, owner: Member, teammate: Member, stranger: Member
) -> None:
    case = follow_ups.ask(factories.program(workspace), None, "ana@example.com")
    follow_ups.assign(case, teammate.id, owner)
    follow_ups.assign(case, teammate.id, owner)
    with pytest.raises(NotFound):
        follow_ups.assign(case, stranger.id, owner)
    with pytest.raises(Invalid):
        follow_ups.close(case, " ", owner)
    follow_ups.close(case, "Sent a new part", owner)
    with pytest.raises(Conflict):
        follow_ups.close(case, "Again", owner)
    follow_ups.reopen(case, teammate)
    with pytest.raises(Conflict):
        follow_ups.reopen(case, teammate)
    db.session.commit()
    assert case.owner_id == teammate.id and case.done_at is None
    assert [each.text for each in case.notes] == [
        f"Given to {teammate.name}",
        "Done: Sent a new part",
        "Opened again",
    ]


def test_open_cases_by_owner_nobodys_first(
    workspace: Workspace, owner: Member, stranger: Member
) -> None:
    program = factories.program(workspace)
    late = follow_ups.ask(program, None, "a@example.com")
    late.due_at = now() - timedelta(hours=1)
    taken = follow_ups.ask(program, None, "b@example.com")
    follow_ups.assign(taken, owner.id, owner)
    elsewhere = factories.program(stranger.workspace)
    follow_ups.ask(elsewhere, None, "c@example.com")
    open_cases = follow_up_lists.of(workspace.id)
    assert [case.id for case in open_cases] == [late.id, taken.id]
    groups = follow_up_lists.by_owner(open_cases)
    assert [member and member.id for member, _ in groups] == [None, owner.id]
    assert follow_up_lists.overdue(late) and not follow_up_lists.overdue(taken)
    assert follow_up_lists.count(workspace.id, "open") == 2


def test_who_may_be_in_danger_comes_before_whoever_waits_as_long(workspace: Workspace) -> None:
    program = factories.program(workspace)
    late = follow_ups.ask(program, None, "a@example.com")
    late.due_at = now() - timedelta(hours=1)
    cases = [
        follow_ups.from_machine(factories.submission(program), reason, "Words", sure)
        for reason, sure in (
            ("Threat to leave or go to law", 0.9), ("Strong distress", 0.5),
            ("Harm or safety", 0.7), ("Bereavement", 0.9),
        )
    ]  # fmt: skip
    leaving, doubtful, danger, bereaved = cases
    assert list(follow_up_lists.of(workspace.id)) == [late, danger, leaving, doubtful, bereaved]


def test_who_asks_again_is_added_to_their_open_case(workspace: Workspace, owner: Member) -> None:
    voice = factories.submission(factories.program(workspace))
    case = follow_ups.ask(voice.program, voice, "555 0100", "Please call")
    assert follow_ups.ask(voice.program, voice, "555 0100", "Please call") is case
    assert follow_ups.ask(voice.program, voice, "555 0199", "After six") is case
    assert (case.contact, case.evidence) == ("555 0199", "Please call\nAfter six")
    follow_ups.ask(voice.program, voice, "555 0199", "x" * follow_ups.LONGEST_NOTE)
    assert len(case.evidence) == follow_ups.LONGEST_NOTE
    follow_ups.close(case, "Called", owner)
    assert follow_ups.ask(voice.program, voice, "555 0199").id != case.id
    other = factories.submission(voice.program)
    assert follow_ups.ask(voice.program, other, "555 0199").id != case.id


def test_without_a_submission_it_is_the_contact_that_asks_again(workspace: Workspace) -> None:
    program = factories.program(workspace)
    case = follow_ups.ask(program, None, "555 0100")
    assert follow_ups.ask(program, None, " 555 0100 ") is case
    assert follow_ups.ask(program, None, "555 0199").id != case.id
    case.created_at -= follow_ups.HOUR
    db.session.flush()
    assert follow_ups.ask(program, None, "555 0100").id != case.id
