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
from app.queue import connect
from tests import services
from tests.conftest import ROOT
from workers.media import sandbox
from workers.worker import announce


def test_says_that_it_is_well(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "sandbox": None, "sandbox_missing": []}


def test_names_the_layers_that_the_media_worker_found(client: FlaskClient) -> None:
    announce(runtime.settings())
    answer = client.get("/healthz")
    missing = [name for name, works in sandbox.layers().items() if not works]
    assert answer.json == {
        "status": "ok",
        "sandbox": sandbox.layers(),
        "sandbox_missing": missing,
    }
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

        monkeypatch.setattr(socket, "gethostname", lambda: "third")
        boxes.tell(connect(url), dict(sandbox.layers(), limits=False))
        found = boxes.found(here)
        assert found is not None
        assert found == dict(sandbox.layers(), limits=False)

        monkeypatch.setattr(boxes, "FRESH_S", -1.0)
        assert boxes.found(here) is None
