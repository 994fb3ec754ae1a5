"""The codebook editor: names differ, files come in and go out whole."""

from __future__ import annotations

import pytest

from app.domain import programs, themes
from app.domain.codebooks import read_codebook
from app.domain.errors import Conflict, Invalid
from app.domain.programs import Description
from app.extensions import db
from app.models import Program, Workspace
from tests import factories


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return factories.program(workspace)


def test_names_differ_whatever_their_case(program: Program) -> None:
    added = themes.add(program, "Parking", "Where to leave the car", ["No space left", " "])
    assert added.examples == ["No space left"]
    with pytest.raises(Invalid, match="There is a theme “Parking” already"):
        themes.add(program, " pARKING ", "Again")
    with pytest.raises(Invalid):
        themes.change(program, added, "Staff", "Where to leave the car")
    themes.change(program, added, "PARKING", "Where to leave the car")
    db.session.commit()
    assert [each.name for each in program.themes] == ["Delivery", "Staff", "PARKING"]


@pytest.mark.parametrize(
    ("name", "description", "examples"),
    [("", "x", []), ("x", "", []), ("x" * 81, "x", []), ("x", "x", ["e"] * 41)],
)
def test_a_poor_theme_is_refused(
    program: Program, name: str, description: str, examples: list[str]
) -> None:
    with pytest.raises(Invalid):
        themes.add(program, name, description, examples)
    assert len(program.themes) == 2


def test_one_active_theme_stays(program: Program) -> None:
    delivery, staff = program.themes
    themes.deactivate(program, delivery)
    with pytest.raises(Conflict):
        themes.deactivate(program, staff)
    themes.activate(delivery)
    themes.deactivate(program, staff)


def test_a_codebook_goes_out_and_comes_back(workspace: Workspace) -> None:
    program = programs.create(workspace, Description(name="One", question="How was it?"))
    written = themes.write_csv(program)
    assert read_codebook(written).names == tuple(each.name for each in program.themes)
    assert themes.read_csv(program, written.encode()) == themes.Taken()


def test_a_file_changes_adds_and_switches_off(program: Program) -> None:
    content = "﻿name,description,examples\nstaff,People,Kind|Rude\nPrice,What it costs,\n"
    assert themes.read_csv(program, content.encode()) == themes.Taken(new=1, changed=1, off=1)
    db.session.commit()
    db.session.expire_all()
    assert [(each.name, each.active) for each in program.themes] == [
        ("staff", True),
        ("Price", True),
        ("Delivery", False),
    ]
    assert program.themes[0].examples == ["Kind", "Rude"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name,description\nA,x\na,y\n", "Row 3"),
        (b"\xff\xfe\x00bad", "UTF-8"),
        (b"", "empty"),
        (b"x" * (512 * 1024 + 1), "512 KB"),
    ],
)
def test_a_wrong_file_changes_nothing(program: Program, content: bytes, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence):
        themes.read_csv(program, content)
    assert [each.name for each in program.themes if each.active] == ["Delivery", "Staff"]


def test_no_cell_is_a_formula(program: Program) -> None:
    themes.add(program, "=HYPERLINK(1)", "@description", ["+1"])
    assert "'=HYPERLINK(1),'@description,'+1" in themes.write_csv(program)


def test_what_was_guarded_comes_back_as_it_was(program: Program) -> None:
    """The same themes, not second ones with an apostrophe in their names."""
    for name in ("+Delivery", "=1+1", "'-quoted", "'plain'"):
        themes.add(program, name, "@home", ["-1", "'=2"])
    written = themes.write_csv(program)
    assert read_codebook(written).names[2:] == ("+Delivery", "=1+1", "'-quoted", "'plain'")
    assert themes.read_csv(program, written.encode()) == themes.Taken()
    assert len(program.themes) == 6
