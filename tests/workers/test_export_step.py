"""An ordered export as a worker writes it: the whole file, and the row that names it."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from app import runtime
from app.domain import exports
from app.domain.corrections import deciding
from app.domain.corrections.kinds import Why
from app.extensions import db
from app.models import Export, Member, Program, Workspace
from tests import factories
from workers.perform import perform


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


def ordered(program: Program, member: Member, format: str, level: str) -> tuple[str, str]:
    """The ids of the export and of the step that writes it."""
    export = exports.request(program, member, format, level)
    db.session.commit()
    return export.id, export.runs[0].steps[0].id


def content(export: Export) -> bytes:
    assert export.key is not None
    with runtime.storage().open(export.key) as file:
        return file.read()


@pytest.mark.parametrize("level", exports.LEVELS)
def test_an_export_of_several_pages_is_finished(
    program: Program, owner: Member, monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setattr("app.domain.exports.rows.PAGE", 2)
    ids: list[str] = []
    for _ in range(5):
        answer = factories.answer(factories.submission(program))
        ids.append(answer.submission_id)
        transcript = factories.transcript(answer, "The box was torn.")
        factories.highlight(answer, transcript)
        if level == "corrections":
            here = deciding.passage(answer.submission, transcript.segments[0].id)
            why, seen = Why("missed", "words", ""), deciding.seen(here, "sentiment")
            deciding.correct(here, "sentiment", ("positive",), why, seen, owner)
            db.session.commit()
    export_id, step_id = ordered(program, owner, "csv", level)
    db.session.remove()
    perform(step_id)
    db.session.remove()
    export = db.session.get_one(Export, export_id)
    step = export.runs[0].steps[0]
    assert (step.state, step.error, step.stage) == ("done", None, "5 rows")
    assert (export.rows, export.size) == (5, len(content(export)))
    rows = list(csv.DictReader(io.StringIO(content(export).decode())))
    assert {row["submission_id"] for row in rows} == set(ids)


def test_captions_of_several_pages_are_finished(
    program: Program, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.domain.exports.rows.PAGE", 2)
    for _ in range(3):
        factories.transcript(factories.answer(factories.submission(program)), "It was torn.")
    export_id, step_id = ordered(program, owner, "vtt", "segments")
    db.session.remove()
    perform(step_id)
    db.session.remove()
    assert db.session.get_one(Export, export_id).rows == 3
