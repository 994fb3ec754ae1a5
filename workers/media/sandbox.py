"""The box that ffmpeg runs in, in layers. A host may allow only some of them.

`unshare`: no network, no privileges left. `setpriv`: dies with its worker, gains no privilege.
`prlimit`: bounded memory, processor time, file size, open files, processes. Landlock: sees its
own files only. Seccomp: opens no socket. Together they cost a few milliseconds.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workers.media import landlock, seccomp
from workers.media.binary import binary

_MB = 1024 * 1024
# Entering a user namespace clears the parent-death signal: setpriv comes after unshare. No user
# is mapped, not even root: files stay one's own, but the program keeps no capability and can't
# enter a further namespace (user_namespaces(7)).
_NO_NETWORK = ("unshare", "--user", "--net", "--")
_DIES = ("setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--")
# A worker that was killed before setpriv had asked for the signal is no parent any more.
_UNLESS_LEFT = ("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"')
_LIMITS = ("prlimit", "--core=0", "--")
# What programs need in order to run at all, and captions in order to be drawn. No `/etc`, no
# `/proc`, no home, no data folder.
_PROGRAMS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/bin", "/sbin",
             "/lib", "/lib32", "/lib64", "/nix/store")  # fmt: skip
_READ = ("/etc/ld.so.cache", "/etc/fonts", "/usr/share/fonts", "/usr/share/fontconfig",
         "/usr/local/share/fonts", "/var/cache/fontconfig", "/dev/urandom",
         "/sys/devices/system/cpu/online")  # fmt: skip

# What to do about each layer where it is missing.
HINTS = {
    "no network": "allow user namespaces (user.max_user_namespaces, AppArmor, or the container's "
    "seccomp profile), and have util-linux",
    "dies with its worker": "install util-linux (setpriv)",
    "limits": "install util-linux (prlimit)",
    "few processes": "run Heard as a user of its own, not as root; Linux 5.14 with user "
    "namespaces is needed",
    "sees its own files only": "Linux 5.13 with Landlock among its modules (lsm=) is needed",
    "no sockets": "Linux with seccomp filters, on x86-64 or 64-bit ARM, is needed",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ffmpeg may use. Decoding 2160p needs about 1 GB of address space a thread.

    `processes` counts threads, too: ffmpeg starts some dozens.
    """

    memory_mb: int = 6144
    cpu_s: int = 3600
    file_mb: int = 4096
    files: int = 64
    processes: int = 512


@lru_cache(maxsize=1)
def layers() -> dict[str, bool]:
    """Each layer's name and whether this host lets us use it, tried once."""
    return {
        "no network": _works([*_NO_NETWORK, "true"]),
        "dies with its worker": _works([*_dies(), "true"]),
        "limits": _works([*_LIMITS, "true"]),
        "few processes": _counts_processes(),
        "sees its own files only": _hides_files(),
        "no sockets": _refuses_sockets(),
    }


