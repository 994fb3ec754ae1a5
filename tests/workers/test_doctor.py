"""The doctor names ffmpeg's layers as the running workers have them, and the running web."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import boxes
from tests.conftest import settings_for
from workers import doctor
from workers.media import sandbox


@pytest.fixture
def web() -> Iterator[str]:
    class Web(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "ok"}' if self.path == "/healthz" else b"?")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_layers_are_those_of_the_running_worker_and_missing_ones_say_what_to_do(
    tmp_path: Path,
) -> None:
    settings = settings_for(tmp_path)
    tried = {finding.words.partition(":")[0] for finding in doctor._sandbox(settings)}
    assert tried == set(sandbox.layers())

    boxes.note(settings.sandbox_note, {**dict.fromkeys(sandbox.layers(), True), "limits": False})
    found = {finding.words.partition(":")[0]: finding for finding in doctor._sandbox(settings)}
    weak = found.pop("limits")
    assert weak.level == "note"
    assert "install util-linux (prlimit) (as the media worker found)" in weak.words
    assert {finding.level for finding in found.values()} == {"ok"}


@pytest.mark.parametrize("engine", ["whisper", "faster-whisper"])
def test_an_engine_whose_model_is_missing_is_no_speech(tmp_path: Path, engine: str) -> None:
    missing = settings_for(tmp_path, SPEECH_ENGINE=engine, WHISPER_MODEL="base")
    (finding,) = doctor._speech(missing)
    assert (finding.level, "base isn't here" in finding.words) == ("bad", True)
    bundled = dataclasses.replace(missing, whisper_model="heard-tiny-flite")
    (finding,) = doctor._speech(bundled)
    assert (finding.level, finding.words) == ("ok", f"{engine} heard-tiny-flite")


def test_the_web_is_asked_at_its_address(tmp_path: Path, web: str) -> None:
    settings = dataclasses.replace(settings_for(tmp_path), base_url=web)
    assert [finding.level for finding in doctor._server(settings)] == ["ok"]
    elsewhere = dataclasses.replace(settings, base_url="http://127.0.0.1:1")
    (finding,) = doctor._server(elsewhere)
    assert finding.level == "note"
    assert "Connection refused" in finding.words
    other = dataclasses.replace(settings, base_url=f"{web}/other")
    assert [finding.level for finding in doctor._server(other)] == ["note"]
