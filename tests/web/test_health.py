from __future__ import annotations

import dataclasses
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import boxes, runtime
from app.domain.pipeline import QUEUES
from app.domain.vitals import Vitals, looking
from app.models import Member
from app.queue import connect, workers
from tests import services
from tests.conftest import ROOT, sign_in
from workers.media import sandbox
from workers.worker import announce


def told(client: FlaskClient) -> dict[str, object]:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    return dict(answer.json or {})


NOBODY_TOLD = {"sandbox": None, "sandbox_missing": []}


def test_the_public_hears_one_word_and_the_team_what_it_means(
    client: FlaskClient, owner: Member
) -> None:
    """Nobody is at work here."""
    assert told(client) == {"status": "degraded", **NOBODY_TOLD}
    said = told(sign_in(client, owner))
    assert said["troubles"] == ["The queue server does not answer."]
    assert said == {
        "status": "degraded", "troubles": said["troubles"], "workers": None, "waiting": {},
        "clock": None, **NOBODY_TOLD,
    }  # fmt: skip


def test_it_is_well_while_all_are_at_work(
    client: FlaskClient, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Vitals(dict.fromkeys(QUEUES, 1), {"text": 2.04}, 0.55)
    monkeypatch.setattr(looking, "look", lambda *_: seen)
    assert told(client) == {"status": "ok", **NOBODY_TOLD}
    said = told(sign_in(client, owner))
    assert (said["troubles"], said["clock"], said["waiting"]) == ([], 0.6, {"text": 2.0})


def test_names_to_everybody_the_layers_that_the_media_worker_found(client: FlaskClient) -> None:
    announce(runtime.settings())
    said = told(client)
    assert said["sandbox"] == sandbox.layers()
    assert said["sandbox_missing"] == [name for name, on in sandbox.layers().items() if not on]
    assert set(sandbox.layers()) == {
        *("no network", "dies with its worker", "limits"),
        *("few processes", "sees its own files only", "no sockets"),
    }


@pytest.mark.slow
def test_a_worker_on_another_machine_tells_through_the_queue(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real media worker with a data folder of its own; then a weaker one on a third machine."""
    with services.valkey() as url:
        env = {"HEARD_DATA": str(tmp_path / "other"), "REDIS_URL": url, "HEARD_TESTING": "yes"}
        subprocess.run(
            [sys.executable, "-m", "workers", "worker", "media", "--burst"],
            cwd=ROOT,
            env={**os.environ, **env},
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=60,
        )
        here = dataclasses.replace(runtime.settings(), redis_url=url)
        assert boxes.found(here) == sandbox.layers()
        assert workers(url, QUEUES) == {"media": 1, "speech": 0, "text": 0, "notify": 0}

        monkeypatch.setattr(socket, "gethostname", lambda: "third")
        boxes.tell(connect(url), dict(sandbox.layers(), limits=False))
        found = boxes.found(here)
        assert found is not None
        assert found == dict(sandbox.layers(), limits=False)

        monkeypatch.setattr(boxes, "FRESH_S", -1.0)
        assert boxes.found(here) is None
