"""How far `./heard understand` is: said where somebody looks, and nowhere else."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.errors import Invalid
from workers import commands
from workers.terminal import CLEAR, Reading

END = b"\0"
LINE = b'{"id": 1, "text": "It came nine days late."}\n'


@contextmanager
def terminal() -> Iterator[Callable[[], str]]:
    """Standard error is a terminal; gives what came out at the other end of it since last time."""
    ours, theirs = os.openpty()

    def seen() -> str:
        os.write(theirs, END)  # what was written comes some time later, but in its order
        came = b""
        while not came.endswith(END):
            came += os.read(ours, 100_000)
        return came.removesuffix(END).decode()

    with pytest.MonkeyPatch.context() as patch, os.fdopen(theirs, "w") as shown:
        patch.setattr(sys, "stderr", shown)
        yield seen
    os.close(ours)


def test_of_a_file_its_share_is_told(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(LINE * 8)
    with (
        terminal() as seen,
        (tmp_path / "in.jsonl").open("rb") as lines,
        Reading(lines, "text") as reading,
    ):
        assert seen() == f"{CLEAR}· Loading the models"
        lines.readline()
        reading.add(1)
        assert seen() == f"{CLEAR}· 1 text done, 12 %"
        lines.readlines()
        reading.add(1999)
        assert seen() == f"{CLEAR}· 2,000 texts done, 100 %"
        reading.pause()
        assert seen() == CLEAR


def test_of_a_pipe_only_how_many() -> None:
    with terminal() as seen:
        with Reading(io.BytesIO(LINE), "text") as reading:
            reading.add(3)
        assert seen() == f"{CLEAR}· Loading the models{CLEAR}· 3 texts done{CLEAR}"


def test_nothing_is_said_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with Reading(io.BytesIO(LINE), "text") as reading:
        reading.add(3)
        reading.pause()
    assert capsys.readouterr() == ("", "")


@pytest.mark.slow
def test_it_is_gone_before_anything_else_is_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"no json\n" + LINE * 4)
    with terminal() as seen, (tmp_path / "in.jsonl").open() as lines:
        monkeypatch.setattr(commands, "BATCH", 4)
        monkeypatch.setattr(sys, "stdin", lines)
        with pytest.raises(Invalid, match="1 of the lines could not be read"):
            commands.understand.main([], standalone_mode=False)
        said = seen()
    assert f"{CLEAR}Line 1 is not JSON" in said
    assert f"{CLEAR}· 3 texts done, 76 %" in said and said.endswith(CLEAR)
    assert capsys.readouterr().out.count("\n") == 4
