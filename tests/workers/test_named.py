"""What an owner wrote down is heard: a real recording, by the real engine, in a real step."""

from __future__ import annotations

import wave

import pytest
from flask import Flask

from app import runtime
from app.domain import processing, programs
from app.domain.programs import Description
from app.extensions import db
from app.models import Answer, Program, Workspace
from bench.accuracy_names import FOLDER
from bench.recorded import sound
from storage import keys
from tests import factories
from workers.perform import perform
from workers.transcribe.base import SAMPLE_RATE


def recorded(program: Program) -> Answer:
    """Somebody who says "Please send me a new Pebble Phone." """
    answer = factories.answer(factories.submission(program))
    recording = answer.recording
    assert recording is not None
    samples = sound(FOLDER / "named-06-slt.ogg")
    path = runtime.settings().scratch / "x.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    recording.audio_key = keys.audio(recording.id, "1")
    runtime.storage().put_file(recording.audio_key, path)
    return answer


def written(answer: Answer) -> str:
    run = processing.begin(answer)
    step = next(each for each in run.steps if each.name == "transcribe")
    for each in run.steps:
        each.state = "waiting"
    step.state = "due"
    db.session.commit()
    perform(step.id)
    db.session.expire_all()
    assert step.state == "done", step.error
    return " ".join(s.text for t in answer.transcripts if t.current for s in t.segments)


@pytest.mark.slow
def test_a_programs_own_names_are_heard_and_no_other_programs(
    app: Flask, workspace: Workspace
) -> None:
    named, other = (
        programs.create(workspace, Description(name, "How was it?", vocabulary=vocabulary))
        for name, vocabulary in (("First", "Pebble Phone\nZyrtec"), ("Second", "Falcon Desk"))
    )
    assert "a new Pebble Phone" in written(recorded(named))
    assert "pebble phone" not in written(recorded(other)).lower()
