"""What a command reads or writes is closed, full, or no file: a sentence says so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli, runtime
from app.models import Workspace
from tests import factories
from workers.__main__ import main as machine


@pytest.fixture
def delivered(app: Flask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is a program of this name, where the commands look."""
    factories.program(workspace, name="Delivered")
    monkeypatch.setattr("app.create_app", lambda: app)
    monkeypatch.setenv("HEARD_DATA", str(runtime.settings().data))


@pytest.mark.parametrize("words", ["understand", "export --program Delivered --format csv"])
def test_what_it_reads_or_writes_is_closed(
    delivered: None, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    group, stream = (machine, "stdin") if words == "understand" else (cli.main, "stdout")
    monkeypatch.setattr(sys, stream, None)
    with pytest.raises(click.ClickException, match=r"^There is no.* is closed\.$"):
        group.main(words.split(), standalone_mode=False)


@pytest.mark.parametrize("words", ["models", "export --program Delivered --format csv"])
def test_what_it_writes_to_is_full(
    delivered: None, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    group = machine if words == "models" else cli.main
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(click.ClickException, match=r"failed: No space left on device\.$"):
            group.main(words.split(), standalone_mode=False)
        full.flush()  # nothing is left that Python would try to write at the end


def test_what_is_no_file_cant_be_heard(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "none.webm", f"There is no file {tmp_path}/none.webm."),
        (tmp_path, f"{tmp_path} can't be read: it must be a video or sound file."),
        (Path(os.devnull), "/dev/null can't be read: it must be a video or sound file."),
    ):
        said = CliRunner().invoke(machine, ["transcribe", str(path)])
        assert (said.exit_code, said.output) == (1, f"Error: {words}\n")
