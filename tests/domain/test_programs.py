"""Programs: a new one works at once; its parts are added, moved, refused and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain import invitations, program_parts, programs
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.programs import Description
from app.extensions import db
from app.models import Invitation, Program, Prompt, Theme, Touchpoint, Workspace, now
from tests import factories

AFTER = Description(name="After delivery", question="How was it to get your order?")


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return programs.create(workspace, AFTER)


def test_a_new_program_works_at_once(program: Program) -> None:
    db.session.commit()
    assert [each.name for each in program.touchpoints][:2] == ["Ordering", "Delivery"]
    assert len(program.prompts) == 1
    assert (program.consent_texts[0].version, program.consent_texts[0].purposes[0]) == (
        1,
        "internal",
    )
    assert len(program.themes) >= 10 and all(each.description for each in program.themes)
    [invitation] = invitations.of(program)
    assert invitations.state_of(invitation) == "open"
    assert len(invitation.code) == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "  "},
        {"name": "x" * 121},
        {"question": ""},
        {"language": "english"},
        {"language": "../en"},
        {"score_kind": "stars"},
        {"max_seconds": 5},
        {"max_seconds": 601},
        {"contact_email": "nobody"},
    ],
)
def test_a_wrong_description_changes_nothing(program: Program, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        programs.describe(program, replace(AFTER, **wrong))
    assert (program.name, program.max_seconds) == ("After delivery", 180)


def test_closed_programs_come_last(workspace: Workspace, program: Program) -> None:
    second = programs.create(workspace, replace(AFTER, name="Second"))
    programs.close(second)
    assert [each.name for each in programs.of(workspace.id)] == ["After delivery", "Second"]
    programs.reopen(second)
    assert [each.name for each in programs.of(workspace.id)] == ["Second", "After delivery"]


def test_only_received_voices_are_counted(workspace: Workspace, program: Program) -> None:
    factories.submission(program)
    factories.submission(program, state="draft")
    assert programs.voices(workspace.id) == {program.id: 1}


def test_a_changed_consent_text_is_a_new_version(program: Program) -> None:
    first = program.consent_texts[0]
    same = programs.write_consent(program, first.text, ["shared", "public"])
    assert same is first
    second = programs.write_consent(program, "We keep this for a year.", ["shared"])
    assert (second.version, second.purposes) == (2, ["internal", "shared"])
    assert first.text == programs.CONSENT
    with pytest.raises(Invalid):
        programs.write_consent(program, "Text", ["selling"])
    with pytest.raises(Invalid, match="sharing, too"):
        programs.write_consent(program, "Text", ["internal", "public"])
    with pytest.raises(Invalid):
        programs.write_consent(program, " \n ", [])


def test_touchpoints_are_added_renamed_moved_and_deleted(program: Program) -> None:
    returns = program_parts.add_touchpoint(program, " Sending  back ", "When it goes back")
    program_parts.move(program.touchpoints, returns, -100)
    db.session.commit()
    assert [each.name for each in program.touchpoints][:2] == ["Sending back", "Ordering"]
    program_parts.move(program.touchpoints, returns, 1)
    db.session.commit()
    assert [each.name for each in program.touchpoints][:2] == ["Ordering", "Sending back"]
    with pytest.raises(Invalid):
        program_parts.add_touchpoint(program, "sending BACK")
    program_parts.change_touchpoint(program, returns, "SENDING back")
    program_parts.delete_touchpoint(program, returns)
    db.session.commit()
    assert "SENDING back" not in [each.name for each in program.touchpoints]
    assert [each.position for each in program.touchpoints] == sorted(
        each.position for each in program.touchpoints
    )


def test_a_touchpoint_with_voices_and_the_last_one_stay(workspace: Workspace) -> None:
    program = factories.program(workspace)
    delivery, support = program.touchpoints
    factories.submission(program)
    with pytest.raises(Conflict, match="1 voice belongs to “Delivery”"):
        program_parts.delete_touchpoint(program, delivery)
    program_parts.delete_touchpoint(program, support)
    with pytest.raises(Conflict):
        program_parts.delete_touchpoint(program, delivery)


def test_prompts_and_fields(program: Program) -> None:
    second = program_parts.add_prompt(program, "What would you change?", "Anything at all")
    program_parts.delete_prompt(program, second)
    with pytest.raises(Conflict):
        program_parts.delete_prompt(program, program.prompts[0])
    field = program_parts.add_field(program, "Où habitez-vous ?", ["North", " ", "South"])
    assert (field.key, field.choices) == ("ou_habitez_vous", ["North", "South"])
    assert program_parts.add_field(program, "Où habitez-vous !").key == "ou_habitez_vous_2"
    program_parts.change_field(program, field, "Your region", ["North", "South", "East"])
    assert field.key == "ou_habitez_vous"
    for choices in (["North", "north"], ["Only"], [str(n) for n in range(31)]):
        with pytest.raises(Invalid):
            program_parts.change_field(program, field, "Your region", choices)
    assert field.choices == ["North", "South", "East"]


def test_the_same_is_not_asked_twice(program: Program) -> None:
    first = program.prompts[0]
    second = program_parts.add_prompt(program, "What would you change?", "Anything at all")
    shop = program_parts.add_field(program, "Your shop")
    region = program_parts.add_field(program, "Your region")
    for refused in (
        lambda: program_parts.add_prompt(program, "  what would  YOU change?"),
        lambda: program_parts.change_prompt(program, second, first.text, "Another hint"),
        lambda: program_parts.add_field(program, "YOUR shop", ["North", "South"]),
        lambda: program_parts.change_field(program, region, "Your shop", ["North", "South"]),
    ):
        with pytest.raises(Invalid, match="already"):
            refused()
    db.session.commit()
    assert (second.text, second.hint) == ("What would you change?", "Anything at all")
    assert (region.label, region.choices, len(program.prompts)) == ("Your region", [], 2)
    program_parts.change_prompt(program, second, "WHAT would you change?")  # its own name again
    program_parts.change_field(program, shop, "YOUR shop")


def test_lists_have_an_end(program: Program) -> None:
    for number in range(program_parts.MOST_PROMPTS - 1):
        program_parts.add_prompt(program, f"Prompt {number}")
    with pytest.raises(Invalid, match="6 prompts at most"):
        program_parts.add_prompt(program, "One too many")


def test_parts_of_another_program_are_not_found(workspace: Workspace, program: Program) -> None:
    other = programs.create(workspace, replace(AFTER, name="Another"))
    for model, row in [
        (Touchpoint, other.touchpoints[0]),
        (Prompt, other.prompts[0]),
        (Theme, other.themes[0]),
        (Invitation, invitations.of(other)[0]),
    ]:
        assert program_parts.part(model, row.id, other) is row
        with pytest.raises(NotFound):
            program_parts.part(model, row.id, program)


def test_invitations_open_close_and_fill(workspace: Workspace, program: Program) -> None:
    tomorrow = now() + timedelta(days=1)
    poster = programs.open_invitation(
        program,
        name="Poster in the shop",
        touchpoint_id=program.touchpoints[1].id,
        closes_at=tomorrow,
        quota=2,
    )
    assert invitations.state_of(poster) == "open"
    invitations.close(poster)
    assert invitations.state_of(poster) == "closed"
    invitations.reopen(poster)
    assert (poster.closes_at, invitations.state_of(poster)) == (None, "open")
    poster.received = 2
    assert invitations.state_of(poster) == "full"
    with pytest.raises(Conflict):
        invitations.reopen(poster)
    other = programs.create(workspace, replace(AFTER, name="Another"))
    with pytest.raises(NotFound):
        programs.open_invitation(program, touchpoint_id=other.touchpoints[0].id)
    with pytest.raises(Invalid):
        programs.open_invitation(program, closes_at=now() - timedelta(seconds=1))
    with pytest.raises(Invalid):
        programs.open_invitation(program, quota=0)


def test_two_programs_cant_share_a_name(workspace: Workspace, program: Program) -> None:
    with pytest.raises(Invalid, match="named 'after delivery' already"):
        programs.create(workspace, replace(AFTER, name="after delivery"))
    programs.describe(program, AFTER)  # its own name is its own
