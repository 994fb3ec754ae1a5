"""The doctor names ffmpeg's layers as the running workers have them, and the running web."""

from __future__ import annotations

import dataclasses
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis import Redis

from app import boxes
from app.config import WEB_NOTE, read_settings
from tests import services
from tests.conftest import settings_for
from workers import __main__ as machine
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


def test_the_web_is_asked_where_up_says_that_it_is(tmp_path: Path, web: str) -> None:
    (tmp_path / WEB_NOTE).write_text(web)
    (finding,) = doctor._server(read_settings({"HEARD_DATA": str(tmp_path)}, look=True))
    assert (finding.level, finding.words) == ("ok", f"{web} answers")


def test_a_queue_that_refuses_is_bad_and_says_why(tmp_path: Path) -> None:
    with services.valkey() as url:
        Redis.from_url(url).config_set("requirepass", "right")
        wrong = "redis://:wrong@" + url.removeprefix("redis://")
        for address, reason in ((url, "Authentication required"), (wrong, "password")):
            settings = settings_for(tmp_path, REDIS_URL=address)
            (finding,) = doctor._queue(settings)
            assert finding.level == "bad" and reason in finding.words
            assert "See REDIS_URL" in finding.words and ":wrong@" not in finding.words
    (away,) = doctor._queue(settings_for(tmp_path))  # set, and nobody there
    assert away.level == "bad" and "See REDIS_URL" in away.words
    (none,) = doctor._queue(settings_for(tmp_path, REDIS_URL=""))
    assert none.level in ("note", "ok")  # some other server may be there


def test_where_there_is_no_heard_it_says_so_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(doctor, "_text", lambda _: iter(()))  # slow, and no part of this
    monkeypatch.setattr(doctor, "_speech", lambda _: iter(()))
    data = tmp_path / "data"
    said = CliRunner().invoke(machine.main, ["doctor", "--data", str(data)])
    assert said.exit_code == 0, said.output
    assert f"There is no Heard in {data} yet: say with --data" in said.output
    assert list(tmp_path.iterdir()) == []
