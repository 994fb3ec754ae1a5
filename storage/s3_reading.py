"""A download from a bucket as a plain file whose errors are ours."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

from storage.base import PIECE


class Body(io.RawIOBase):
    def __init__(self, sentences: Callable[[], AbstractContextManager[None]], body: Any) -> None:
        self._sentences, self._body = sentences, body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self._sentences():
            piece = self._body.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._body.close()
        super().close()


def pieces(stream: io.BufferedReader) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(PIECE):
            yield piece
