from __future__ import annotations

import pytest

from app.models import Answer, Member, Recording, Transcript, Workspace
from tests import factories
from tests.domain.masks.said import NAME, NUMBER


@pytest.fixture
def member(workspace: Workspace) -> Member:
    return factories.member(workspace, "analyst")


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    program = factories.program(workspace)
    return factories.answer(factories.submission(program, display_name=""))


@pytest.fixture
def recording(answer: Answer) -> Recording:
    return factories.playable(answer)


@pytest.fixture
def transcript(answer: Answer) -> Transcript:
    return factories.transcript(answer, NAME, NUMBER, "It came late.")
