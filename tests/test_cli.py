"""The command line says what is wrong in one sentence, never in a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli
from app.models import Workspace
from tests import factories
from tests.conftest import ROOT
from workers.__main__ import main as machine


@pytest.fixture
def runner(app: Flask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    factories.program(workspace, name="Delivered")
    monkeypatch.setattr("app.create_app", lambda: app)
    return CliRunner()


def test_a_place_that_is_not_there(runner: CliRunner) -> None:
    command = "export --program Delivered --format csv --out /nonexistent/x"
    said = runner.invoke(cli.main, command.split())
    assert said.exit_code == 1
    assert said.output == "Error: /nonexistent/x: No such file or directory.\n"


def test_captions_into_a_file(runner: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    command = ["export", "--program", "Delivered", "--format", "vtt"]
    said = runner.invoke(cli.main, [*command, "--out", str(tmp_path / "taken")])
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert "File exists" in said.output


def test_a_manifest_that_is_a_folder(runner: CliRunner, tmp_path: Path) -> None:
    said = runner.invoke(cli.main, ["import", str(tmp_path), "--program", "Delivered"])
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert "can't be read" in said.output


@pytest.mark.parametrize(
    ("group", "words", "said"),
    [
        (cli.main, "up nonsense", "nonsense). See './heard up --help'."),
        (cli.main, "up --prot 8000", "'--prot'"),
        (cli.main, "up --port 0", "Invalid value for '--port'"),
        (cli.main, "export --format csv", "Missing option '--program'."),
        (machine, "transcribe", "Missing argument 'FILE'."),
        (machine, "models nonsense", "No such command 'nonsense'. See './heard models --help'."),
    ],
)
def test_a_wrong_word_is_named_in_one_sentence(group: click.Group, words: str, said: str) -> None:
    refused = CliRunner().invoke(group, words.split(), prog_name="./heard")
    assert (refused.exit_code, refused.output.count("\n")) == (2, 1)
    assert said in refused.output


def test_a_command_that_there_is_not_is_named() -> None:
    refused = subprocess.run(["sh", ROOT / "heard", "nonsense"], capture_output=True, text=True)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert (
        refused.stderr.startswith("There is no command 'nonsense'") and refused.stderr[-2:] == ".\n"
    )
