from __future__ import annotations

import pytest

from app.models import Answer, Member, Workspace
from tests import factories


@pytest.fixture
def member(workspace: Workspace) -> Member:
    return factories.member(workspace, "analyst")


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    program = factories.program(workspace)
    return factories.answer(factories.submission(program, display_name=""))
