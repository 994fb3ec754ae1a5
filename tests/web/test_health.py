from __future__ import annotations

from flask.testing import FlaskClient

from app import runtime
from workers.media import sandbox
from workers.worker import note_sandbox


def test_says_that_it_is_well(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "sandbox": None}


def test_names_the_layers_that_the_media_worker_found(client: FlaskClient) -> None:
    note_sandbox(runtime.settings().sandbox_note)
    answer = client.get("/healthz")
    assert answer.json == {"status": "ok", "sandbox": sandbox.layers()}
    assert set(sandbox.layers()) == {
        *("no network", "dies with its worker", "limits"),
        *("few processes", "sees its own files only"),
    }
