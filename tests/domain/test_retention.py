"""Voices go with age, by the widest purpose allowed, and never more than was shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import runtime
from app.domain import erasing, follow_ups, retention
from app.domain.errors import Invalid
from app.domain.retention import Rule, months_before
from app.extensions import db
from app.models import (
    AuditEntry,
    Erasure,
    FollowUp,
    Member,
    Program,
    Recording,
    Submission,
    Workspace,
    now,
)
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


def aged(program: Program, days: int, *purposes: str) -> Submission:
    submission = factories.submission(program, received_at=now() - timedelta(days=days))
    assert submission.consent is not None
    submission.consent.purposes = ["internal", *purposes]
    factories.transcript(factories.answer(submission), "It came late.")
    db.session.commit()
    return submission


def test_it_goes_by_the_widest_purpose_and_by_age(program: Program) -> None:
    inside, shared, public, young = (
        aged(program, 70), aged(program, 70, "shared"), aged(program, 70, "shared", "public"),
        aged(program, 20),
    )  # fmt: skip
    wanted = [Rule("internal", 1, 2), Rule("shared", 1), Rule("public")]
    lines = retention.preview(program, wanted)
    told = [(each.purpose, each.what, each.count) for each in lines]
    assert told == [
        ("internal", "everything", 1), ("internal", "recordings", 0), ("shared", "recordings", 1),
    ]  # fmt: skip
    assert lines[0].oldest == inside.received_at
    assert retention.carry_out() == 0  # shown is not kept
    retention.keep(program, wanted)
    db.session.commit()
    assert retention.carry_out() == 2
    assert retention.carry_out() == 0
    states = [each.state for each in (inside, shared, public, young)]
    assert states == ["withdrawn", "received", "received", "received"]
    assert [len(each.answers) for each in (inside, shared, public, young)] == [0, 1, 1, 1]
    assert shared.answers[0].recording is None and shared.answers[0].transcripts
    assert db.session.scalar(select(func.count(Recording.id))) == 2
    assert erasing.due() == 2
    reasons = {(each.what, each.reason) for each in db.session.scalars(select(Erasure))}
    assert reasons == {("everything", "retention"), ("recordings", "retention")}
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action.like("%aged_out"))
    )
    assert len(actions.all()) == 2


def test_a_voice_is_counted_once(program: Program) -> None:
    for days in (40, 70, 100):
        aged(program, days)
    lines = retention.preview(program, [Rule("internal", 1, 2)])
    assert [(each.what, each.count) for each in lines] == [("everything", 2), ("recordings", 1)]


def test_another_programs_voices_stay(workspace: Workspace, program: Program) -> None:
    other = aged(factories.program(workspace), 4000)
    retention.keep(program, [Rule("internal", None, 1)])
    db.session.commit()
    assert retention.carry_out() == 0
    assert other.state == "received"


def test_calls_without_a_voice_go_too(program: Program) -> None:
    for days in (70, 1):
        call = follow_ups.ask(program, None, "555 0100")
        call.created_at = now() - timedelta(days=days)
    retention.keep(program, [Rule("internal", None, 2)])
    db.session.commit()
    (_, calls) = retention.preview(program, retention.rules(program))
    assert (calls.what, calls.count) == ("calls", 1)
    assert retention.carry_out() == 1
    assert db.session.scalar(select(func.count(FollowUp.id))) == 1


def test_a_round_takes_so_many_at_most(program: Program) -> None:
    for _ in range(3):
        aged(program, 70)
    retention.keep(program, [Rule("internal", None, 1)])
    db.session.commit()
    assert [retention.carry_out(most=2) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("rule", [Rule("internal", 0), Rule("internal", 5, 4), Rule("public", 999)])
def test_rules_that_make_no_sense_are_refused(program: Program, rule: Rule) -> None:
    with pytest.raises(Invalid):
        retention.keep(program, [rule])


def test_months_are_those_of_the_calendar() -> None:
    day = datetime(2026, 3, 31, 12, tzinfo=UTC)
    assert months_before(day, 1) == datetime(2026, 2, 28, 12, tzinfo=UTC)
    assert months_before(day, 13) == datetime(2025, 2, 28, 12, tzinfo=UTC)
    assert months_before(day, 3) == datetime(2025, 12, 31, 12, tzinfo=UTC)


def test_the_page_shows_first_and_keeps_only_then(
    client: FlaskClient, program: Program, owner: Member
) -> None:
    aged(program, 70)
    staff, address = sign_in(client, owner), f"/settings/programs/{program.id}/retention"
    assert "See what would go" in staff.get(address).text
    typed = {"everything_internal": "1"}
    tried = staff.post(address, data=typed)
    assert "everything of 1 voice" in tried.text and "Keep these rules" in tried.text
    assert retention.rules(program)[0].everything is None
    assert staff.post(address, data={**typed, "keep": "yes"}).status_code == 303
    assert retention.rules(program)[0].everything == 1
    assert 'value="1"' in staff.get(address).text
    refused = staff.post(address, data={"everything_internal": "none"})
    assert refused.status_code == 422 and "whole number" in refused.text


def test_staff_erase_a_voice_and_see_its_receipt(
    client: FlaskClient, program: Program, owner: Member
) -> None:
    voice = aged(program, 1)
    staff, address = sign_in(client, owner), f"/voices/{voice.id}/erase"
    asked = staff.get(address).text
    assert "Erase this voice?" in asked and "transcript" in asked
    assert staff.post(address).status_code == 303
    receipts = staff.get("/settings/erased").text
    assert voice.id in receipts and "All gone" in receipts
    assert staff.get(f"/voices/{voice.id}").status_code == 404
    assert staff.post(address).status_code == 404


def test_the_command_says_and_does_the_same(
    app: Flask, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app import cli

    monkeypatch.setenv("HEARD_DATA", str(runtime.settings().data))
    if db.engine.dialect.name != "sqlite":
        monkeypatch.setenv("DATABASE_URL", db.engine.url.render_as_string(hide_password=False))
    aged(program, 70)
    for command in (["retention"], ["retention", "--dry-run"]):
        said = CliRunner().invoke(cli.main, command).output
        assert said == "No program has a rule: nothing goes by age, and nothing was changed.\n"
    one = CliRunner().invoke(cli.main, ["retention", "--program", program.id]).output
    assert one.startswith(f"{program.name} has no rule: ")
    retention.keep(program, [Rule("internal", None, 1)])
    db.session.commit()
    dry = CliRunner().invoke(cli.main, ["retention", "--dry-run"])
    assert "everything of 1 voice (internal) after 1 month," in dry.output
    assert "Nothing was changed." in dry.output
    assert db.session.scalar(select(func.count(Erasure.id))) == 0
    db.session.rollback()
    assert "1 erased." in CliRunner().invoke(cli.main, ["retention"]).output
