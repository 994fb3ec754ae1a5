"""With the real encoder: five passages that people put under a theme bring others there, and the
undoing takes them back."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.codebook import changes
from app.domain.corrections import deciding, kinds, teaching
from app.extensions import db
from app.models import Answer, Member, Mention, Program, Segment, Theme, Workspace
from tests import factories
from workers.perform import perform

pytestmark = pytest.mark.slow

TAUGHT = (
    "My points went missing from the app again.",
    "The stars I had collected were gone at the till.",
    "I saved stamps for a year and they let them expire.",
    "They never gave me the double points for my birthday.",
    "My balance of points is back to nought since the update.",
)
LIKE = "All my points vanished after the new update."
OTHER = "The driver left the parcel in the rain."


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    program = factories.program(workspace)
    program.themes.append(Theme(name="Club", description="Our club for regulars", position=2))
    answer = factories.answer(factories.submission(program))
    said = factories.transcript(answer, *TAUGHT, LIKE, OTHER)
    for segment in said.segments:
        segment.understood = True
    return factories.save(program)


def about(text: str) -> list[str]:
    db.session.expire_all()
    rows = db.session.query(Theme.name).join(Mention).join(Segment).filter(Segment.text == text)
    return [name for (name,) in rows]


def test_five_examples_bring_others_there(program: Program, owner: Member) -> None:
    club = program.themes[2].id
    for segment in db.session.query(Segment).filter(Segment.text.in_(TAUGHT)):
        answer = db.session.get_one(Answer, segment.transcript.answer_id)
        here = deciding.passage(answer.submission, segment.id)
        why = kinds.why("missed", "words", "")
        deciding.correct(here, "theme", [club], why, deciding.seen(here, "theme"), owner)
    change = teaching.plan(program, owner)
    db.session.commit()
    perform(change.runs[0].steps[0].id)
    db.session.expire_all()
    assert change.preview["themes"][club]["gained"] >= 1
    assert about(LIKE) == []
    changes.apply(change)
    db.session.commit()
    perform(change.runs[-1].steps[0].id)
    db.session.expire_all()
    assert change.state == "applied"
    assert about(LIKE) == ["Club"]
    assert "Club" not in about(OTHER)
    changes.undo(change)
    db.session.commit()
    perform(change.runs[-1].steps[0].id)
    assert about(LIKE) == []
    assert about(TAUGHT[0]) == ["Club"]
