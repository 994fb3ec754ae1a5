"""The command line says what is wrong in one sentence, never in a traceback."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli, runtime
from app.config import BadSetting, read_settings
from app.domain import consent, members
from app.extensions import db
from app.models import Program, Workspace
from tests import factories, services
from tests.conftest import ROOT
from workers.__main__ import audit_of as machine_audit
from workers.__main__ import main as machine


@pytest.fixture
def runner(app: Flask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    factories.program(workspace, name="Delivered")
    monkeypatch.setattr("app.create_app", lambda: app)
    monkeypatch.setenv("HEARD_DATA", str(runtime.settings().data))
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


def test_what_is_exported_is_for_its_owners_eyes(runner: CliRunner, tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        for name, out in (("csv", "x.csv"), ("vtt", "words")):
            command = ["export", "--program", "Delivered", "--format", name, "--out"]
            assert runner.invoke(cli.main, [*command, str(tmp_path / out)]).exit_code == 0
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("x.csv", "words")]
    assert modes == [0o600, 0o700]


def test_captions_go_where_they_were_told_to(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = runner.invoke(cli.main, ["export", "--program", "Delivered", "--format", "srt"])
    assert said.exit_code == 2 and "--out" in said.output
    assert not (tmp_path / "captions").exists()


def test_captions_that_may_not_be_shown_any_more_leave_their_folder(
    runner: CliRunner, tmp_path: Path
) -> None:
    """Those of this program alone, and no file that is somebody's own."""
    program, other = db.session.query(Program).one(), factories.program(factories.workspace())
    taken_back, inside, stays = (factories.submission(program) for _ in range(3))
    elsewhere = factories.submission(other)
    for voice in (taken_back, inside, stays, elsewhere):
        factories.transcript(factories.answer(voice), "It came late.")
    consent.change(inside, ["internal"])
    own = tmp_path / "notes.srt"
    own.write_text("mine")
    theirs = tmp_path / f"{elsewhere.id}-1.vtt"
    theirs.write_text("another program's")
    db.session.commit()
    command = f"export --program Delivered --format vtt --out {tmp_path} --purpose"
    assert "3 files written" in runner.invoke(cli.main, [*command.split(), "internal"]).output
    consent.withdraw(taken_back)
    db.session.commit()
    for purpose, left in (("internal", (inside, stays)), ("shared", (stays,))):
        said = runner.invoke(cli.main, [*command.split(), purpose])
        assert "1 older file removed" in said.output
        names = {own.name, theirs.name, *(f"{voice.id}-1.vtt" for voice in left)}
        assert {each.name for each in tmp_path.glob("*.*t")} == names


def test_every_command_looks_where_it_is_told(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = runtime.settings().data
    members.ensure_first_owner()
    db.session.commit()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARD_DATA", str(tmp_path / "elsewhere"))
    for command in ("audit verify", "retention --dry-run"):
        said = CliRunner().invoke(cli.main, [*command.split(), "--data", str(data)])
        assert said.exit_code == 0, said.output
    assert os.environ["HEARD_DATA"] == str(tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "command",
    [
        "audit verify", "audit accept why", "retention", "retention --dry-run", "backup kept",
        "import x.csv --program P", "export --program P --format csv",
    ],
)  # fmt: skip
@pytest.mark.parametrize("there", [False, True])
def test_where_there_is_no_heard_a_command_says_so_and_makes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, there: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEARD_DATA", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    if there:  # an empty file, as an earlier doctor left it
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "heard.db").touch()
    before = sorted(tmp_path.rglob("*"))
    said = CliRunner().invoke(cli.main, command.split())
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert f"There is no Heard in {tmp_path / 'data'} yet: say with --data" in said.output
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEB_THREADS", "many"), ("WEB_PROCESSES", "0"), ("WEB_THREADS", "9" * 5000),
        ("SECRET_KEY", "x"), ("MAIL_FROM", "nonsense"), ("MAIL_FROM", "a@b.example\nBcc: c@d"),
        ("HEARD_BIND", "foo"), ("HEARD_BIND", "127.0.0.1:99999"), ("TEXT_ENCODER", "/nope"),
        ("FFMPEG_BINARY", "/nope"), ("REDIS_URL", "redis://:a/b@queue:6379/0"),
    ],
)  # fmt: skip
def test_a_setting_that_cant_be_used_is_named_at_once(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(BadSetting, match=f"^{name} [^\n]+\\.$"):
        read_settings({"HEARD_DATA": str(tmp_path), name: value})


@pytest.mark.parametrize("bind", ["[::1]:8000", ":80", "unix:/run/heard.sock", "fd://3"])
def test_a_setting_that_can_be_used_is_taken(tmp_path: Path, bind: str) -> None:
    assert read_settings({"HEARD_DATA": str(tmp_path), "HEARD_BIND": bind}).bind == bind


def test_the_web_alone_names_a_wrong_setting_too(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "app/gunicorn.py", "wsgi:app"],
        cwd=ROOT,
        env={**os.environ, "HEARD_DATA": str(tmp_path), "WEB_THREADS": "many"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert refused.returncode == 1
    assert refused.stderr == "WEB_THREADS must be a whole number, 1 or more.\n"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A program folder whose .venv has no Python that runs."""
    shutil.copy(ROOT / "heard", tmp_path / "heard")
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "ml.txt").touch()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    return tmp_path


def test_a_broken_environment_in_use_is_not_wiped(broken: Path) -> None:
    sleep = shutil.copy("/bin/sleep", broken / ".venv" / "bin" / "sleep")
    with services.running([str(sleep), "60"]):
        refused = subprocess.run(["sh", broken / "heard", "doctor"], capture_output=True, text=True)
    assert refused.returncode == 1 and "is broken and in use" in refused.stderr
    assert refused.stderr.count("\n") == 1 and (broken / ".venv" / "bin" / "sleep").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_environment_is_not_wiped(broken: Path) -> None:
    os.chown(broken / ".venv", 65534, -1)
    refused = subprocess.run(["sh", broken / "heard", "doctor"], capture_output=True, text=True)
    assert refused.returncode == 1 and "belongs to another user" in refused.stderr
    assert refused.stderr.count("\n") == 1 and (broken / ".venv" / "bin").exists()


def test_help_names_every_command() -> None:
    told = subprocess.run(["sh", ROOT / "heard", "help"], capture_output=True, text=True).stdout
    pages = (ROOT / "docs" / "commands.md").read_text()
    for name in {*cli.main.commands, *machine.commands} - {"worker", "clock"}:
        assert f"./heard {name}" in told
        assert name == "up" or f"./heard {name}" in pages
    assert "audit accept" in told
    of_audit = CliRunner().invoke(cli.main, ["audit", "--help"]).output
    for name in {*cli.audit_.commands, *machine_audit.commands}:
        assert name in of_audit and f"./heard audit {name}" in told, name


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
        (machine, "transcribe --engine= FILE", "'' is not one of 'auto', 'whisper',"),
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
