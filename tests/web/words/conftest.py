from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.domain.clerk import new_token, token_hash
from app.models import Answer, Member, Transcript, Workspace
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def answer(workspace: Workspace, token: str) -> Answer:
    submission = factories.submission(factories.program(workspace), token_hash=token_hash(token))
    return factories.answer(submission)


@pytest.fixture
def words(answer: Answer) -> Transcript:
    return factories.transcript(answer, "the male came late", "nobody called")


@pytest.fixture
def editor(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)
