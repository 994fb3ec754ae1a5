"""What people do to a transcript, in tests."""

from __future__ import annotations

from app.domain import editing
from app.domain.editing import Act, Author
from app.extensions import db
from app.models import Transcript

TEXTS = ["the male came late", "nobody called", "it was find"]
CUSTOMER = Author(editing.CUSTOMER)


def texts(transcript: Transcript) -> list[str]:
    db.session.commit()
    db.session.expire_all()
    assert [s.position for s in transcript.segments] == list(range(len(transcript.segments)))
    return [segment.text for segment in transcript.segments]


def write(transcript: Transcript, author: Author, at: int, text: str) -> int:
    ids = [segment.id for segment in transcript.segments]
    return editing.save(transcript, transcript.edition, author, {ids[at]: text})


def act(transcript: Transcript, author: Author, what: str, at: int, word: int = 0) -> int:
    wanted = Act(what, transcript.segments[at].id, word)
    return editing.save(transcript, transcript.edition, author, {}, wanted)
