from __future__ import annotations

import pytest

from app.models import Program, Workspace
from tests.domain.codebook import spoken


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return spoken.program_of(workspace)
