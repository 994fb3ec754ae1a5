"""`./heard up`: answers, restarts what dies, says plainly why it can't start, leaves nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.config import WEB_NOTE
from app.host import up
from app.host.supervisor import descendants
from tests import services
from tests.conftest import ROOT
from tests.e2e import stack

pytestmark = pytest.mark.slow


def refusal(*arguments: str, **env: str) -> str:
    """What it says when it doesn't start."""
    done = subprocess.run(
        [sys.executable, "-m", "app", "up", *arguments],
        cwd=ROOT,
        env={**os.environ, "FETCH_MODELS": "no", "LOAD_SAMPLE": "no", **env},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def test_it_answers_and_a_killed_child_comes_back(tmp_path: Path) -> None:
    with stack.up(tmp_path / "data") as heard:
        assert heard.answers()
        assert (tmp_path / "data" / WEB_NOTE).read_text() == heard.url
        assert heard.said(r"Sign in.*(http\S+/sign-in/link/\S+)")
        worker = services.eventually(lambda: worker_of(heard, "text"), 60, "the worker runs")
        os.kill(worker, signal.SIGKILL)
        services.eventually(lambda: heard.said(r"(text was killed)"), 60, "the loss is said")
        services.eventually(lambda: worker_of(heard, "text"), 60, "the worker is back")
    assert not (tmp_path / "data" / WEB_NOTE).exists()


@pytest.mark.alone
def test_the_second_start_answers_within_eight_seconds(tmp_path: Path) -> None:
    with stack.up(tmp_path / "data"):
        pass
    began = time.monotonic()
    with stack.up(tmp_path / "data") as heard:
        took = time.monotonic() - began
        assert heard.answers()
    print(f"second start: {took:.1f} s")


def test_a_taken_port_gets_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"Port {port} can't be used" in refusal("--port", port, "--data", str(tmp_path))


def test_a_data_folder_that_cant_be_written_gets_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert "can't be written" in refusal("--data", str(tmp_path / "file"))


def test_too_little_room_gets_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "LEAST_FREE", 2**62)
    with pytest.raises(up.CannotStart, match=r"^Only \d+ MB are free for .* to begin with\.$"):
        up.up(services.free_port(), "127.0.0.1", tmp_path)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("size=200m", "MB are free for"),
        ("size=4k,nr_inodes=1", "can't be written: No space left on device."),
        ("size=8k,ro", "can't be written: Read-only file system."),
    ],
)
def test_a_small_full_or_closed_disk_gets_one_sentence(
    tmp_path: Path, options: str, said: str
) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("Only root may mount a disk of its own here.")
    try:
        refused = refusal("--data", str(tmp_path))
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)
    assert said in refused and len(refused.strip().splitlines()) == 1


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    assert "STORAGE_URL" in refusal("--data", str(tmp_path), STORAGE_URL="ftp://x")
    assert "WEB_THREADS" in refusal("--data", str(tmp_path), WEB_THREADS="many")


def test_a_database_that_cant_be_reached_gets_one_sentence(tmp_path: Path) -> None:
    nobody = f"postgresql://heard@127.0.0.1:{services.free_port()}/heard"
    said = refusal("--data", str(tmp_path), DATABASE_URL=nobody)
    assert "refused: connection failed" in said and "DATABASE_URL" in said
    assert "Background on this error" not in said and "Error: Error" not in said
    assert len(said.strip().splitlines()) == 1


def test_two_on_one_folder_are_one_too_many(tmp_path: Path) -> None:
    with stack.up(tmp_path / "data"):
        assert "already running" in refusal("--data", str(tmp_path / "data"), "--port", "9")


def worker_of(heard: stack.Stack, queue: str) -> int | None:
    """Its process, once it is there: workers start after the greeting."""
    for pid in descendants(heard.process.pid):
        with contextlib.suppress(OSError):
            if queue in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                return pid
    return None
