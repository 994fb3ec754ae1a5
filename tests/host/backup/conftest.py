"""A program here, and another machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.config import Settings
from app.models import Program, Workspace
from tests import factories
from tests.conftest import settings_for


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Settings]:
    """An empty data folder: another machine."""
    yield settings_for(tmp_path / "elsewhere")
