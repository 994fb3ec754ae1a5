"""A manifest is taken whole or not at all, and twice is once."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import imports
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Program, Recording, Submission, Workspace
from tests import factories


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace, score_kind="nps")


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


def test_the_second_time_nothing_is_added(program: Program, tmp_path: Path) -> None:
    (tmp_path / "one.webm").write_bytes(b"x")
    path = manifest(tmp_path, "file,text,reference", "one.webm,,a", ",hello there,b")
    list(imports.run(imports.read_manifest(path, program), program))
    assert list(imports.run(imports.read_manifest(path, program), program)) == [False, False]
    assert len(list(db.session.scalars(select(Recording)))) == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (("file", "gone.webm"), "Row 2: The file gone.webm is not there."),
        (("text,touchpoint", "hi,Nowhere"), "Row 2: The program has no touchpoint 'Nowhere'."),
        (("text,score", "hi,11"), "Row 2: The score must be a whole number from 0 to 10."),
        (("text,said_at", "hi,soon"), "Row 2: 'soon' is not a date"),
        (("text,consent", "hi,everything"), "Row 2: 'everything' is not a purpose"),
        (("text,shoe_size", "hi,42"), "no field for the column 'shoe_size'"),
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
