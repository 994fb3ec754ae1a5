"""A voice whose two passages the machine has tagged, and the people who decide about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import event

from app.domain import highlights, understanding
from app.domain.corrections import deciding
from app.domain.corrections.kinds import Why
from app.domain.understanding import Finding, Heard, Tag
from app.extensions import db
from app.models import Answer, Correction, Member, Program, Segment, Transcript, Workspace
from tests import factories

SENTENCES = ("It came nine days late, box torn open.", "The man at the door was kind.")
ENGINES = {
    "sentiment": "heard-sentiment",
    "emotion": "heard-emotion",
    "theme": "scorer",
    "hand_off": "heard-hand-off",
}
WHY = Why("missed", "words", "Nine days is a complaint")


def found(
    sentiment: str = "neutral",
    *,
    themes: Sequence[str] = ("Staff",),
    emotions: Sequence[str] = (),
    person: str = "",
    version: str = "1",
) -> Finding:
    """What the machine makes of a passage."""
    score = {"negative": -0.8, "neutral": 0.0, "positive": 0.8}[sentiment]
    tags = [Tag("sentiment", sentiment, score, 0.7, "heard-sentiment", version)]
    tags += [Tag("emotion", each, 0.6, 0.6, "heard-emotion", version) for each in emotions]
    tags += [Tag("hand_off", person, 0.9, 0.9, "heard-hand-off", version)] if person else []
    return Finding(
        tuple(tags),
        tuple(Heard(each, 0.6, "scorer", version) for each in themes),
        {kind: (engine, version) for kind, engine in ENGINES.items()},
    )


@contextmanager
def loaded(model: type) -> Iterator[list[object]]:
    """The rows of this kind that are read from the database meanwhile, as objects."""
    read: list[object] = []

    def note(row: object, _context: object) -> None:
        read.append(row)

    event.listen(model, "load", note)
    try:
        yield read
    finally:
        event.remove(model, "load", note)


@dataclass
class Voice:
    answer: Answer
    transcript: Transcript
    member: Member

    @property
    def first(self) -> Segment:
        return self.transcript.segments[0]

    def here(self, at: int = 0) -> deciding.Here:
        segment = self.transcript.segments[at]
        return deciding.passage(self.answer.submission, segment.id)

    def correct(
        self, kind: str, *value: str, at: int = 0, why: Why = WHY, by: Member | None = None
    ) -> Correction:
        here = self.here(at)
        made = deciding.correct(
            here, kind, value, why, deciding.seen(here, kind), by or self.member
        )
        db.session.commit()
        return made

    def stands(self, kind: str, at: int = 0) -> tuple[str, ...]:
        db.session.expire_all()
        return deciding.stands(self.here(at), kind)

    def heard(self, *findings: Finding) -> None:
        """The machine runs again, and finds these."""
        understanding.publish(self.transcript, findings)
        highlights.publish(
            self.answer, self.transcript, highlights.chosen(self.answer, self.transcript)
        )
        db.session.commit()


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def analyst(workspace: Workspace) -> Member:
    return factories.member(workspace, "analyst")


Make = Callable[..., Voice]


@pytest.fixture
def make(program: Program, analyst: Member) -> Make:
    def made(*sentences: str) -> Voice:
        answer = factories.answer(factories.submission(program))
        transcript = factories.transcript(answer, *(sentences or SENTENCES))
        voice = Voice(answer, transcript, analyst)
        voice.heard(*(found() for _ in transcript.segments))
        return voice

    return made


@pytest.fixture
def voice(make: Make) -> Voice:
    return make()


@pytest.fixture
def delivery(program: Program) -> str:
    return program.themes[0].id
