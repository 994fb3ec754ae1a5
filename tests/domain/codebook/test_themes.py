"""The codebook editor: names differ, files come in and go out whole, parents form no ring."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.domain import programs
from app.domain.codebook import book, changes, files, outlines, themes
from app.domain.codebook.reading import read_codebook
from app.domain.errors import Conflict, Invalid
from app.domain.programs import Description
from app.extensions import db
from app.models import CodebookChange, Program, Theme, Workspace
from tests import factories


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


def taken(program: Program, content: bytes) -> outlines.Outline | None:
    """What a file changed, once it was looked at and applied; None if there was nothing to."""
    change = files.plan(program, files.opened(content), None)
    if change is None:
        return None
    done = outlines.outline(change)
    changes.apply(change)
    db.session.commit()
    db.session.expire_all()
    return done


def names(entries) -> list[str]:  # type: ignore[no-untyped-def]
    return [getattr(each, "entry", each).name for each in entries]


def test_names_differ_whatever_their_case(program: Program) -> None:
    added = themes.add(program, "Parking", "Where to leave the car", ["No space left", " "])
    assert added.examples == ["No space left"]
    for twin in (" pARKING ", "Ｐarking"):
        with pytest.raises(Invalid, match="There is a theme “Parking” already"):
            themes.add(program, twin, "Again")
    with pytest.raises(Invalid):
        themes.change(program, added, "Staff", "Where to leave the car")
    themes.change(program, added, "PARKING", "Where to leave the car")
    db.session.commit()
    assert [each.name for each in program.themes] == ["Delivery", "Staff", "PARKING"]


def test_before_anything_was_said_there_is_nothing_to_look_at(program: Program) -> None:
    assert themes.plan_add(program, "Parking", "Where to leave the car") is None
    db.session.commit()
    assert [each.name for each in program.themes] == ["Delivery", "Staff", "Parking"]


def test_a_poor_theme_is_refused(program: Program) -> None:
    poor = [("", "x", []), ("x", "", []), ("x" * 81, "x", []), ("x", "x", ["e"] * 41)]
    for name, description, examples in poor:
        with pytest.raises(Invalid):
            themes.add(program, name, description, examples)
    assert len(program.themes) == 2


def test_one_active_theme_stays(program: Program) -> None:
    delivery, staff = program.themes
    themes.deactivate(program, delivery)
    with pytest.raises(Conflict):
        themes.deactivate(program, staff)
    with pytest.raises(Conflict):
        themes.delete(program, staff)
    themes.activate(program, delivery)
    themes.deactivate(program, staff)


def test_two_who_switch_the_last_two_off(program: Program) -> None:
    delivery, staff = program.themes
    other = db.session.connection()  # what somebody else's page did since this one was read
    other.execute(update(Theme).where(Theme.id == staff.id).values(active=False))
    assert staff.active
    with pytest.raises(Conflict, match="one active theme"):
        themes.deactivate(program, delivery)
    with pytest.raises(Conflict, match="one active theme"):
        themes.delete(program, delivery)


def test_nobody_stands_above_themselves(program: Program) -> None:
    delivery, staff = program.themes
    courier = themes.add(program, "Courier", "Who brings it", parent_id=delivery.id)
    van = themes.add(program, "Van", "What it comes in", parent_id=courier.id)
    for parent, said in (
        (courier, "“Courier” is under “Delivery” already"),
        (van, "“Van” is under “Delivery” already"),
        (delivery, "“Delivery” can't be its own parent"),
    ):
        with pytest.raises(Invalid, match=said):
            themes.change(
                program, delivery, delivery.name, delivery.description, parent_id=parent.id
            )
    with pytest.raises(
        Invalid, match=r"^This theme would be on a fourth level\. There are three levels"
    ):
        themes.add(program, "Wheel", "What it rolls on", parent_id=van.id)
    with pytest.raises(Invalid, match="Choose a parent from this codebook"):
        themes.add(program, "Wheel", "What it rolls on", parent_id="nobody")
    assert delivery.parent_id is None and staff.parent_id is None
    assert van.line == (van.id, courier.id, delivery.id)


def test_a_child_has_its_parents_colour_unless_it_has_one(program: Program) -> None:
    delivery = program.themes[0]
    themes.change(program, delivery, delivery.name, delivery.description, colour="teal")
    child = themes.add(program, "Courier", "Who brings it", parent_id=delivery.id)
    assert (child.colour, child.shown_colour) == ("", "teal")
    with pytest.raises(Invalid, match="“mauve” isn't one of rose, brick"):
        themes.add(program, "Van", "What it comes in", colour="mauve")


def test_a_codebook_goes_out_and_comes_back(workspace: Workspace) -> None:
    program = programs.create(workspace, Description(name="One", question="How was it?"))
    written = files.write_csv(program)
    assert read_codebook(written).names == tuple(each.name for each in program.themes)
    assert taken(program, written.encode()) is None


def test_gaps_that_deleted_themes_left_are_no_change(program: Program) -> None:
    parking = themes.add(program, "Parking", "Where to leave the car")
    themes.add(program, "Price", "What it costs")
    themes.delete(program, parking, "")
    assert [each.position for each in program.themes] == [0, 1, 3]
    assert taken(program, files.write_csv(program).encode()) is None
    done = taken(program, b"name,description\nPrice,What it costs\nDelivery,Late\nStaff,People")
    assert done is not None and names(done.placed) == ["Price"]


def test_all_of_it_comes_back_in_another_program(workspace: Workspace, program: Program) -> None:
    delivery, staff = program.themes
    themes.change(
        program, delivery, "=Delivery", "Late, “early” | lost", ["a, b", "-1"], colour="moss"
    )
    themes.change(program, staff, staff.name, staff.description, parent_id=delivery.id)
    themes.deactivate(program, staff)
    db.session.commit()
    other = factories.program(workspace)
    assert taken(other, files.write_csv(program).encode()) is not None
    kept = [(t.name, t.description, t.examples, t.colour, t.active) for t in program.themes]
    there = [t for t in other.themes if t.name != "Delivery"]
    assert [(t.name, t.description, t.examples, t.colour, t.active) for t in there] == kept
    assert there[1].parent_id == there[0].id


def test_a_file_changes_adds_and_switches_off(program: Program) -> None:
    content = "﻿name,description,examples\nstaff,People,Kind|Rude\nPrice,What it costs,\n"
    done = taken(program, content.encode())
    assert done is not None
    assert (names(done.added), names(done.changed), names(done.off)) == (
        ["Price"], ["staff"], ["Delivery"],
    )  # fmt: skip
    assert done.changed[0].what == ("name", "description", "examples", "place")
    assert [(each.name, each.active) for each in program.themes] == [
        ("staff", True),
        ("Price", True),
        ("Delivery", False),
    ]
    assert program.themes[0].examples == ["Kind", "Rude"]


def test_what_a_file_has_no_column_for_stays(program: Program) -> None:
    delivery, staff = program.themes
    themes.change(program, staff, "Staff", "Them", ["Kind"], parent_id=delivery.id, colour="rose")
    assert taken(program, b"name,description\nDelivery,It\nStaff,Them all\n") is not None
    assert (staff.examples, staff.parent_id, staff.colour) == (["Kind"], delivery.id, "rose")
    assert taken(program, b"name,description,parent\nDelivery,It,\nStaff,Them all,\n") is not None
    assert staff.parent_id is None


def test_without_the_column_active_what_is_off_stays_off(program: Program) -> None:
    themes.deactivate(program, program.themes[1])
    assert taken(program, b"name,description\nDelivery,It\nStaff,Them\nPrice,Cost\n") is not None
    stands = {each.name: each.active for each in program.themes}
    assert stands == {"Delivery": True, "Staff": False, "Price": True}
    assert taken(program, b"name,description,active\nStaff,Them,yes\n") is not None
    assert [each.name for each in program.themes if each.active] == ["Staff"]


def rows(name: str, many: int) -> bytes:
    lines = "".join(f"{name} {at},About {at}\n" for at in range(many))
    return f"name,description\n{lines}".encode()


def test_a_full_file_is_taken_whatever_was_there_before(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_THEMES", 20)
    monkeypatch.setattr(book, "MOST_KEPT", 50)
    for name in ("One", "Two"):
        assert taken(program, rows(name, 20)) is not None
        assert sum(each.active for each in program.themes) == 20
    delivery = next(each for each in program.themes if each.name == "Delivery")
    with pytest.raises(Invalid, match="20 active themes at most"):
        themes.add(program, "One more", "Than there may be")
    with pytest.raises(Conflict, match="20 active themes at most"):
        themes.activate(program, delivery)
    db.session.rollback()
    with pytest.raises(Invalid, match="keep 50 themes at most, with those that are switched off"):
        files.plan(program, files.opened(rows("Three", 20)), None)  # said before it is looked at
    assert not delivery.active and len(program.themes) == 42


def test_two_may_change_names_and_places(program: Program) -> None:
    """Row by row, one of them would meet the other's name."""
    first = b"name,description,parent\nStaff,S,\nDelivery,D,Staff\n"
    assert taken(program, first) is not None
    assert taken(program, b"name,description,parent\nDelivery,D,\nStaff,S,Delivery\n") is not None
    delivery, staff = program.themes
    assert (delivery.name, staff.parent_id) == ("Delivery", delivery.id)


