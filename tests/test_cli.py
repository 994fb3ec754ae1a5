"""The command line says what is wrong in one sentence, never in a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli
from app.models import Workspace
from tests import factories


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
