"""Recordings heard again with pauses, by a real engine; and the command."""

from __future__ import annotations

import json
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app import runtime
from app.domain import editing, erasure, processing
from app.domain.fairness import audits, gathering, pauses, stops
from app.extensions import db
from app.models import (
    Answer,
    FairnessAudit,
    Highlight,
    Label,
    Member,
    PauseCheck,
    Program,
    Run,
    Step,
    Workspace,
)
from bench.recorded import OWN, sound
from storage import keys
from tests import factories
from tests.conftest import DATABASE
from tests.domain.fairness import crowd
from workers.__main__ import main
from workers.perform import perform
from workers.transcribe.base import SAMPLE_RATE
from workers.transcribe.pauses import with_pauses


def test_pauses_lie_between_words_and_spread_over_what_was_said() -> None:
    words = [(at * 0.5, at * 0.5 + 0.4) for at in range(40)]
    at = pauses.places(words)
    assert len(at) == 4
    assert all(any(a[1] <= each <= b[0] for a, b in pairwise(words)) for each in at)
    assert pauses.places([(0.0, 1.0)]) == () == pauses.places([])
    assert len(pauses.places([(t * 1.0, t + 0.9) for t in range(100)])) == pauses.MOST_PAUSES


def test_silence_is_put_in_and_every_sound_stays() -> None:
    samples = np.sin(np.arange(3 * SAMPLE_RATE) / 20).astype(np.float32)
    samples[SAMPLE_RATE : SAMPLE_RATE + 3200] = 0
    made = with_pauses(samples, [2.0, 1.0], 2.0)
    assert len(made) == len(samples) + 4 * SAMPLE_RATE and made.dtype == np.float32
    quiet = made[SAMPLE_RATE : 3 * SAMPLE_RATE]
    assert float(np.abs(quiet).max()) < 0.01
    assert np.array_equal(made[-SAMPLE_RATE:], samples[-SAMPLE_RATE:])


@pytest.fixture
def corrected(app: Flask, workspace: Workspace, owner: Member) -> Answer:
    """A recording of speech whose first word people put right."""
    program = crowd.program(workspace)
    answer = factories.answer(factories.submission(program, fields={"accent": "North"}))
    recording = answer.recording
    assert recording is not None
    text = "I was waiting five days for my package. I want a refund."
    samples = sound(OWN / "phrase-2-rms.ogg")
    folder = runtime.settings().scratch
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "x.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(SAMPLE_RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    recording.audio_key = keys.audio(recording.id, "1")
    runtime.storage().put_file(recording.audio_key, path)
    transcript = factories.transcript(answer, f"um {text}")
    editing.save(transcript, 0, editing.staff(owner), {transcript.segments[0].id: text})
    db.session.commit()
    return answer


@pytest.mark.slow
def test_a_corrected_recording_is_heard_twice_more_and_only_counts_are_kept(
    corrected: Answer,
) -> None:
    program = corrected.submission.program
    assert pauses.order(program) == 1
    db.session.commit()
    step = db.session.scalars(select(Step).where(Step.name == "pauses")).one()
    perform(step.id)
    db.session.expire_all()
    assert step.state == "done", step.error
    check = db.session.scalars(select(PauseCheck)).one()
    assert check.engine.startswith("pocketsphinx") and check.words > 5 and check.pauses >= 1
    found = gathering.gather(program).facts["inserted_paused"]
    assert found == {corrected.submission_id: (check.inserted_paused, check.words)}
    assert pauses.order(program) == 0 and db.session.scalars(select(Run)).all() == []
    erasure.everything(corrected.submission, "staff")
    db.session.commit()
    assert db.session.scalars(select(PauseCheck)).all() == []


def test_a_recording_that_was_taken_back_meanwhile_is_passed_over(corrected: Answer) -> None:
    pauses.order(corrected.submission.program)
    db.session.commit()
    step = db.session.scalars(select(Step).where(Step.name == "pauses")).one()
    erasure.everything(corrected.submission, "staff")
    db.session.commit()
    perform(step.id)
    db.session.refresh(step)
    assert step.state == "done" and "taken back" in step.stage


