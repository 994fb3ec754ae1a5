"""Who reads masks while a transcript is looked through: between two reads all may have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from app.domain import masking
from app.extensions import db
from app.models import Member, Transcript
from tests.domain.erasure.gate import beside
from tests.domain.masks.said import NUMBER, look, merge

MOST_READS = 8


@pytest.fixture
def looked_through_after(app: Flask, transcript: Transcript) -> Iterator[Callable[[int], None]]:
    """Has the transcript looked through by somebody else once that many reads are done."""
    transcript_id, mine, left = transcript.id, threading.get_ident(), [0]
    db.session.commit()

    def read(*_: Any) -> None:
        if threading.get_ident() == mine and left[0]:
            left[0] -= 1
            if not left[0]:
                with beside(app, lambda: look(db.session.get_one(Transcript, transcript_id))):
                    pass

    event.listen(db.engine, "after_cursor_execute", read)
    yield lambda reads: left.__setitem__(0, reads)
    event.remove(db.engine, "after_cursor_execute", read)


@pytest.mark.parametrize("reads", range(1, MOST_READS + 1))
@pytest.mark.parametrize(
    "hidden", [masking.hidden, lambda transcript: masking.hidden_in([transcript])]
)
def test_words_are_masked_however_far_a_look_is(
    transcript: Transcript,
    looked_through_after: Callable[[int], None],
    hidden: Callable[[Transcript], dict[int, dict[int, str]]],
    reads: int,
) -> None:
    looked_through_after(reads)
    found = hidden(transcript)
    name, number, _ = (each.id for each in transcript.segments)
    assert found == {name: {3: "name", 4: "name"}, number: {3: "phone"}}


@pytest.mark.parametrize("reads", range(1, MOST_READS + 1))
def test_they_are_silent_however_far_a_look_is(
    transcript: Transcript, looked_through_after: Callable[[int], None], reads: int
) -> None:
    looked_through_after(reads)
    assert len(masking.muted(transcript)) == 2


def test_a_passage_that_is_taken_out_of_its_transcript_before_it_is_written_is_masked(
    app: Flask, transcript: Transcript, member: Member
) -> None:
    look(transcript)
    page = list(transcript.segments)
    transcript_id, member_id, read = transcript.id, member.id, masking.Reader()

    def merged() -> None:
        merge(db.session.get_one(Transcript, transcript_id), db.session.get_one(Member, member_id))

    with beside(app, merged):
        pass
    db.session.expire(transcript, ["segments"])
    assert read(page[1]) == "[hidden]" and page[1].text == NUMBER
