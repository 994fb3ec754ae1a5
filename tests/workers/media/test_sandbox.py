"""Whoever takes over ffmpeg finds itself in an empty room: no secrets, no files, no way out."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workers.media import landlock, sandbox, seccomp

ROOT = Path(__file__).parents[3]
LAYERS = sandbox.layers()
SECRET = "k3pt-fr0m-ffmpeg"
HIDES = pytest.mark.skipif(not LAYERS["sees its own files only"], reason="no Landlock here")
SOCKETS = pytest.mark.skipif(not LAYERS["no sockets"], reason="no seccomp filters here")
NAMESPACES = pytest.mark.skipif(not LAYERS["no network"], reason="no user namespaces here")


def inside(script: str, *, reads: tuple[Path, ...] = (), writes: tuple[Path, ...] = ()) -> str:
    """What a shell says that runs where ffmpeg does, its complaints included."""
    command = ["sh", "-c", f"exec 2>&1; {script}"]
    with sandbox.started(command, limits=sandbox.Limits(), reads=reads, writes=writes) as process:
        return process.communicate(timeout=20)[0].decode()


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Pretends that the host allows no such layer."""

    def pretend(*names: str) -> None:
        left = {name: works and name not in names for name, works in LAYERS.items()}
        monkeypatch.setattr(sandbox, "layers", lambda: left)

    return pretend


SECRETS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SMTP_URL", "AWS_SECRET_ACCESS_KEY")


LOOKING = """
from workers.media import sandbox
here = sandbox.layers()
assert here["no network"] or here["sees its own files only"], here
script = "env; cd /proc; cat self/environ $PPID/environ $PPID/root/proc/$PPID/environ; echo end"
for missing in (None, "no network", "sees its own files only"):
    left = {name: works and name != missing for name, works in here.items()}
    sandbox.layers = lambda: left
    if left["no network"] or left["sees its own files only"]:
        with sandbox.started(["sh", "-c", script], limits=sandbox.Limits()) as process:
            print(*process.communicate(timeout=20))
"""


def test_no_secret_of_the_workers_is_found() -> None:
    """Neither in its own environment nor, through /proc, in that of the worker."""
    if not (LAYERS["no network"] or LAYERS["sees its own files only"]):
        pytest.skip("this host allows neither of the layers that it takes")

    done = subprocess.run(
        [sys.executable, "-c", LOOKING],
        cwd=ROOT,
        env={**os.environ, **dict.fromkeys(SECRETS, f"x://{SECRET}")},
        capture_output=True,
        text=True,
        check=True,
    )

    assert "end" in done.stdout
    assert SECRET not in done.stdout


@HIDES
def test_only_its_own_files_are_there(tmp_path: Path) -> None:
    data, own, out = tmp_path / "data", tmp_path / "own.webm", tmp_path / "out"
    data.mkdir()
    out.mkdir()
    (data / "secret.key").write_text(SECRET)
    own.write_text("its own")
    (out / "link").symlink_to(data / "secret.key")

    said = inside(
        f"cat {data}/secret.key {out}/link; ls {data} {tmp_path}; cat /etc/passwd /proc/1/status;"
        f"cat {own}; echo spoilt > {own}; echo more > {data}/more; echo made > {out}/made;"
        f"mv {out}/made {tmp_path}/moved; ln {out}/made {data}/linked; echo end",
        reads=(own,),
        writes=(out,),
    )

    assert "its own" in said
    assert said.endswith("end\n")
    assert SECRET not in said
    assert "root:" not in said
    assert "secret.key:" not in said.replace(f"cat: {data}/secret.key:", "")
    assert own.read_text() == "its own"
    assert (out / "made").read_text() == "made\n"
    assert sorted(path.name for path in data.iterdir()) == ["secret.key"]
    assert not (tmp_path / "moved").exists()


