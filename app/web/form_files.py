"""The files of a form while they come in: kept to the same rules as the bytes of an upload."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from typing import Any

import flask
from werkzeug.exceptions import TooManyRequests

from app import runtime
from app.domain import parts
from app.extensions import who_asks
from app.web.upload_limits import took

# Forms with files that one address may be sending to one process: each keeps a thread busy.
AT_ONCE = 8

_sending: Counter[str] = Counter()
_lock = threading.Lock()


@contextmanager
def one_of_few() -> Iterator[None]:
    """For as long as a form with files is read. Raises TooManyRequests past `AT_ONCE`."""
    who = who_asks()
    with _lock:
        if _sending[who] >= AT_ONCE:
            raise TooManyRequests
        _sending[who] += 1
    try:
        yield
    finally:
        with _lock:
            _sending[who] -= 1
            if not _sending[who]:
                del _sending[who]


class FormFile(io.BufferedRandom):
    """One file of a form, nameless and on the disk that uploads go to: it asks for room and is
    counted as they are, and nothing of it is left when its process ends.

    Raises:
        NoRoom, Unwritable: from the constructor and from `write`.
    """

    def __init__(self) -> None:
        folder = runtime.settings().uploads
        with parts.sentences():
            folder.mkdir(parents=True, exist_ok=True)
            super().__init__(TemporaryFile(dir=folder, buffering=0))  # noqa: SIM115 it becomes this one

    def write(self, piece: Any) -> int:
        took(len(piece))
        parts.write(super(), piece)  # type: ignore[arg-type]
        with parts.sentences():
            self.flush()  # else a full disk shows itself where nobody makes a sentence of it
        return len(piece)


class Request(flask.Request):
    """Its files end with it, whatever broke while they were read."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> FormFile:
        file = FormFile()
        self.__dict__.setdefault("form_files", []).append(file)
        return file

    def close(self) -> None:
        for file in self.__dict__.get("form_files", ()):
            with suppress(OSError):  # what did not fit any more is not wanted any more
                file.close()
        super().close()
