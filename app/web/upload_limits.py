"""How many bytes one network may bring in an hour, by whichever way they come: a link is public,
and whoever has it must not fill the disk for everybody else."""

from __future__ import annotations

from flask import request

from app.extensions import limiter

KIB = 1024
AN_HOUR = 16 * 1024 * 1024  # KiB: some three hundred recordings from the Wi-Fi of one shop
UNTOLD = 64 * 1024  # KiB that a body without a length counts for


def _announced() -> int:
    """KiB that this request brings, or asks a part's address for."""
    if request.is_json:
        said = request.get_json(silent=True)
        size = said.get("size") if isinstance(said, dict) else None
        return -(-size // KIB) if isinstance(size, int) and size > 0 else 0
    size = request.content_length
    if size is None:
        return UNTOLD if "chunked" in request.headers.get("Transfer-Encoding", "").lower() else 0
    return -(-size // KIB)


so_many_bytes = limiter.shared_limit(f"{AN_HOUR}/hour", scope="bytes", cost=_announced)
