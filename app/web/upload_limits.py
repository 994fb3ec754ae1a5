"""How many bytes one network may bring in an hour, by whichever way they come: a link is public,
and whoever has it must not fill the disk for everybody else.

Counted is what was really read, from senders that are known: announcing much costs nobody anything.
"""

from __future__ import annotations

from flask import Response, g

from app.extensions import limiter

KIB = 1024
AN_HOUR = 16 * 1024 * 1024  # KiB: some three hundred recordings from the Wi-Fi of one shop
LEAST = 8 * 1024 * 1024  # bytes: so of the smallest recordings there are 2048 in an hour


def took(size: int) -> None:
    """This request has brought so many bytes (more)."""
    g.took = g.get("took", 0) + size


def took_whole(size: int) -> None:
    """This request has made a recording of `size` bytes: one counts as `LEAST` however small it is,
    since each leaves a row, a line in the audit log and work to do."""
    took(max(0, LEAST - size))


def _kib() -> int:
    return max(1, -(-g.get("took", 0) // KIB))


def _took_any(_response: Response) -> bool:
    return bool(g.get("took"))


so_many_bytes = limiter.shared_limit(
    f"{AN_HOUR}/hour", scope="bytes", cost=_kib, deduct_when=_took_any
)
