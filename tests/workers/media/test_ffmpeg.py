"""ffmpeg runs in its box, ends with its caller, and never outlives a limit."""

from __future__ import annotations

import http.server
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import StepFailed
from app.domain.pipeline import STEPS
from workers.media import ffmpeg, normalise, sandbox
from workers.media.probe import LONGEST_S, MediaInfo

FOREVER = ["-re", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=5"]
ROOT = Path(__file__).parents[3]


def running(mark: str) -> list[int]:
    """The processes that have `mark` in their command line."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                line = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if mark in line and "ffmpeg" in line:
                found.append(int(folder.name))
    return found


def wait_for(count: int, mark: str) -> list[int]:
    until = time.monotonic() + 30
    while len(found := running(mark)) != count and time.monotonic() < until:
        time.sleep(0.02)
    return found


class Canary(http.server.BaseHTTPRequestHandler):
    seen: list[str] = []

    def do_GET(self) -> None:
        self.seen.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def canary() -> Iterator[tuple[str, list[str]]]:
    Canary.seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Canary.seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_progress_rises_to_the_end() -> None:
    shares: list[float] = []

    result = ffmpeg.run(
        ["-f", "lavfi", "-i", "sine=d=4", "-f", "null", "-"],
        timeout_s=30,
        on_progress=shares.append,
        duration_s=4.0,
    )

    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0, abs=0.02)
    assert result.out_s == pytest.approx(4.0, abs=0.05)


def test_time_is_up_and_nothing_is_left(tmp_path: Path) -> None:
    out = tmp_path / "slow.mkv"

    with pytest.raises(StepFailed, match="longer than the 1 s"):
        ffmpeg.run([*FOREVER, str(out)], timeout_s=1, writes=[tmp_path])
    assert running(str(out)) == []


def test_one_that_waits_for_ever_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that nobody writes to stands in for threads that wait for each other."""
    monkeypatch.setattr(ffmpeg, "_STUCK_S", 1.0)
    pipe = tmp_path / "silent.wav"
    os.mkfifo(pipe)

    with pytest.raises(ffmpeg.Stuck):
        ffmpeg.run(["-i", f"file:{pipe}", "-f", "null", "-"], timeout_s=60, reads=[pipe])
    assert running(str(pipe)) == []


def test_what_progress_raises_stops_the_work(tmp_path: Path) -> None:
    out = tmp_path / "lost.mkv"

    def lease_lost(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ffmpeg.run(
            [*FOREVER, str(out)],
            timeout_s=30,
            writes=[tmp_path],
            on_progress=lease_lost,
            duration_s=9,
        )
    assert running(str(out)) == []


@pytest.mark.skipif(not sandbox.layers()["dies with its worker"], reason="no setpriv here")
def test_it_dies_with_a_killed_worker(tmp_path: Path) -> None:
    out = tmp_path / "orphan.mkv"
    code = (
        "import pathlib; from workers.media import ffmpeg; "
        f"ffmpeg.run({[*FOREVER, str(out)]!r}, timeout_s=60, writes=[pathlib.{tmp_path!r}])"
    )
    worker = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    # The worker's own command line names the file, too, and "ffmpeg".
    assert len(wait_for(2, str(out))) == 2

    worker.send_signal(signal.SIGKILL)
    worker.wait()

    assert wait_for(0, str(out)) == []


@pytest.mark.skipif(not sandbox.layers()["dies with its worker"], reason="no setpriv here")
def test_it_does_not_begin_where_the_worker_is_gone(tmp_path: Path) -> None:
    """The signal of a parent's death is asked for a moment after the start: too late, once."""
    for parent, begins in (([], True), (["sh", "-c", '"$@"; :', "another parent"], False)):
        begun = tmp_path / f"{len(parent)}"
        subprocess.run([*parent, *sandbox.wrap(["touch", str(begun)], sandbox.Limits())])
        assert begun.exists() == begins


@pytest.mark.skipif(not sandbox.layers()["no network"], reason="no user namespaces here")
def test_it_reaches_no_network(canary: tuple[str, list[str]]) -> None:
    address, seen = canary
    reach = [ffmpeg.binary(), "-v", "error", "-i", f"{address}/x.mp4", "-f", "null", "-"]

    subprocess.run(reach, stderr=subprocess.DEVNULL, check=False)
    assert seen  # outside the box it does reach the canary, which proves the test
    seen.clear()
    subprocess.run(
        sandbox.wrap(reach, sandbox.Limits()), stderr=subprocess.DEVNULL, check=False, timeout=30
    )
    assert seen == []


@pytest.mark.skipif(not sandbox.layers()["limits"], reason="no prlimit here")
def test_a_file_over_the_limit_is_said(tmp_path: Path) -> None:
    endless = ["-f", "lavfi", "-i", "testsrc2=s=640x480:d=60", "-c:v", "rawvideo", "-f", "nut"]

    with pytest.raises(StepFailed, match="more time or disk"):
        ffmpeg.run(
            [*endless, str(tmp_path / "x.nut")],
            timeout_s=60,
            writes=[tmp_path],
            limits=sandbox.Limits(file_mb=2),
        )


@pytest.mark.skipif(not sandbox.layers()["limits"], reason="no prlimit here")
def test_the_limits_hold_inside() -> None:
    limits = sandbox.Limits(memory_mb=400, cpu_s=7, files=32)
    ask = ["sh", "-c", "ulimit -v; ulimit -t; ulimit -n; ulimit -c"]

    told = subprocess.run(sandbox.wrap(ask, limits), capture_output=True, text=True, check=True)

    assert told.stdout.split() == ["409600", "7", "32", "0"]


def test_it_writes_no_report_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FFREPORT", "file=/tmp/x")

    assert "FFREPORT" not in sandbox.environment()


def test_an_error_of_its_own_keeps_its_words(tmp_path: Path) -> None:
    with pytest.raises(ffmpeg.FfmpegFailed) as caught:
        ffmpeg.run(
            ["-i", str(tmp_path / "absent.webm"), "-f", "null", "-"],
            timeout_s=30,
            reads=[tmp_path],
        )
    assert "No such file" in caught.value.log
    assert caught.value.permanent


def test_no_run_outlasts_its_step() -> None:
    """Past a step's deadline it would count as lost and be tried again, five times in vain."""
    for name in ("normalise", "clip"):
        assert STEPS[name].deadline_s - 60 > ffmpeg.LONGEST_RUN_S
    longest = MediaInfo("webm", LONGEST_S, None, None, False, 1)
    assert normalise._allowed_s(longest) <= ffmpeg.LONGEST_RUN_S
