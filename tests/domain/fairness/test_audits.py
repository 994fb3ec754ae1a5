"""What an audit finds, keeps and hides, in programs like real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app import runtime
from app.config import Settings
from app.domain import consent, editing, erasure
from app.domain.corrections import kinds
from app.domain.errors import Conflict
from app.domain.fairness import audits, gathering, history, notes, saying, tables
from app.domain.fairness.tables import Table
from app.extensions import db
from app.models import (
    CaptureEvent,
    Correction,
    FairnessAudit,
    FairnessCounted,
    FairnessWatch,
    Program,
    Submission,
    Workspace,
)
from tests import factories
from tests.domain.fairness import crowd


def halves(at: int) -> dict[str, str]:
    return {"accent": "North" if at % 2 else "South"}


def made(program: Program) -> FairnessAudit:
    row = audits.make(program, "clock")
    db.session.commit()
    return row


def found(row: FairnessAudit, measure: str, field: str = "accent") -> Table:
    every = tables.read(row.tables)
    return next(each for each in every if (each.measure, each.field) == (measure, field))


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return crowd.program(workspace)


def test_each_measure_by_group(program: Program) -> None:
    crowd.voices(
        program, 80, halves,
        wrong=lambda at: (3 if at % 2 else 1) if at < 48 else None,
        highlighted=lambda at: at % 4 != 1,
        kind=lambda at: "audio" if at % 8 == 1 else "video",
        refused=lambda at: at % 16 == 1,
        confidence=lambda at: 0.7 if at % 2 else 0.9,
    )  # fmt: skip
    row = made(program)
    wer = found(row, "word_error")
    assert [(c.group, c.n, round(c.value, 4)) for c in wer.cells] == [
        ("North", 24, round(3 / 15, 4)),
        ("South", 24, round(1 / 15, 4)),
    ]
    assert wer.ratio is not None and (wer.ratio.worst, wer.ratio.best) == ("North", "South")
    assert round(wer.ratio.value, 2) == 3.0 and wer.told == "differs"
    shown = found(row, "highlighted")
    assert [(c.n, c.value, c.of_size) for c in shown.cells] == [
        (40, 0.5, 0.6667),
        (40, 1.0, 1.3333),
    ]
    assert shown.ratio is not None and shown.ratio.worst == "North"
    assert [c.value for c in found(row, "no_camera").cells] == [0.25, 0.0]
    assert [c.value for c in found(row, "camera_failed").cells] == [0.125, 0.0]
    assert [c.value for c in found(row, "corrected").cells] == [0.6, 0.6]
    assert [round(c.value, 3) for c in found(row, "doubt").cells] == [0.3, 0.1]
    assert row.engines == ["whisper tiny 1"] and row.verdict == "gap"


def test_sentiment_is_wrong_where_people_put_it_right(program: Program) -> None:
    ids = crowd.voices(program, 40, halves)
    for at, voice in enumerate(ids):
        answer = db.session.get_one(Submission, voice).answers[0]
        wrong = at % 2 == 1 and at < 20
        own = {
            "workspace_id": program.workspace_id, "program_id": program.id, "answer_id": answer.id,
            "position": 0, "start": 0.0, "end": 9.0, "digest": "", "kind": "sentiment",
            "value": ["negative" if wrong else "positive"],
        }  # fmt: skip
        reason = "wrong" if wrong else "right"
        db.session.add(Correction(**own, machine=[["positive", 0.5, 0.9]], reason=reason))
        if wrong:  # and so it was where the machine hadn't heard the words: that isn't its fault
            db.session.add(Correction(**own, engine=kinds.UNHEARD, reason=reason))
    db.session.commit()
    row = made(program)
    assert [c.value for c in found(row, "sentiment_error").cells] == [0.5, 0.0]
    assert [c.value for c in found(row, "corrected").cells] == [0.5, 0.0]


def test_words_put_back_as_they_were_heard_tell_nothing(program: Program, owner: object) -> None:
    answer = factories.answer(factories.submission(program, fields={"accent": "North"}))
    transcript = factories.transcript(answer, "It came late.", engine="whisper")
    person = editing.Author(editing.STAFF, None)
    segment = transcript.segments[0].id
    editing.save(transcript, 0, person, {segment: "It never came."})
    db.session.commit()
    assert gathering.gather(program).facts["word_error"][answer.submission_id] == (2, 3)
    editing.restore(transcript, 1, person)
    db.session.commit()
    assert "word_error" not in gathering.gather(program).facts


def test_a_voice_that_is_taken_back_is_counted_no_more(program: Program) -> None:
    ids = crowd.voices(program, 44, halves, refused=lambda _: True)
    assert found(made(program), "corrected").cells[0].n == 22
    for voice in ids[:20]:
        erasure.everything(db.session.get_one(Submission, voice), "staff")
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(CaptureEvent)) == 24
    assert db.session.scalar(select(func.count()).select_from(FairnessCounted)) == 24
    assert found(made(program), "corrected").cells[0].n == 12


def test_one_erasure_shows_in_no_later_figure(program: Program) -> None:
    """The same figures stand until ten have come or gone, and say from when they are."""
    ids = crowd.voices(program, 60, halves, highlighted=lambda at: at == 3)
    first = found(made(program), "highlighted")
    consent.withdraw(db.session.get_one(Submission, ids[3]))
    db.session.commit()
    second = found(made(program), "highlighted")
    assert second == first and history.trend(second, [first]) == "not measured anew"


def test_a_group_that_became_too_small_goes_from_older_figures_too(program: Program) -> None:
    ids = crowd.voices(program, 40, lambda at: {"accent": "North" if at < 12 else "South"})
    assert found(made(program), "corrected").cell("North")
    for voice in ids[:4]:
        erasure.everything(db.session.get_one(Submission, voice), "staff")
    db.session.commit()
    table = found(made(program), "corrected")
    assert not any(cell.shown for cell in table.cells) and table.ratio is None


def test_a_hidden_groups_figure_is_in_no_row_page_or_file(program: Program) -> None:
    program.fields[0].choices = ["North", "South", "East"]
    db.session.commit()
    crowd.voices(
        program, 64, lambda at: {"accent": "East"} if at < 4 else halves(at),
        highlighted=lambda at: at < 4,
    )  # fmt: skip
    row = made(program)
    table = found(row, "highlighted")
    hidden = [c for c in table.cells if not c.shown]
    assert len(hidden) == 2 and {"East"} < {c.group for c in hidden}
    assert all((c.n, c.value, c.high) == (0, 0.0, 0.0) for c in hidden)
    said = "\n".join([*history.as_csv([row]), *saying.lines([table], 10)])
    assert "too few" in said and ",4," not in said


@pytest.mark.parametrize(
    ("fields", "groups", "sentence"),
    [
        (None, {}, notes.NO_FIELDS),
        (["North", "South"], {}, notes.NOBODY_SAID),
        (["North", "South"], {"accent": "North"}, "Accent: all who said chose the same"),
        (["North", "South"], {"accent": "Mars"}, notes.NOBODY_SAID),
    ],
)
def test_where_there_is_nothing_to_compare_a_sentence_says_why(
    workspace: Workspace, fields: list[str] | None, groups: Mapping[str, str], sentence: str
) -> None:
    program = crowd.program(workspace, accent=fields or [])
    assert made(program).notes == [notes.NO_VOICES]
    crowd.voices(program, 12, lambda _: groups, kind=lambda _: "text")
    row = made(program)
    assert any(each.startswith(sentence) for each in row.notes), row.notes
    assert row.verdict == "thin"


def test_groups_and_words_that_are_missing_are_said(program: Program) -> None:
    crowd.voices(program, 6, halves, kind=lambda _: "text")
    assert notes.NO_RECORDINGS in made(program).notes
    crowd.voices(program, 6, halves)
    row = made(program)
    assert notes.NO_CORRECTIONS in row.notes
    assert "Accent: no two groups have 10 respondents yet." in row.notes


def test_of_two_audits_at_once_one_is_kept(program: Program) -> None:
    crowd.voices(program, 40, halves)
    audits.watch_of(program)
    db.session.commit()
    draw = audits.draw

    def slow(*arguments: object) -> object:
        result = draw(*arguments)  # type: ignore[arg-type]
        db.session.execute(FairnessWatch.__table__.update().values(edition=7))
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audits, "draw", slow)
        with pytest.raises(Conflict):
            audits.make(program, "clock")
    db.session.rollback()


def test_the_minimum_is_a_setting(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd.voices(program, 24, halves)
    settings: Settings = runtime.settings()
    monkeypatch.setattr(runtime, "settings", lambda: replace(settings, fairness_minimum=13))
    assert not any(c.shown for c in found(made(program), "corrected").cells)
