"""A 60 s recording from the upload's end to highlights, against bare engine, copy and decode.

Interleaved A/B, medians, warm: the first pass of each loads the models and is told apart.
The goal is at most 1.15 (docs: performance).
"""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from flask_migrate import upgrade

from app import create_app
from app.config import read_settings
from app.domain import pipeline, processing
from app.extensions import db
from app.models import Answer, Member, Program, Recording, Run, Workspace, new_id
from bench.media import minute_of_speech
from bench.table import show
from storage import keys
from workers.transcribe import engine_of

ROUNDS = 5  # pairs, interleaved
GOAL = 1.15


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="heard-bench-") as name:
        folder = Path(name)
        source = minute_of_speech(folder)
        settings = read_settings({**_env(), "HEARD_DATA": str(folder / "data")})
        with create_app(settings).app_context():
            upgrade("migrations")
            program = _program()
            print(f"  engine: {engine_of(settings).name} {engine_of(settings).model}")
            began = time.perf_counter()
            heard = engine_of(settings).load()
            _ours(program, source)
            first = time.perf_counter() - began
            loads = heard + _text(settings)
            ours, bare, steps = [], [], []
            for _ in range(ROUNDS):
                seconds, taken = _timed(lambda: _ours(program, source))
                ours.append(seconds)
                steps.append(taken)
                bare.append(_timed(lambda: _bare(settings, source, folder))[0])
            later = engine_of(settings).load() + _text(settings) - (loads - heard)
    _report(first, ours, bare, steps, loads, later)


def _report(first, ours, bare, steps, loads, later) -> None:  # type: ignore[no-untyped-def]
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    show(
        ("what", "seconds (median)"),
        [
            ("whole pipeline, first (cold)", f"{first:.2f}"),
            ("whole pipeline, warm", f"{statistics.median(ours):.2f}"),
            *(
                (f"  {kind.name}", f"{statistics.median(each[kind.name] for each in steps):.3f}")
                for kind in pipeline.RECORDING
            ),
            ("bare engine + copy + decode", f"{statistics.median(bare):.2f}"),
        ],
    )
    print(f"  pipeline ÷ bare: {ratio:.2f} (goal ≤ {GOAL})")
    print(f"  model loading, later jobs ÷ first: {later / loads if loads else 0:.3f} (goal ≤ 0.01)")


def _env() -> dict[str, str]:
    import os

    return {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}


def _text(settings) -> float:  # type: ignore[no-untyped-def]
    """Seconds spent on loading the encoder so far, in this process."""
    from workers.understand import shared

    return float(shared(*settings.text_models).load_seconds)


def _program() -> Program:
    from app.domain import programs

    workspace = Workspace(name="Bench")
    db.session.add(workspace)
    db.session.flush()
    db.session.add(Member(workspace_id=workspace.id, email="bench@localhost", role="owner"))
    program = programs.create(workspace, programs.Description(name="Bench", question="How was it?"))
    db.session.commit()
    return program


def _ours(program: Program, source: Path) -> dict[str, float]:
    """Through the real steps; what each of them took."""
    from app import runtime
    from tests import factories
    from workers.perform import perform

    answer = Answer(kind="video", submission_id=factories.submission(program).id)
    recording = Recording(id=new_id())
    stored = runtime.storage().put_file(keys.original(recording.id, new_id()), source)
    recording.original_key, recording.size, recording.sha256 = (
        stored.key,
        stored.size,
        stored.sha256,
    )
    answer.recording = recording
    db.session.add(answer)
    db.session.flush()
    run: Run = processing.begin(answer)
    db.session.commit()
    taken = {}
    for step_id, name in [(step.id, step.name) for step in run.steps]:
        taken[name], _ = _timed(lambda step_id=step_id: perform(step_id))
    db.session.expire_all()
    states = {step.name: (step.state, step.error) for step in run.steps}
    assert all(state == "done" for state, _ in states.values()), states
    return taken


def _bare(settings, source: Path, folder: Path) -> None:  # type: ignore[no-untyped-def]
    """The same work by the tools alone: copy, decode, transcribe."""
    from workers.media.ffmpeg import binary
    from workers.transcribe.audio import load

    copy, wav = folder / "bare.webm", folder / "bare.wav"
    quiet = [binary(), "-v", "error", "-nostdin", "-y", "-i", str(source)]
    subprocess.run([*quiet, "-c", "copy", str(copy)], check=True)
    subprocess.run([*quiet, "-vn", "-ac", "1", "-ar", "16000", str(wav)], check=True)
    engine_of(settings).transcribe(load(wav))


def _timed(call: Callable[[], object]) -> tuple[float, object]:
    began = time.perf_counter()
    result = call()
    return time.perf_counter() - began, result
