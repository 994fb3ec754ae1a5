"""A theme decision that is taken back after the codebook was changed gives way to what the machine
says by now, not to what it said before."""

from __future__ import annotations

import pytest

from app.domain import processing, transcripts
from app.domain.codebook import changes, reshaping, themes, versions
from app.domain.corrections import deciding
from app.extensions import db
from app.models import Correction, Program, now
from tests.domain.codebook.listening import carried_out
from tests.domain.corrections.conftest import Voice, found


def take_back(voice: Voice, made: Correction) -> None:
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    db.session.expire_all()


def retagged(program: Program) -> None:
    """What the text worker does, and that its step is done."""
    change = versions.under_way(program)
    assert change is not None
    carried_out(change)
    for run in change.runs:
        for step in run.steps:
            step.state, step.finished_at = "done", now()
    db.session.commit()


def parking(program: Program) -> None:
    themes.add(program, "Parking", "Where to leave the car")
    db.session.commit()
    retagged(program)


def test_it_is_heard_anew_where_the_codebook_was_changed_meanwhile(
    voice: Voice, program: Program, delivery: str
) -> None:
    run = processing.begin(voice.answer)
    for step in run.steps:
        step.state, step.finished_at = "done", now()
    made = voice.correct("theme", delivery)
    parking(program)
    take_back(voice, made)
    assert transcripts.to_understand(voice.transcript) == [voice.first]
    states = {step.name: step.state for step in run.steps}
    assert (states["understand"], states["highlight"]) == ("due", "waiting")
    voice.heard(found(themes=("Parking",)), found())
    assert voice.first.understood
    assert [each.theme.name for each in voice.first.mentions] == ["Parking"]


def test_a_later_decision_keeps_what_was_heard_before_an_earlier_one(
    voice: Voice, program: Program, delivery: str
) -> None:
    voice.correct("theme", delivery)
    parking(program)
    second = voice.correct("theme")
    take_back(voice, second)
    assert voice.stands("theme") == (delivery,)
    assert not voice.first.understood


def test_also_where_a_change_was_only_undone_meanwhile(
    voice: Voice, program: Program, delivery: str
) -> None:
    first, staff = program.themes
    changes.apply(reshaping.plan_merge(program, staff, first, None))
    db.session.commit()
    retagged(program)
    made = voice.correct("theme")
    changes.undo(versions.history(program)[0])
    db.session.commit()
    retagged(program)
    take_back(voice, made)
    assert not voice.first.understood


@pytest.mark.parametrize("kind", ["theme", "sentiment"])
def test_else_the_machines_word_is_its_newest(voice: Voice, program: Program, kind: str) -> None:
    parking(program)
    made = voice.correct(kind, *(["negative"] if kind == "sentiment" else []))
    if kind == "sentiment":
        themes.change(program, program.themes[0], "Post", "Parcels and letters")
    take_back(voice, made)
    assert voice.first.understood
    assert voice.stands(kind) == (("neutral",) if kind == "sentiment" else (program.themes[1].id,))
