"""An edit is heard anew by the real encoder: the passage that changed, and no other."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain import editing, processing
from app.extensions import db
from app.models import Member, Transcript, Workspace
from tests import factories
from workers.perform import perform


def labels(transcript: Transcript) -> list[list[tuple[int, str]]]:
    return [
        [(label.id, label.value) for label in segment.labels if label.kind == "sentiment"]
        for segment in transcript.segments
    ]


@pytest.mark.slow
def test_only_the_passage_that_changed_is_heard_anew(
    app: Flask, workspace: Workspace, owner: Member
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    words = factories.transcript(
        answer, "It came nine days late and the box was torn open.",
        "The driver was very kind to my mother.", "I love the new app.",
    )  # fmt: skip
    run = processing.begin(answer)
    named = {step.name: step for step in run.steps}
    for name, step in named.items():
        step.state = {"understand": "due", "highlight": "waiting"}.get(name, "done")
    db.session.commit()
    work = [named["understand"].id, named["highlight"].id]
    for step_id in work:
        perform(step_id)
    db.session.expire_all()
    before = labels(words)
    assert before[1][0][1] == "positive"

    rude = {words.segments[1].id: "The driver was very rude to my mother."}
    editing.save(words, 0, editing.staff(owner), rude)
    db.session.commit()
    for step_id in work:
        perform(step_id)
    db.session.expire_all()
    after = labels(words)
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] != before[1] and after[1][0][1] == "negative"
    assert named["understand"].stage.endswith("in 1 passage")
    assert named["highlight"].state == "done"
