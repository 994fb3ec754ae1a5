"""What a file is, by its first bytes (`app.domain.containers`), before ffmpeg reads any of it."""

from __future__ import annotations

from pathlib import Path

from app.domain import containers
from app.domain.containers import Container
from app.domain.errors import StepFailed


class Refused(StepFailed):
    """This file will not be taken, now or on another try."""

    sentence = containers.NotMedia.sentence

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence, permanent=True)


def sniff(path: Path) -> Container:
    """The container of a local file. Refused for anything that is not on the list."""
    with path.open("rb") as stream:
        head = stream.read(containers.HEAD)
    try:
        return containers.classify(head)
    except containers.NotMedia as error:
        raise Refused(error.sentence) from error
