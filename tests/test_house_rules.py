"""House rules that a person would forget: settings are documented, layers stay light."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.queue import JOB_NAMES
from tests.conftest import ROOT

HEAVY = ("torch", "whisper", "transformers", "faster_whisper", "pocketsphinx", "sklearn", "alembic")


def settings_read() -> set[str]:
    """Every environment variable that the product reads."""
    found: set[str] = set()
    for path in [*ROOT.glob("app/**/*.py"), *ROOT.glob("workers/**/*.py")]:
        text = path.read_text()
        found |= set(re.findall(r'(?:os\.environ|\benv)\.get\(\s*"([A-Z_]+)"', text))
        found |= set(re.findall(r'_(?:number|flag|one_of)\(\s*env, "([A-Z_]+)"', text))
        found |= set(re.findall(r'os\.environ\["([A-Z_]+)"\]', text))
    return found


@pytest.mark.parametrize("place", [".env.example", "docs/settings.md"])
def test_every_setting_is_described(place: str) -> None:
    words = set(re.findall(r"[A-Z][A-Z_]{3,}", (ROOT / place).read_text()))
    assert settings_read() - words == set()


def test_the_web_imports_no_machine_learning_and_no_migrations(tmp_path: Path) -> None:
    code = f"import sys, wsgi; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "HEARD_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_every_job_name_leads_somewhere() -> None:
    for name in JOB_NAMES:
        module, _, function = name.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function))


def test_committed_files_are_of_modest_size() -> None:
    if not shutil.which("git"):
        pytest.skip("git is not installed here")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is not a git checkout")
    sizes = {
        Path(name): (ROOT / name).stat().st_size
        for name in listed.stdout.split("\0")
        if name and (ROOT / name).is_file()
    }
    media = (".webm", ".mp4", ".ogg", ".flac", ".wav", ".m4a", ".mp3")
    weights = (".pt", ".npz", ".safetensors", ".onnx")
    assert sum(size for path, size in sizes.items() if path.suffix in media) <= 8e6
    assert sum(size for path, size in sizes.items() if path.suffix in weights) <= 16e6


def test_no_short_word_is_missed_where_chance_writes_it() -> None:
    """A "Cy" stands in a nonce or a token one time in thirty: then a test fails by chance."""
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(ROOT.glob("tests/web/**/*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r'"[A-Za-z0-9]{1,3}" not in (?!lasting\()', line)
    ]
    assert found == [], "take lasting() of tests/web/pages.py"