def heard(*arguments: str | Path) -> str:
    """What the command prints."""
    env = {
        "HEARD_DATA": str(runtime.settings().data), "HEARD_TESTING": "yes", "FETCH_MODELS": "no",
        "SPEECH_ENGINE": "pocketsphinx",
    }  # fmt: skip
    done = CliRunner().invoke(main, ["audit", "fairness", *map(str, arguments)], env=env)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.skipif(bool(DATABASE), reason="the command reads the data folder's own database")
def test_the_command_measures_keeps_and_takes_a_file_of_what_was_said(
    app: Flask, workspace: Workspace, tmp_path: Path
) -> None:
    program: Program = crowd.program(workspace)
    ids = crowd.voices(
        program, 40, lambda at: {"accent": ("North", "South")[at % 2]},
        reference=lambda at: f"C-{at}",
    )  # fmt: skip
    said = json.loads(heard("--json", "--program", program.name))
    assert said["kept"] and "voices" not in said and not said["highlighting_rests"]
    assert {each["measure"] for each in said["tables"]} >= {"doubt", "highlighted", "corrected"}
    answers = {answer.submission_id: answer.id for answer in db.session.scalars(select(Answer))}
    file = tmp_path / "said.csv"
    rows = [f"{answers[voice]},it came early" for voice in ids[:24]]
    file.write_text("\n".join(["answer,text", *rows, "nobody,hello"]))
    said = json.loads(heard("--json", "--program", program.name, "--references", file))
    assert not said["kept"] and said["rows_without_recording"] == [26]
    table = next(each for each in said["tables"] if each["measure"] == "word_error")
    # "It came nine days late …": 12 words more than were said, and one that is another
    assert [(g["n"], round(g["value"], 2)) for g in table["groups"]] == [(12, 4.33), (12, 4.33)]
    db.session.rollback()
    assert len(db.session.scalars(select(FairnessAudit)).all()) == 1
    lines = heard("--program", program.name, "--pauses", "0")
    assert "worst ÷ best" in lines and "40" not in lines.splitlines()[1]


def test_the_step_waits_under_a_stop_and_is_done_again_after_it(
    app: Flask, workspace: Workspace, owner: Member
) -> None:
    program = crowd.program(workspace)
    crowd.voices(
        program, 80, lambda at: {"accent": ("North", "South")[at % 2]},
        highlighted=lambda at: at % 2,
    )  # fmt: skip
    audits.make(program, "clock")
    answer = factories.answer(factories.submission(program, fields={"accent": "North"}))
    said = "It came nine days late and the box was torn wide open."
    passage = factories.transcript(answer, said).segments[0]
    sure = {"score": -0.9, "confidence": 0.9, "engine": "x", "version": "1"}
    passage.labels.append(Label(kind="sentiment", value="negative", **sure))
    passage.labels.append(Label(kind="emotion", value="anger", **{**sure, "score": 0.9}))
    run = processing.begin(answer)
    for each in run.steps:
        each.state = {"highlight": "due", "notify": "waiting"}.get(each.name, "done")
    db.session.commit()
    step = next(each for each in run.steps if each.name == "highlight")
    perform(step.id)
    db.session.refresh(step)
    assert (step.state, step.stage) == ("done", stops.WAITS)
    assert moments(answer) == 0
    stops.go(program, owner, "We looked.")
    db.session.commit()
    assert stops.catch_up() == 1
    perform(step.id)
    db.session.refresh(step)
    assert (step.state, step.stage) == ("done", "1 moment")
    assert moments(answer) == 1


def moments(answer: Answer) -> int:
    query = select(func.count(Highlight.id)).where(Highlight.answer_id == answer.id)
    return db.session.scalar(query) or 0
