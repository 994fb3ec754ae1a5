"""Who asked too often hears when to come back. The counting is done by `app.extensions.limiter`."""

from __future__ import annotations

import time
from contextlib import suppress

from flask import Flask, Response
from redis.exceptions import RedisError

from app.extensions import limiter


def init_app(app: Flask) -> None:
    app.after_request(_when)


def give_back() -> None:
    """Uncounts this request, which was no guess after all. Each is counted when it comes: counted
    when its answer is known, all that come at once would be let through."""
    with suppress(RedisError):  # then it counts: the next minute is another one
        for each in limiter.current_limits:
            limiter.limiter.hit(each.limit, *each.request_args, cost=-1)


def _when(response: Response) -> Response:
    """RFC 6585, section 4: a 429 says how long to wait, in whole seconds."""
    broken = limiter.current_limit
    if response.status_code == 429 and broken is not None:
        wait = max(1, round(broken.reset_at - time.time()))
        response.headers.setdefault("Retry-After", str(wait))
    return response
