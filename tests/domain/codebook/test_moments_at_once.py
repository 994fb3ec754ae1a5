"""A change of the codebook is carried out while the moments of a voice are being found: they are
about what is heard in them by then."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain import highlights, processing, understanding
from app.domain.codebook import changes, reshaping
from app.domain.understanding import Finding, Heard, Tag
from app.extensions import db
from app.models import CodebookChange, Program, Step, Workspace
from tests import factories
from tests.domain.codebook.listening import BY, carried_out, tags
from tests.domain.codebook.spoken import moments, named
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from workers import steps
from workers.perform import Publish, Work, perform

SAID = "The staff was really awful and rude to me all the time and I hated it."
ANGRY = (Tag("sentiment", "negative", -0.9, 0.95, *BY), Tag("emotion", "anger", 0.9, 0.9, *BY))


@pytest.fixture
def step(workspace: Workspace) -> Step:
    """Finds the moments of a voice that is about Staff."""
    answer = factories.answer(factories.submission(factories.program(workspace)))
    said = factories.transcript(answer, SAID)
    understanding.publish(said, [Finding(ANGRY, (Heard("Staff", 0.9, *BY),))])
    run = processing.begin(answer)
    for each in run.steps:
        each.state = {"highlight": "due", "notify": "waiting"}.get(each.name, "done")
    db.session.commit()
    return next(each for each in run.steps if each.name == "highlight")


@pytest.mark.parametrize("when", ["before it is published", "while it is published"])
def test_staff_becomes_delivery(
    app: Flask, workspace: Workspace, step: Step, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    program = db.session.query(Program).one()
    change = reshaping.plan_merge(
        program, named(program, "Staff"), named(program, "Delivery"), None
    )
    db.session.commit()
    step_id, change_id, gate = step.id, change.id, Gate()
    db.session.remove()
    if when == "before it is published":
        real = steps.highlight

        def highlight(work: Work) -> Publish:
            return gate.after(real)(work)

        monkeypatch.setitem(steps.STEPS, "highlight", highlight)
    else:
        monkeypatch.setattr(highlights, "publish", gate.before(highlights.publish))

    def merge() -> None:
        change = db.session.get_one(CodebookChange, change_id)
        changes.apply(change)
        db.session.commit()
        carried_out(change)

    with gate.holding(app, lambda: perform(step_id)), beside(app, merge):
        if when == "while it is published":
            until_it_waits()
            gate.let_go()
    program = db.session.query(Program).one()
    assert db.session.get_one(Step, step_id).state == "done"
    assert tags(program) == {SAID: ["Delivery"]} and moments(program) == {SAID: ["Delivery"]}
