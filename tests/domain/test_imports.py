"""A manifest is taken whole or not at all, and twice is once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import exports, imports
from app.domain.errors import Conflict, Invalid
from app.domain.exports.rows import LEVELS
from app.extensions import db
from app.models import Field, Program, Recording, Submission, Workspace
from tests import factories


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    program = factories.program(workspace, score_kind="nps")
    shops, streets = ["North", "South"], [f"{number} Street" for number in range(1, 21)]
    program.fields = [
        Field(key="shop", label="Your shop", choices=shops, position=0),
        Field(key="street", label="Your street", choices=streets, position=1),
    ]
    return program


def manifest(folder: Path, *lines: str) -> Path:
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_files_and_texts_come_in_with_their_details(program: Program, tmp_path: Path) -> None:
    (tmp_path / "one.webm").write_bytes(b"not looked at here")
    path = manifest(
        tmp_path,
        "file,text,touchpoint,reference,said_at,score",
        "one.webm,,delivery,C-1,2026-03-31,9",
        ',"Fine, thank you.",,C-2,,',
    )
    assert list(imports.run(imports.read_manifest(path, program), program)) == [True, True]
    first, second = db.session.scalars(select(Submission).order_by(Submission.reference))
    assert first.touchpoint is not None and first.touchpoint.name == "Delivery"
    assert first.score == 9 and first.received_at is not None and first.received_at.year == 2026
    assert first.answers[0].runs[0].steps[0].name == "probe"
    assert second.answers[0].written_text == "Fine, thank you."
    assert second.answers[0].runs[0].steps[0].name == "transcribe"


def test_a_cell_keeps_its_lines(program: Program, tmp_path: Path) -> None:
    path = manifest(tmp_path, "text,reference", '"It came late.', 'Nobody called.",R1', "Fine.,R2")
    entries = imports.read_manifest(path, program)
    assert [(each.text, each.reference) for each in entries] == [
        ("It came late.\nNobody called.", "R1"),
        ("Fine.", "R2"),
    ]


def test_two_customers_may_say_the_same(program: Program, tmp_path: Path) -> None:
    """Once each, however often the manifest is run, and whatever else differs."""
    lines = ["text,name,said_at", "Great.,,", "Great.,,", "Great.,Ana,", "Great.,,2026-03-31"]
    first = imports.read_manifest(manifest(tmp_path, *lines[:2]), program)
    assert list(imports.run(first, program)) == [True]
    every = imports.read_manifest(manifest(tmp_path, *lines), program)
    assert list(imports.run(every, program)) == [False, True, True, True]
    assert list(imports.run(every, program)) == [False] * 4


def test_a_consent_given_elsewhere_is_not_one_to_our_text(program: Program, tmp_path: Path) -> None:
    factories.submission(program)
    path = manifest(tmp_path, "text,consent", "Great.,public internal")
    list(imports.run(imports.read_manifest(path, program), program))
    wanted = exports.Wanted(program, "internal")
    versions = {row["source"]: row["consent_version"] for row in LEVELS["submissions"](wanted)}
    assert versions == {"link": 1, "import": None}


def test_a_program_without_a_consent_text_takes_nothing(program: Program, tmp_path: Path) -> None:
    program.consent_texts = []
    with pytest.raises(Conflict):
        imports.read_manifest(manifest(tmp_path, "text", "Great."), program)


def test_a_folder_is_no_manifest(program: Program, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be read: Is a directory"):
        imports.read_manifest(tmp_path, program)


def test_the_second_time_nothing_is_added(program: Program, tmp_path: Path) -> None:
    (tmp_path / "one.webm").write_bytes(b"x")
    path = manifest(tmp_path, "file,text,reference", "one.webm,,a", ",hello there,b")
    list(imports.run(imports.read_manifest(path, program), program))
    assert list(imports.run(imports.read_manifest(path, program), program)) == [False, False]
    assert len(list(db.session.scalars(select(Recording)))) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("file,text", "manifest.csv,hi"), "Row 2: There are both a file and a text"),
        (("file", "gone.webm"), "Row 2: The file gone.webm is not there."),
        (("text,touchpoint", "hi,Nowhere"), "Row 2: The program has no touchpoint 'Nowhere'."),
        (("text,score", "hi,11"), "Row 2: The score must be a whole number from 0 to 10."),
        (("text,said_at", "hi,soon"), "Row 2: 'soon' is not a date"),
        (("text,consent", "hi,everything"), "Row 2: 'everything' is not a purpose"),
        (
            ("text,shop", "hi,Nort"),
            "Row 2: 'Nort' is not one of the choices of the column 'shop': North, South.",
        ),
        (("text,street", "hi,High"), "'High' is not one of the choices of the column 'street'."),
        (("text,shoe_size", "hi,42"), "no field for the column 'shoe_size'"),
        (("text,consent", "hi,shared public"), "Row 2: Consent must name 'internal'"),
        (("text,score", "hi,²"), "Row 2: The score must be a whole number from 0 to 10."),
        (("text,score", f"hi,{'9' * 5000}"), "Row 2: The score must be a whole number"),
        (("text,language", "hi,en-US-this-is-too-long"), "Row 2: The language must look like"),
        (("text,name", f"hi,{'n' * 201}"), "Row 2: The cell 'name' is longer than 200"),
        (("text", "t" * 10_001), "Row 2: The text is longer than 10,000"),
        (("text", "t" * 200_000), "not readable CSV"),
        (("text,said_at", "hi,0001-01-01T00:00+14:00"), "Row 2: '0001-01-01T00:00+14:00'"),
        (("text,reference", "hi, there,x"), "Row 2: There are more cells than columns"),
        (("file", "x" * 300), "is not there."),
        (("reference", "x"), "needs a column 'file' or 'text'"),
        (("text",), "has no rows"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_imported(
    program: Program, tmp_path: Path, lines: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        imports.read_manifest(manifest(tmp_path, *lines), program)
    assert sentence in refusal.value.sentence
    assert db.session.scalar(select(Submission.id)) is None
