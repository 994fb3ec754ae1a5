"""A program, and one marked voice in it."""

from __future__ import annotations

import pytest
from flask import Flask

from app.models import (
    Program,
    Submission,
    Workspace,
)
from tests import factories
from tests.domain.erasure.marked import (
    marked,
)


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def voice(program: Program) -> Submission:
    return marked(program)
