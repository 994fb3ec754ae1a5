from __future__ import annotations

import pytest
from flask import Flask

from app.domain import editing
from app.domain.editing import Author
from app.extensions import db
from app.models import (
    Answer,
    Label,
    Member,
    Transcript,
    Workspace,
)
from tests import factories
from tests.domain.editing.acts import TEXTS


@pytest.fixture
def answer(app: Flask, workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


@pytest.fixture
def words(answer: Answer) -> Transcript:
    transcript = factories.transcript(answer, *TEXTS, engine="whisper", model="base")
    for segment in transcript.segments:
        segment.understood = True
        segment.labels.append(
            Label(
                kind="sentiment", value="negative", score=-1, confidence=1, engine="x", version="1"
            )
        )
    db.session.commit()
    return transcript


@pytest.fixture
def author(owner: Member) -> Author:
    return editing.staff(owner)
