"""A clip is ordered once, tried again when it failed, and its captions fit it."""

from __future__ import annotations

import pytest

from app.domain import clips, runs
from app.domain.errors import Invalid
from app.extensions import db
from app.models import Clip, Run, Step, Workspace
from tests import factories
from tests.domain.sending import Scene, scene


@pytest.fixture
def made(workspace: Workspace) -> Scene:
    return scene(workspace)


def test_a_clip_is_ordered_once(made: Scene) -> None:
    first = clips.request(made.highlight)
    db.session.commit()
    assert clips.request(made.highlight) is first
    other = clips.request(made.highlight, "captioned")
    db.session.commit()
    assert other is not first
    assert db.session.query(Run).filter(Run.clip_id.is_not(None)).count() == 2


def test_progress_is_told(made: Scene) -> None:
    assert clips.progress(None).state == "none"
    clip = clips.request(made.highlight)
    db.session.commit()
    assert clips.progress(clip).state == "waiting"
    (step,) = db.session.query(Step)
    claim = runs.claim(step.id)
    assert claim is not None
    runs.report(claim, 40, "Cutting")
    assert clips.progress(clip) == clips.Progress("working", 40, "Cutting")
    runs.fail(claim, "The disk is full.", permanent=True)
    assert clips.progress(clip) == clips.Progress("failed", error="The disk is full.")
    clips.request(made.highlight)
    db.session.commit()
    assert clips.progress(clip).state == "waiting"
    factories.cut(clip, "highlights/x/1/plain.mp4")
    db.session.commit()
    assert clips.progress(clip).state == "ready"


def test_what_was_written_has_no_clip(made: Scene) -> None:
    answer = factories.answer(made.answer.submission, "text")
    highlight = factories.highlight(answer, factories.transcript(answer, "No."), end=0.0)
    with pytest.raises(Invalid):
        clips.request(highlight)
    with pytest.raises(Invalid):
        clips.request(made.highlight, "sideways")
    assert db.session.query(Clip).count() == 0


def test_captions_begin_with_the_clip(made: Scene) -> None:
    answer = factories.answer(made.answer.submission)
    transcript = factories.transcript(answer, "This is before it.", "I was <so> angry.", "After.")
    highlight = factories.highlight(answer, transcript, start=5.0, end=10.0)
    text = clips.vtt(highlight)
    assert text.startswith("WEBVTT\n")
    assert "00:00:00.000 -->" in text and "I was &lt;so&gt; angry." in text
    assert "before" not in text and "After" not in text


def test_a_file_name_holds_nothing_that_was_typed(made: Scene) -> None:
    made.answer.submission.display_name = "../../etc\r\nX: 1"
    name = clips.filename(made.highlight, "captioned")
    assert name.isascii() and "/" not in name and name.endswith("-captioned.mp4")
