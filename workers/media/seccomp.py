"""Seccomp: a thread, and all that it starts, can open no socket.

Landlock refuses TCP but no UNIX socket, and no network namespace hides one that lies in a folder:
the queue server's and the database's answer whoever has Heard's user. io_uring goes too, because
it opens sockets without the system call (io_uring_enter(2), IORING_OP_SOCKET).

https://docs.kernel.org/userspace-api/seccomp_filter.html: Linux 3.5, without privileges.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_MODE_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4  # in struct seccomp_data
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06  # BPF_LD|W|ABS, JMP|J…|K, RET|K
_X32 = 0x40000000  # x86-64's calls once more, by other numbers

# Machine → AUDIT_ARCH_…, and its numbers of socket, socketpair and io_uring_setup.
_KNOWN = {
    "x86_64": (0xC000003E, (41, 53, 425)),
    "aarch64": (0xC00000B7, (198, 199, 425)),
}

_libc = ctypes.CDLL(None, use_errno=True)


class _Step(ctypes.Structure):
    _fields_ = [
        *(("code", ctypes.c_uint16), ("then", ctypes.c_uint8), ("otherwise", ctypes.c_uint8)),
        ("value", ctypes.c_uint32),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step))]


def known() -> bool:
    """Whether this machine's system calls are known by number."""
    return os.uname().machine in _KNOWN and sys.maxsize > 2**32


def restrict() -> None:
    """The calling thread, and all that it starts, get EPERM for socket, socketpair and
    io_uring_setup, and for every call of another architecture than this machine's own.

    There is no way back. Raises OSError; ask `known` first.
    """
    architecture, refused = _KNOWN[os.uname().machine]
    # Jumps count the steps that are passed over, to the refusal at the end.
    steps = [
        _Step(_LOAD, 0, 0, _ARCHITECTURE_AT),
        _Step(_IF_EQUAL, 0, len(refused) + 3, architecture),
        _Step(_LOAD, 0, 0, _NUMBER_AT),
        _Step(_IF_AT_LEAST, len(refused) + 1, 0, _X32),
        *(_Step(_IF_EQUAL, len(refused) - at, 0, call) for at, call in enumerate(refused)),
        _Step(_RETURN, 0, 0, _ALLOW),
        _Step(_RETURN, 0, 0, _REFUSE),
    ]
    program = _Program(len(steps), (_Step * len(steps))(*steps))
    # The kernel takes no filter from the unprivileged without.
    _prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1))
    _prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program))


def _prctl(option: int, *args: object) -> None:
    rest = [ctypes.c_ulong(0)] * (4 - len(args))
    if _libc.prctl(option, *args, *rest):
        raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")
