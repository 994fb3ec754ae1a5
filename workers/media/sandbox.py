"""The box that ffmpeg runs in, as layers of util-linux commands. A host may allow only some.

`unshare -rn`: no network. `setpriv`: dies with its worker, gains no privilege. `prlimit`:
bounded memory, processor time, file size, open files. Together they cost a few milliseconds.
"""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_MB = 1024 * 1024
# Order matters: entering a user namespace changes credentials, which clears the
# parent-death signal, so setpriv comes after unshare.
_LAYERS = {
    "no network": ("unshare", "--map-root-user", "--net", "--"),
    "dies with its worker": ("setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--"),
    "limits": ("prlimit", "--core=0", "--"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one ffmpeg may use. Decoding 2160p needs about 1 GB of address space a thread."""

    memory_mb: int = 6144
    cpu_s: int = 3600
    file_mb: int = 4096
    files: int = 64


@lru_cache(maxsize=1)
def layers() -> dict[str, bool]:
    """Each layer's name and whether this host lets us use it, tried once."""
    return {name: _works(command) for name, command in _LAYERS.items()}


def wrap(command: Sequence[str], limits: Limits) -> list[str]:
    """`command` inside every layer that works here."""
    active = layers()
    wrapped: list[str] = []
    for name, layer in _LAYERS.items():
        if active[name]:
            wrapped += [*layer[:-1], *(_bounds(limits) if name == "limits" else ()), "--"]
    return [*wrapped, *command]


def environment() -> dict[str, str]:
    """Only what ffmpeg needs: no secrets, no FFREPORT that would make it write files."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _works(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(
            [*command, "true"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _bounds(limits: Limits) -> list[str]:
    wanted = {
        ("as", resource.RLIMIT_AS): limits.memory_mb * _MB,
        ("cpu", resource.RLIMIT_CPU): limits.cpu_s,
        ("fsize", resource.RLIMIT_FSIZE): limits.file_mb * _MB,
        ("nofile", resource.RLIMIT_NOFILE): limits.files,
    }
    return [f"--{name}={_at_most(kind, value)}" for (name, kind), value in wanted.items()]


def _at_most(kind: int, wanted: int) -> int:
    """Raising a hard limit that the host has set would be refused."""
    hard = resource.getrlimit(kind)[1]
    return wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