@contextmanager
def started(
    command: Sequence[str],
    *,
    limits: Limits,
    reads: Sequence[Path] = (),
    writes: Sequence[Path] = (),
    cwd: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """`command` in every layer that works here, with both of its outputs as pipes, in a process
    group of its own. It may read `reads` and write `writes`: files, or folders with all in them.

    Whoever leaves the block ends the process first: it does not outlive it.
    """
    allowed = _allowed(reads, [*writes, *([cwd] if cwd else [])])
    active = layers()

    def start() -> subprocess.Popen[bytes]:
        if active["sees its own files only"]:
            landlock.restrict(allowed)
        if active["no sockets"]:
            seccomp.restrict()
        return subprocess.Popen(
            wrap(command, limits),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=environment(),
            cwd=cwd,
        )

    parent = _Parent(start)
    try:
        yield parent.process()
    finally:
        parent.leave()


class _Parent(threading.Thread):
    """The thread that starts a process and stays until it may leave: what Landlock and seccomp
    bind is a thread, and a parent's death means that of the thread (PR_SET_PDEATHSIG)."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        super().__init__(daemon=True)
        self._begin, self._tried, self._over = start, threading.Event(), threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._error: OSError | None = None
        self.start()

    def run(self) -> None:
        try:
            self._process = self._begin()
        except OSError as error:
            self._error = error
        finally:
            self._tried.set()
        self._over.wait()

    def process(self) -> subprocess.Popen[bytes]:
        self._tried.wait()
        if self._error is not None:
            raise self._error
        assert self._process is not None
        return self._process

    def leave(self) -> None:
        self._over.set()
        self.join()


def wrap(command: Sequence[str], limits: Limits) -> list[str]:
    """`command` inside those layers that are commands themselves, where they work here."""
    active = layers()
    wrapped = [*_NO_NETWORK] if active["no network"] else []
    if active["dies with its worker"]:
        wrapped += _dies()
    if active["limits"]:
        wrapped += [*_LIMITS[:-1], *_bounds(limits, active["few processes"]), "--"]
    return [*wrapped, *command]


def _dies() -> list[str]:
    return [*_DIES, *_UNLESS_LEFT, str(os.getpid())]


def environment() -> dict[str, str]:
    """Only what ffmpeg needs: no secrets, no FFREPORT that would make it write files."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _allowed(reads: Sequence[Path], writes: Sequence[Path]) -> list[tuple[Path, int]]:
    home = Path(environment().get("HOME", "/nonexistent"))
    fonts = (home / ".cache/fontconfig", home / ".fonts", home / ".local/share/fonts")
    return [
        *((Path(each), landlock.RUN) for each in _PROGRAMS),
        (Path(binary()), landlock.RUN),
        *((Path(each), landlock.READ) for each in _READ),
        *((path, landlock.READ) for path in (*fonts, *reads)),
        *((path, landlock.WRITE) for path in (Path("/dev/null"), *writes)),
    ]


def _counts_processes() -> bool:
    """Whether a limit on processes holds and counts the box's own: Linux before 5.14 counts all
    that the user has, and none for root."""
    inside = (*_NO_NETWORK, "prlimit")
    fork = ("--", "sh", "-c", "true & wait")
    return _works([*inside, "--nproc=4", *fork]) and not _works([*inside, "--nproc=1", *fork])


def _hides_files() -> bool:
    """Whether ffmpeg starts with Landlock around it, and doesn't see what it was not given."""
    if not landlock.version():
        return False
    return _denies(lambda: landlock.restrict(_allowed((), ())), Path("/etc/passwd").read_bytes)


def _refuses_sockets() -> bool:
    """Whether ffmpeg starts with the filter around it, and no socket can be opened."""
    return seccomp.known() and _denies(seccomp.restrict, lambda: socket.socket(socket.AF_UNIX))


def _denies(restrict: Callable[[], None], attempt: Callable[[], object]) -> bool:
    """Whether a thread that restricted itself is refused `attempt`, and yet starts ffmpeg."""
    seen: list[bool] = []

    def try_it() -> None:
        try:
            restrict()
        except OSError:
            return
        try:
            attempt()
        except PermissionError:
            seen.append(_works([binary(), "-version"]))

    thread = threading.Thread(target=try_it)
    thread.start()
    thread.join()
    return seen == [True]


def _works(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            [*command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _bounds(limits: Limits, few_processes: bool) -> list[str]:
    wanted = {
        ("as", resource.RLIMIT_AS): limits.memory_mb * _MB,
        ("cpu", resource.RLIMIT_CPU): limits.cpu_s,
        ("fsize", resource.RLIMIT_FSIZE): limits.file_mb * _MB,
        ("nofile", resource.RLIMIT_NOFILE): limits.files,
    }
    if few_processes:
        wanted["nproc", resource.RLIMIT_NPROC] = limits.processes
    return [f"--{name}={_at_most(kind, value)}" for (name, kind), value in wanted.items()]


def _at_most(kind: int, wanted: int) -> int:
    """Raising a hard limit that the host has set would be refused."""
    hard = resource.getrlimit(kind)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
