"""What is worked out for every listener grows with the recording, not with its square."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from app.domain import masking, personal_data, transcripts
from app.domain.masking import places
from app.domain.masks import rows
from app.domain.timeline import Segment, Word
from app.extensions import db
from app.models import Answer, Member, Transcript
from tests import factories
from tests.domain.masks.said import edit, look

pytestmark = pytest.mark.any_database

SAID = ["well", "my", "name", "is", "Oluwaseun", "Bakare", "and", "zorbix", "was", "late", "again"]


def talk(answer: Answer, member: Member, passages: int) -> Transcript:
    """In each a name that the rules find and a word that a person hid; one was edited."""
    segments = [
        Segment(at * 5.0, at * 5.0 + 5, " ".join(SAID), 0.9, tuple(
            Word(word, at * 5 + n * 0.4, at * 5 + n * 0.4 + 0.3, 0.9) for n, word in enumerate(SAID)
        ))
        for at in range(passages)
    ]  # fmt: skip
    made = transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="en",
        duration_s=passages * 5.0, segments=segments,
    )  # fmt: skip
    for segment in made.segments:
        row = rows.stretch(segment, made, "other", 7, 7)
        row.source, row.version = "person", places.told(segment, 7, 7)
        db.session.add(row)
    db.session.commit()
    look(made)
    edit(made, member, "well nobody was late again")
    look(made)
    return made


def work(transcript: Transcript) -> int:
    """Calls of functions, of ours and of Python's own, for its muted stretches."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    masking.muted(transcript)  # what is read of the database is there
    sys.setprofile(count)
    try:
        assert len(masking.muted(transcript)) >= len(transcript.segments)
    finally:
        sys.setprofile(None)
    return calls


def test_ten_times_the_words_are_about_ten_times_the_work(answer: Answer, member: Member) -> None:
    submission = answer.submission
    little = work(talk(answer, member, 6))
    much = work(talk(factories.answer(submission), member, 60))
    assert much < 12 * little


def test_what_was_edited_is_looked_through_once(
    answer: Answer, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A listener's every request looked through all that ever stood there."""
    made = talk(answer, member, 4)
    before = masking.muted(made)
    db.session.expire_all()
    with monkeypatch.context() as patch:
        patch.delattr(personal_data, "find")
        assert masking.muted(made) == before != []
