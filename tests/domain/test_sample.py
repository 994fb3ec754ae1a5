"""The sample program: its own files, the real pipeline, removed without a trace."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select, text

from app import runtime
from app.domain import follow_ups, sample, search
from app.domain.errors import Conflict
from app.extensions import db
from app.models import (
    Base,
    FollowUp,
    Highlight,
    Invitation,
    Program,
    Recording,
    Step,
    Submission,
    Theme,
    Workspace,
    now,
)
from storage import keys
from tests import factories

TOLD = json.loads((sample.FOLDER / "sample.json").read_text())
MEDIA = [sample.FOLDER / each["media"] for each in TOLD["submissions"] if "media" in each]
needs_media = pytest.mark.skipif(
    not all(path.exists() for path in MEDIA), reason="the sample's recordings aren't here"
)


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@needs_media
def test_it_goes_down_the_real_pipeline_once(workspace: Workspace) -> None:
    program = sample.load(workspace)
    db.session.commit()
    assert sample.load(workspace).id == program.id
    assert program.is_sample
    assert count(Submission) == len(TOLD["submissions"]) >= 12
    assert count(Recording) == len(MEDIA)
    due = db.session.scalars(select(Step.name).where(Step.state == "due")).all()
    assert len(due) == len(TOLD["submissions"])
    assert set(due) == {"probe", "transcribe"}
    assert sample.recording_path(program).startswith("/r/")


@needs_media
def test_each_recording_is_kept_whole(workspace: Workspace) -> None:
    sample.load(workspace)
    for recording in db.session.scalars(select(Recording)):
        stat = runtime.storage().stat(recording.original_key)
        assert stat is not None and stat.size == recording.size > 1000
        assert recording.declared_type.startswith(("video/", "audio/"))


@needs_media
def test_its_dates_lie_in_the_past_and_its_values_are_known(workspace: Workspace) -> None:
    program = sample.load(workspace)
    choices = {field.key: field.choices for field in program.fields}
    for submission in db.session.scalars(select(Submission)):
        assert submission.received_at is not None and submission.received_at <= now()
        assert submission.score is None or 0 <= submission.score <= 10
        assert submission.consent is not None and "internal" in submission.consent.purposes
        for key, value in submission.fields.items():
            assert value in choices[key]


@needs_media
def test_it_is_removed_without_a_trace(workspace: Workspace) -> None:
    real = factories.program(workspace)
    answer = factories.answer(factories.submission(real))
    kept = keys.original(answer.recording.id, "1")
    runtime.storage().put(kept, b"kept")
    before = count(Theme)
    program = sample.load(workspace)
    voice = db.session.scalars(select(Submission).where(Submission.program_id == program.id))
    spoken = voice.first().answers[0]
    heard = factories.transcript(spoken, "A lantern on every corner.")
    factories.highlight(spoken, heard, themes=program.themes[:1])
    follow_ups.from_machine(spoken.submission, factories.need("Asks for a person", "Call me", 0.9))
    sample.remove(program)
    db.session.commit()
    if db.engine.dialect.name == "sqlite":
        found = text("SELECT count(*) FROM segment_search WHERE segment_search MATCH 'lantern'")
        assert db.session.scalar(found) == 0
    assert search.by_words(workspace.id, "lantern").hits == []
    assert (count(Highlight), count(FollowUp), count(Invitation)) == (0, 0, 0)
    assert sample.of(workspace.id) is None
    assert (count(Program), count(Submission), count(Recording), count(Step)) == (1, 1, 1, 0)
    assert count(Theme) == before
    assert list(runtime.storage().list("")) == [kept]


def test_a_real_program_is_not_removed_in_one_click(workspace: Workspace) -> None:
    with pytest.raises(Conflict):
        sample.remove(factories.program(workspace))
