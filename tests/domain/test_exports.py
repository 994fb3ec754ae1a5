"""What leaves in a file: everything that consent allows, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain import editing, exports
from app.domain.corrections import deciding, kinds
from app.domain.errors import Invalid
from app.domain.exports.rows import LEVELS
from app.extensions import db
from app.models import (
    Answer,
    Field,
    Member,
    Program,
    Submission,
    Transcript,
    Workspace,
)
from tests import factories
from tests.domain.erasure.gate import beside


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    program = factories.program(workspace)
    submission = factories.submission(program, display_name='=HYPERLINK("http://x")')
    answer = factories.answer(submission)
    transcript = factories.transcript(answer, "The box was torn.", "Nobody answered.")
    factories.highlight(answer, transcript, themes=[program.themes[0]])
    here = deciding.passage(submission, transcript.segments[1].id)
    saw = deciding.seen(here, "hand_off")
    why = kinds.why("missed", "words", '=HYPERLINK("http://x")')
    deciding.correct(here, "hand_off", ["Bereavement"], why, saw, factories.member(workspace))
    db.session.commit()
    return program


def table(program: Program, format: str, level: str, purpose: str = "internal") -> str:
    out = io.StringIO()
    exports.write_table(exports.Wanted(program, purpose), format, level, out)
    return out.getvalue()


def test_segments_as_csv_say_which_engine_said_what(program: Program) -> None:
    rows = list(csv.DictReader(io.StringIO(table(program, "csv", "segments"))))
    assert [row["text"] for row in rows] == ["The box was torn.", "Nobody answered."]
    assert rows[0]["engine"] == "pocketsphinx"
    assert rows[0]["sentiment_score"] == "-0.7"
    assert rows[0]["themes"] == "Delivery 0.80"


def test_formulas_are_neutralised(program: Program) -> None:
    rows = list(csv.DictReader(io.StringIO(table(program, "csv", "submissions"))))
    assert rows[0]["name"] == '\'=HYPERLINK("http://x")'


def test_highlights_as_json_lines(program: Program) -> None:
    (line,) = table(program, "jsonl", "highlights").splitlines()
    row = json.loads(line)
    assert row["quote"] == "The box was torn."
    assert row["themes"] == "Delivery"


def test_what_consent_does_not_permit_is_not_in_the_file(program: Program) -> None:
    assert "torn" in table(program, "csv", "segments", "shared")
    assert list(csv.DictReader(io.StringIO(table(program, "csv", "segments", "public")))) == []


def test_withdrawn_voices_are_not_in_the_file(program: Program) -> None:
    factories.submission(program, state="withdrawn", display_name="Gone")
    for level in exports.LEVELS:
        assert "Gone" not in table(program, "jsonl", level)


@pytest.mark.parametrize("level", exports.LEVELS)
def test_a_table_without_rows_still_names_its_columns(program: Program, level: str) -> None:
    program.fields = [Field(key="plan", label="Plan", position=0)]
    db.session.commit()
    (row,) = [json.loads(line) for line in table(program, "jsonl", level).splitlines()][:1]
    (header,) = csv.reader(io.StringIO(table(program, "csv", level, "public")))
    assert header == list(row)
    assert ("field_plan" in header) == (level == "submissions")


def test_pages_of_rows_join_without_gap_or_double(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.domain.exports.rows.PAGE", 2)
    for _ in range(4):
        factories.submission(program)
    ids = [
        json.loads(line)["submission_id"]
        for line in table(program, "jsonl", "submissions").splitlines()
    ]
    assert len(ids) == len(set(ids)) == 5


def test_passages_are_told_in_the_order_of_the_words_after_an_edit(
    program: Program, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where pages are turned among them."""
    monkeypatch.setattr("app.domain.exports.rows.PAGE", 2)
    words = program_words(program)
    for _ in range(3):
        factories.transcript(factories.answer(factories.submission(program)), "Fine.", "Good.")
    first = words.segments[0].id
    typed = {first: "The box\nwas\ntorn."}
    editing.save(words, words.edition, editing.staff(owner), typed)
    db.session.commit()
    order = sorted(words.segments, key=lambda each: each.id)
    assert [each.position for each in order] != [0, 1, 2, 3]
    told = [json.loads(line) for line in table(program, "jsonl", "segments").splitlines()]
    places: dict[str, list[int]] = {}
    for row in told:
        places.setdefault(row["answer_id"], []).append(row["position"])
    assert sorted(places.values()) == [[0, 1], [0, 1], [0, 1], [0, 1, 2, 3]]
    assert len({row["segment_id"] for row in told}) == len(told) == 10
    here = [row["text"] for row in told if row["answer_id"] == words.answer_id]
    assert here == ["The box", "was", "torn.", "Nobody answered."]


def test_who_edits_while_passages_are_told_leaves_no_gap_and_no_double(
    app: Flask, program: Program, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.domain.exports.rows.PAGE", 1)
    words_id, member_id = program_words(program).id, owner.id

    def edited() -> None:
        words = db.session.get_one(Transcript, words_id)
        typed = {words.segments[0].id: "Nothing came.", words.segments[1].id: "No\none\nrang."}
        author = editing.staff(db.session.get_one(Member, member_id))
        editing.save(words, words.edition, author, typed)
        db.session.commit()

    rows = LEVELS["segments"](exports.Wanted(program, "internal"))
    told = [next(rows)["text"]]
    with beside(app, edited):
        pass
    told += [row["text"] for row in rows]
    assert told == ["The box was torn.", "Nobody answered."]


def program_words(program: Program) -> Transcript:
    asked = select(Transcript).join(Answer).join(Submission)
    return db.session.scalars(asked.where(Submission.program_id == program.id)).one()


def test_an_ordered_export_has_a_run_and_can_be_written(
    program: Program, owner: Member, tmp_path: Path
) -> None:
    export = exports.request(program, owner, "vtt", "segments")
    db.session.commit()
    assert [step.name for step in export.runs[0].steps] == ["export"]
    assert exports.write(export, tmp_path / "out") == 1
    with zipfile.ZipFile(tmp_path / "out") as archive:
        (name,) = archive.namelist()
        assert "The box was torn." in archive.read(name).decode()


def test_an_unknown_format_is_refused(program: Program) -> None:
    with pytest.raises(Invalid, match="csv, jsonl, srt, vtt"):
        exports.request(program, None, "doc", "segments")
