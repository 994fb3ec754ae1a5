"""Follow-ups: asked, heard, given to somebody, done and opened again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from app.domain import calling, consent, follow_up_lists, follow_ups
from app.domain.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import Delivery, FollowUp, Member, Submission, Workspace, now
from tests import factories
from tests.domain.erasure.gate import Gate, beside, until_it_waits

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
    assert calling.due(asked) == expected


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


SURE = "(heard by the machine, which is sure)"


def told(workspace: Workspace) -> int:
    db.session.commit()
    return db.session.query(Delivery).count()


def heard(submission: Submission, reason: str, words: str, sure: float, at: int) -> FollowUp:
    case = follow_ups.from_machine(submission, factories.need(reason, words, sure, at=at))
    db.session.commit()
    return case


@pytest.fixture
def voice(workspace: Workspace) -> Submission:
    return factories.submission(factories.program(workspace))


def test_the_machine_opens_one_case_for_a_submission(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    first = heard(voice, "Bereavement", "My mother died in May", 0.91, 0)
    follow_ups.close(first, "Called, all well now", owner)
    letters = told(workspace)
    for reason, words in (
        ("Bereavement", "My mother died in May"), ("Vulnerability", "my mother tied in. May"),
    ):  # fmt: skip
        again = heard(voice, reason, words, 0.7, 0)
        assert again is first and again.state == "done", "it was for this passage"
        assert again.reason == f"Bereavement {SURE}" and again.evidence == "My mother died in May"
    other = factories.submission(voice.program)
    assert heard(other, "Bereavement", "Help", 0.8, 0).id != first.id
    assert told(workspace) == letters + 1


def test_another_passage_opens_a_case_that_is_done(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    case = heard(voice, "Asks for a person", "Please ring me", 0.9, 0)
    heard(voice, "Vulnerability", "I can't see well", 0.9, 5)
    assert case.reason == f"Asks for a person {SURE}" and not case.notes
    assert case.evidence == "Please ring me\nI can't see well"
    follow_ups.close(case, "Rang them", owner)
    letters = told(workspace)
    heard(voice, "Vulnerability", "I can't see well", 0.9, 5)
    assert case.state == "done" and told(workspace) == letters
    heard(voice, "Bereavement", "Please ring me, my mother died", 0.9, 9)
    assert case.state == "open" and case.reason == f"Bereavement {SURE}"
    assert case.evidence.startswith("Please ring me, my mother died\n")
    assert case.notes[-1].text == f"Heard since: Bereavement {SURE}"
    assert told(workspace) == letters + 1


def test_however_many_passages_are_heard_again_a_case_that_is_done_stays_so(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    passages = [
        factories.need("Asks for a person", f"Passage {at}: {'please ' * 40}", 0.9, at=at)
        for at in range(15)
    ]
    case = follow_ups.from_machine(voice, *passages)
    assert len(case.evidence) <= 2000 and case.evidence.endswith("please ")
    follow_ups.close(case, "Rang them", owner)
    letters = told(workspace)
    follow_ups.from_machine(voice, *passages)
    assert case.state == "done" and told(workspace) == letters
    follow_ups.from_machine(voice, factories.need("Strong distress", "I want to die", 0.9, at=90))
    assert case.state == "open" and case.evidence.startswith("I want to die\nPassage 0")


def test_who_may_be_in_danger_is_told_whatever_the_case_was_for(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    case = heard(voice, "Asks for a person", "I want to mend my life", 0.9, 0)
    letters = told(workspace)
    heard(voice, "Strong distress", "I want to end my life", 0.4, 0)
    assert case.reason == f"Asks for a person {SURE}", "the machine isn't sure"
    heard(voice, "Strong distress", "I want to end my life", 0.9, 0)
    assert case.reason == f"Strong distress {SURE}" and told(workspace) == letters + 1
    assert case.evidence == "I want to end my life\nI want to mend my life"
    heard(voice, "Strong distress", "I want to end my life", 0.9, 0)
    assert told(workspace) == letters + 1
    heard(voice, "Harm or safety", "I want to end my life tonight", 0.9, 7)
    assert told(workspace) == letters + 2 and case.evidence.startswith("I want to end my life ton")


def test_nobody_who_may_be_in_danger_becomes_one_who_has_a_question(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    case = heard(voice, "Strong distress", "I can't go on", 0.9, 0)
    follow_ups.close(case, "Called, no answer yet", owner)
    heard(voice, "Asks for a person", "Ring me about two invoices", 0.9, 5)
    assert case.state == "open" and case.reason == f"Strong distress {SURE}"
    follow_ups.from_member(voice, factories.need("Vulnerability (Ana)", "I'm blind", 0), owner)
    assert case.reason == f"Strong distress {SURE}"
    follow_ups.close(case, "Called", owner)
    heard(voice, "Strong distress", "I can't go on", 0.9, 0)
    assert case.state == "done"


def test_who_is_in_danger_by_a_members_word_comes_first(
    workspace: Workspace, owner: Member, voice: Submission
) -> None:
    case = heard(voice, "Asks for a person", "Please ring me", 0.9, 0)
    letters = told(workspace)
    need = factories.need("Harm or safety (said by Ana)", "Bare wires", 0)
    follow_ups.from_member(voice, need, owner)
    assert case.reason == "Harm or safety (said by Ana)" and case.evidence.startswith("Bare wires")
    assert told(workspace) == letters + 1


def test_of_two_who_finish_one_case_the_second_is_told(
    app: Flask, workspace: Workspace, owner: Member, teammate: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case = follow_ups.ask(factories.program(workspace), None, "ana@example.com")
    db.session.commit()
    case_id, owner_id, second, gate = case.id, owner.id, [], Gate()

    def finish() -> None:
        mine = db.session.get_one(FollowUp, case_id)
        with pytest.raises(Conflict) as refused:
            follow_ups.close(mine, "Refunded 40 euro", db.session.get_one(Member, owner_id))
        second.append(refused.value)

    monkeypatch.setattr(follow_ups, "hold", gate.before(follow_ups.hold))
    with gate.holding(app, finish):
        follow_ups.close(case, "Sent a new parcel", teammate)
        db.session.commit()
    db.session.expire_all()
    assert case.outcome == "Sent a new parcel" and len(second) == 1 and len(case.notes) == 1


def test_who_finishes_a_case_while_its_voice_goes_leaves_nothing_behind(
    app: Flask, workspace: Workspace, owner: Member, voice: Submission,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    case = follow_ups.ask(voice.program, voice, "ana@example.com")
    db.session.commit()
    case_id, voice_id, owner_id, gate = case.id, voice.id, owner.id, Gate()
    db.session.remove()

    def finish() -> None:
        mine = db.session.get_one(FollowUp, case_id)
        follow_ups.close(mine, "She has moved", db.session.get_one(Member, owner_id))
        db.session.commit()

    def withdraw() -> None:
        consent.withdraw(db.session.get_one(Submission, voice_id))
        db.session.commit()

    monkeypatch.setattr(follow_ups, "hold", gate.after(follow_ups.hold))
    with gate.holding(app, finish), beside(app, withdraw):
        until_it_waits()
        gate.let_go()
    assert db.session.get(FollowUp, case_id) is None


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


def test_who_may_be_in_danger_comes_before_whoever_waits(workspace: Workspace) -> None:
    program = factories.program(workspace)
    late = follow_ups.ask(program, None, "a@example.com")
    late.due_at = now() - timedelta(hours=1)
    cases = [
        heard(factories.submission(program), reason, "Words", sure, 0)
        for reason, sure in (
            ("Vulnerability", 0.4), ("Threat to leave or go to law", 0.9),
            ("Strong distress", 0.5), ("Harm or safety", 0.7), ("Bereavement", 0.9),
        )
    ]  # fmt: skip
    maybe, leaving, doubtful, danger, bereaved = cases
    assert list(follow_up_lists.of(workspace.id)) == [
        danger, late, leaving, doubtful, bereaved, maybe,
    ]  # fmt: skip


def test_who_asks_again_is_added_to_their_open_case(workspace: Workspace, owner: Member) -> None:
    voice = factories.submission(factories.program(workspace))
    case = follow_ups.ask(voice.program, voice, "555 0100", "Please call")
    assert follow_ups.ask(voice.program, voice, "555 0100", "Please call") is case
    assert follow_ups.ask(voice.program, voice, "555 0199", "After six") is case
    assert (case.contact, case.evidence) == ("555 0199", "Please call\nAfter six")
    for _ in range(2):
        follow_ups.ask(voice.program, voice, "555 0199", "x" * follow_ups.LONGEST_NOTE)
    assert case.evidence == "Please call\nAfter six" and len(case.notes) == 1
    assert case.notes[0].text == f"Asked again: {'x' * follow_ups.LONGEST_NOTE}"
    follow_ups.ask(voice.program, voice, "555 0199", "call")
    assert case.evidence.endswith("\ncall"), "also what is part of other words"
    follow_ups.close(case, "Called", owner)
    assert follow_ups.ask(voice.program, voice, "555 0199").id != case.id
    other = factories.submission(voice.program)
    assert follow_ups.ask(voice.program, other, "555 0199").id != case.id


@pytest.mark.parametrize("meanwhile", ["asked", "done"])
def test_of_two_who_ask_at_once_no_word_is_lost(
    app: Flask, owner: Member, voice: Submission, meanwhile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = follow_ups.ask(voice.program, voice, "555 0100", "Please call")
    db.session.commit()
    voice_id, kept, gate = voice.id, [], Gate()

    def ask() -> None:
        mine = db.session.get_one(Submission, voice_id)
        kept.append(follow_ups.ask(mine.program, mine, "555 0100", "After six").id)
        db.session.commit()

    monkeypatch.setattr(follow_ups, "hold", gate.before(follow_ups.hold))
    with gate.holding(app, ask):
        if meanwhile == "asked":
            follow_ups.ask(voice.program, voice, "555 0100", "Not on Monday")
        else:
            follow_ups.close(case, "Called", owner)
        db.session.commit()
    db.session.expire_all()
    both = "Please call\nNot on Monday\nAfter six"
    expected = both if meanwhile == "asked" else "After six"
    assert db.session.get_one(FollowUp, kept[0]).evidence == expected


def test_without_a_submission_it_is_the_contact_that_asks_again(workspace: Workspace) -> None:
    program = factories.program(workspace)
    case = follow_ups.ask(program, None, "555 0100")
    assert follow_ups.ask(program, None, " 555 0100 ") is case
    assert follow_ups.ask(program, None, "555 0199").id != case.id
    case.created_at -= follow_ups.HOUR
    db.session.flush()
    assert follow_ups.ask(program, None, "555 0100").id != case.id
