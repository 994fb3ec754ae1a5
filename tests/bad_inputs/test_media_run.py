"""Bad recordings on their whole way: the row says why, the worker lives, the next one succeeds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from app import queue, runtime
from app.domain import processing
from app.extensions import db
from app.models import Answer, Run, Workspace, new_id
from storage import keys
from tests import factories
from tests.bad_inputs.make_media import OPUS, PICTURE, READY, TONE, VP8, catalogue, make
from tests.bad_inputs.media_canary import TEXT, canary
from tests.conftest import ROOT
from tests.services import eventually, running, valkey

pytestmark = pytest.mark.slow
SOME = ("hls.mp4", "refers-to-file.mov", "huge.webm")
SPELLED = "../../concat:/etc/passwd|subfile,,start,0,:\r\n<img src=x>.mp4"


def begun(path: Path, workspace: Workspace) -> Run:
    """The run of a recording that was received as it is, under a name of its sender's choice."""
    answer = factories.answer(factories.submission(factories.program(workspace)))
    recording = answer.recording
    recording.filename, recording.declared_type = SPELLED, "video/mp4; codecs=<b>"
    recording.original_key = keys.original(recording.id, new_id())
    runtime.storage().put_file(recording.original_key, path)
    run: Run = processing.begin(answer)
    db.session.commit()
    return run


def test_bad_ones_fail_in_words_and_the_next_good_one_is_ready(
    app: Flask, workspace: Workspace, tmp_path: Path
) -> None:
    settings = runtime.settings()
    with canary(tmp_path) as bird, valkey() as url:
        bad = {each.name: each for each in catalogue(bird.address, bird.file)}
        runs = []
        for name in SOME:
            bad[name].write(tmp_path / name)
            runs.append((bad[name], begun(tmp_path / name, workspace)))
        good = tmp_path / "good.webm"
        make(good, *PICTURE, *TONE, *VP8, *OPUS)
        last = begun(good, workspace)
        env = {"HEARD_DATA": str(settings.data), "REDIS_URL": url, "FETCH_MODELS": "no"}
        env |= {"SECRET_KEY": "x", "DATABASE_URL": settings.database_url, "HEARD_TESTING": "yes"}
        env["STORAGE_URL"] = settings.storage_url
        bird.opened()
        command = [sys.executable, "-m", "workers", "worker", "media"]
        with running(
            command, cwd=ROOT, env={**os.environ, **env}, stderr=subprocess.DEVNULL
        ) as worker:
            for _, run in [*runs, (None, last)]:
                queue.ring(url, "media", queue.RUN_STEP, run.steps[0].id)

            def ready() -> bool:
                db.session.expire_all()
                db.session.rollback()
                return last.steps[1].state in ("done", "failed", "dead")

            eventually(ready, 120, "the good one is prepared")
            assert worker.poll() is None
        assert bird.asked == []
        assert not bird.opened()
    assert [step.state for step in last.steps[:2]] == ["done", "done"]
    recording = db.session.get_one(Answer, last.answer_id).recording
    assert recording is not None
    assert recording.playable_key
    assert "concat" not in recording.playable_key
    for each, run in runs:
        assert each.says != READY
        assert run.steps[0].state == "failed", each.name
        assert each.says in run.steps[0].error
        unplayable = db.session.get_one(Answer, run.answer_id).recording
        assert unplayable is not None
        assert unplayable.playable_key is None
    kept = [path for path in settings.data.rglob("*") if path.is_file()]
    assert (
        len([path for path in kept if "objects" in path.parts and path.stat().st_size])
        >= len(SOME) + 4
    )
    assert not [path for path in kept if TEXT.encode() * 2 in path.read_bytes()]
    assert list(settings.scratch.iterdir()) == []
