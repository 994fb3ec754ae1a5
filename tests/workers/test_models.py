from __future__ import annotations

import functools
import hashlib
import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.domain.errors import Invalid, StepFailed
from tests.conftest import settings_for
from workers import commands, models

BODY = bytes(range(256)) * 20_000
HASH = hashlib.sha256(BODY).hexdigest()


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        if "/short/" in self.path:
            self.send_response(200)
            self.send_header("Content-Length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY[:1000])
        elif "/silent/" in self.path:
            time.sleep(3)
        else:
            super().do_GET()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    root = tmp_path / "site"
    for folder in (HASH, "0" * 64):
        (root / folder).mkdir(parents=True)
        (root / folder / "base.pt").write_bytes(BODY)
    handler = functools.partial(Handler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_checkpoint_is_fetched_whole_checked_and_told(site: str, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    path = models.fetch(
        "base", tmp_path / "m", lambda *step: told.append(step), url=f"{site}/{HASH}/base.pt"
    )
    assert path == tmp_path / "m" / "whisper" / "base.pt"
    assert path.read_bytes() == BODY
    assert told[-1] == (len(BODY), len(BODY))
    assert models.fetching(tmp_path / "m") == models.Fetching(
        "base", len(BODY), len(BODY), "done"
    )  # fmt: skip
    assert [p.name for p in path.parent.iterdir()] == ["base.pt"]


def test_what_is_here_is_not_fetched_again(site: str, tmp_path: Path) -> None:
    path = tmp_path / "whisper" / "base.pt"
    path.parent.mkdir()
    path.write_bytes(BODY)
    assert models.fetch("base", tmp_path, url=f"http://127.0.0.1:9/{HASH}/base.pt") == path


@pytest.mark.parametrize(
    ("place", "timeout_s", "reason"),
    [
        ("0" * 64, 60, "SHA-256 differs"),
        ("missing", 60, "it answered 404"),
        (f"short/{HASH}", 60, "ended after 1,000 of|bytes"),
        (f"silent/{HASH}", 1, "timed out|no answer within 1 s"),
    ],
)
def test_a_failed_fetch_leaves_nothing_and_says_what_to_do(
    site: str, tmp_path: Path, place: str, timeout_s: float, reason: str
) -> None:
    url = f"{site}/{place}/base.pt"
    with pytest.raises(StepFailed, match=reason) as failed:
        models.fetch("base", tmp_path / "m", url=url, timeout_s=timeout_s)
    wanted = tmp_path / "m" / "whisper" / "base.pt"
    assert f"Put the file that {url} names at {wanted}." in failed.value.sentence
    assert failed.value.permanent is False
    assert list(wanted.parent.iterdir()) == []
    state = models.fetching(tmp_path / "m")
    assert state
    assert (state.state, state.error) == ("failed", failed.value.sentence)


def test_an_unreachable_host_is_given_up_in_time(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(StepFailed, match=r"could not be fetched from 127\.0\.0\.1"):
        models.fetch("base", tmp_path, url=f"http://127.0.0.1:9/{HASH}/base.pt")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"FETCH_MODELS": "no", "SPEECH_ENGINE": "auto"}, "basic engine writes the words."),
        ({"FETCH_MODELS": "no", "SPEECH_ENGINE": "whisper"}, "no words are written down."),
        ({"WHISPER_MODEL": "/nowhere/x.pt"}, "no speech model at /nowhere/x.pt: set WHISPER_MODEL"),
    ],
)
def test_a_start_without_the_model_says_so_in_one_line(
    tmp_path: Path, env: dict[str, str], said: str
) -> None:
    told = CliRunner().invoke(
        commands.models, ["fetch", "--quiet"], env={"HEARD_DATA": str(tmp_path), **env}
    )
    assert (told.exit_code, told.output.count("\n")) == (0, 1)
    assert told.output.startswith("· ") and said in told.output


def test_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no speech model named huge"):
        models.fetch("huge", tmp_path)


def test_the_list_tells_what_is_here(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, SPEECH_ENGINE="auto")
    listed = {model.name: model for model in models.list_models(tmp_path, settings)}
    assert listed["base"].wanted and not listed["base"].here
    assert listed["base"].path == tmp_path / "whisper" / "base.pt"
    assert len(listed["base"].sha256) == 64
    assert listed["base"].url.split("/")[-2] == listed["base"].sha256
    assert listed["all-MiniLM-L6-v2"].here
    assert models.sha256(listed["all-MiniLM-L6-v2"].path) == listed["all-MiniLM-L6-v2"].sha256


def test_a_checkpoint_of_ones_own_is_listed(tmp_path: Path) -> None:
    own = tmp_path / "ours.pt"
    own.write_bytes(b"weights")
    settings = settings_for(tmp_path, SPEECH_ENGINE="whisper", WHISPER_MODEL=str(own))
    first = next(m for m in models.list_models(tmp_path, settings) if m.purpose == "speech")
    assert (first.name, first.path, first.here, first.size) == ("ours", own, True, 7)


def test_listing_imports_no_model_library(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from workers import commands, models; "
        "models.whisper_urls(); "
        "print(sorted({'torch', 'whisper', 'transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