OPENING = """
import ctypes, errno, socket, sys
call = ctypes.CDLL(None, use_errno=True).syscall
def tried(what):
    try:
        what()
    except OSError as refusal:
        return errno.errorcode[refusal.errno]
    return "open"
def ring():
    if call(425, 4, (ctypes.c_char * 120)()) < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
print(tried(lambda: socket.socket(socket.AF_UNIX).connect(sys.argv[1])), tried(socket.socket))
print(tried(socket.socketpair), tried(ring), tried(lambda: open("/dev/null")))
"""


@SOCKETS
@pytest.mark.parametrize("missing", [(), ("no network", "sees its own files only")])
def test_it_reaches_no_socket(  # type: ignore[no-untyped-def]
    without, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: tuple[str, ...]
) -> None:
    """The queue server's and the database's lie in folders and let in whoever has our user."""
    without(*missing)
    monkeypatch.setattr(sandbox, "_PROGRAMS", (*sandbox._PROGRAMS, sys.base_prefix))
    place = tmp_path / "s"
    script = tmp_path / "opening.py"
    script.write_text(OPENING)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()
        python = Path(sys.executable).resolve()
        said = inside(f"{python} -S {script} {place}", reads=(tmp_path,))
    assert said.split() == ["EPERM", "EPERM", "EPERM", "EPERM", "open"]


@SOCKETS
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="x86-64 has calls by other numbers")
def test_no_other_numbers_lead_to_a_socket() -> None:
    """x32's numbers, in a thread of its own, for there is no way back."""
    seen: list[tuple[int, int]] = []

    def attempt() -> None:
        seccomp.restrict()
        libc = ctypes.CDLL(None, use_errno=True)
        seen.append((libc.syscall(0x40000000 + 41, 1, 1, 0), ctypes.get_errno()))

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    assert seen == [(-1, errno.EPERM)]


def test_an_unknown_machine_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seccomp, "_KNOWN", {})
    sandbox.layers.cache_clear()
    try:
        assert not sandbox.layers()["no sockets"]
        assert inside("echo it runs all the same").startswith("it runs")
    finally:
        sandbox.layers.cache_clear()


@NAMESPACES
def test_no_privilege_is_left_and_none_can_be_made() -> None:
    """As root in a namespace of its own it could mount; so no user is mapped at all."""
    said = inside("unshare --user true && echo new user; unshare --net true && echo new net; id -u")

    assert "new" not in said
    assert said.endswith("65534\n")


@pytest.mark.skipif(landlock.version() < 6, reason="Linux 6.12 is needed")
@HIDES
def test_it_ends_no_process_of_ours(without) -> None:  # type: ignore[no-untyped-def]
    other = subprocess.Popen(["sleep", "60"])
    try:
        for missing in ((), ("no network",)):
            without(*missing)
            assert "alive" in inside(f"kill -9 {other.pid} $PPID; echo alive")
            assert other.poll() is None
    finally:
        other.kill()
        other.wait()


@NAMESPACES
def test_processes_are_counted_unless_root(without) -> None:  # type: ignore[no-untyped-def]
    """The kernel bounds none of root's: then the layer is said to be missing."""
    as_another: list[str] = []
    if os.geteuid() == 0:
        assert not LAYERS["few processes"]
        as_another = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    elif not LAYERS["few processes"]:
        pytest.skip("this host counts otherwise")
    without()
    sandbox.layers()["few processes"] = True
    forks = ["sh", "-c", "for i in 1 2 3 4 5 6 7 8 9; do sleep 0.1 & done; wait; echo all"]

    def said(most: int) -> str:
        command = [*as_another, *sandbox.wrap(forks, sandbox.Limits(processes=most))]
        return subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=20).stdout

    assert said(5) == ""
    assert said(50) == "all\n"


def test_a_kernel_without_landlock_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 0)
    sandbox.layers.cache_clear()
    try:
        assert not sandbox.layers()["sees its own files only"]
        assert inside("echo it runs all the same").startswith("it runs")
    finally:
        sandbox.layers.cache_clear()


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with (
        pytest.raises(FileNotFoundError),
        sandbox.started(["true"], limits=sandbox.Limits(), cwd=tmp_path / "gone"),
    ):
        pass
