"""What is written to a log holds no token: whoever reads it could else open a customer's page."""

from __future__ import annotations

import logging
import re
from typing import Any

# The addresses whose last part is a secret, as they are or percent-encoded, and a bearer's own.
_SECRET = re.compile(
    r"((?:/|%2F)(?:mine|s|sign-in(?:/|%2F)link|uploads|direct)(?:/|%2F)|\bBearer\s+)"
    r"[A-Za-z0-9_~+.-]+",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with `…` in the place of each token."""
    return _SECRET.sub(r"\1…", text)


class Masked(logging.LogRecord):
    """Masks when it is made, so that every handler of every library gets it so: gunicorn's
    access and error log, werkzeug's, and tracebacks."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            self.exc_text = masked(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:
        return masked(super().getMessage())


def mask() -> None:
    """From now on, in this process."""
    logging.setLogRecordFactory(Masked)