def test_a_wrong_file_changes_nothing(program: Program) -> None:
    wrong = [
        (b"name,description\nA,x\na,y\n", "Row 3"),
        (b"\xff\xfe\x00bad", "UTF-8"),
        ("name,description\nA,x\nPréis,y\n".encode("latin-1"), "Row 3: this isn't UTF-8 text"),
        ("name,description\nA,x\n".encode("utf-16"), "UTF-8"),
        ("name,description\rA,x\rPréis,y\r".encode("latin-1"), "Row 3: this isn't UTF-8 text"),
        (b"", "empty"),
        (b"name,description\n" + b"x" * 10_000_000, "960 KB"),
        (b"name,description\nA," + b"x" * 301 + b"\n", "Row 2: The theme's description is longer"),
        (b"name,description,active\nA,x,no\n", "one active theme"),
        (b"name,description,parent\nA,x,B\n", "Row 2: the parent “B” is not a theme here."),
    ]
    for content, sentence in wrong:
        with pytest.raises(Invalid, match=sentence):
            files.plan(program, files.opened(content), None)
    assert [each.name for each in program.themes if each.active] == ["Delivery", "Staff"]
    assert db.session.query(CodebookChange).count() == 0


def test_no_cell_is_a_formula(program: Program) -> None:
    themes.add(program, "=HYPERLINK(1)", "@description", ["+1"])
    assert "'=HYPERLINK(1),'@description,'+1" in files.write_csv(program)


def test_what_was_guarded_comes_back_as_it_was(program: Program) -> None:
    """The same themes, not second ones with an apostrophe in their names."""
    for name in ("+Delivery", "=1+1", "'-quoted", "'plain'"):
        themes.add(program, name, "@home", ["-1", "'=2"])
    written = files.write_csv(program)
    assert read_codebook(written).names[2:] == ("+Delivery", "=1+1", "'-quoted", "'plain'")
    assert taken(program, written.encode()) is None
    assert len(program.themes) == 6


def test_one_with_voices_goes_only_when_its_name_is_typed(program: Program) -> None:
    delivery = program.themes[0]
    answer = factories.answer(factories.submission(program))
    said = factories.transcript(answer, "It came late.")
    said.segments[0].understood = True
    factories.highlight(answer, said, themes=[delivery])
    assert themes.mentioned_by(program) == {delivery.id: 1}
    with pytest.raises(Invalid, match="Type the theme's name"):
        themes.delete(program, delivery, "Staff")
    themes.delete(program, delivery, " delivery ")
    db.session.commit()
    assert [each.name for each in program.themes] == ["Staff"]
    assert themes.mentioned_by(program) == {}
