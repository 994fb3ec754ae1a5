"""Who reads masks while somebody else is at that transcript: between two reads all may have
changed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from app.domain import masking, openings
from app.domain.search import masked_search
from app.extensions import db
from app.models import Member, Segment, Submission, Transcript
from tests.domain.erasure.gate import beside
from tests.domain.masks.said import NUMBER, edit, look, merge

Work = Callable[[Transcript, Member], object]
READS = (1, 2, 3, 4, 5)


def looked(transcript: Transcript, _: Member) -> None:
    look(transcript)


def take_away(transcript: Transcript, member: Member) -> None:
    edit(transcript, member, "call me please", at=1)


def veiled(transcript: Transcript) -> list[str]:
    return [each.text for each in masking.veiled(transcript).segments]


def many(transcript: Transcript) -> list[str]:
    masks = masking.hidden_in([transcript])
    return [masking.text_of(each.text, masks.get(each.id, {})) for each in transcript.segments]


def found(transcript: Transcript) -> list[str]:
    return list(masked_search.texts(page(transcript)).values())


def opened(transcript: Transcript) -> list[str]:
    submission = db.session.scalars(select(Submission)).one()
    return [each.text for each in openings.of([submission], masked=True).values()]


def page(transcript: Transcript) -> list[Segment]:
    mine = select(Segment).where(Segment.transcript_id == transcript.id)
    return list(db.session.scalars(mine.order_by(Segment.position)))


@pytest.fixture
def meanwhile(
    app: Flask, transcript: Transcript, member: Member
) -> Iterator[Callable[[int, Work], None]]:
    """Has somebody else work on the transcript once that many reads are done."""
    ids, mine = (transcript.id, member.id), threading.get_ident()
    waiting: list[Work] = []
    left = 0

    def work() -> None:
        transcript, member = (
            db.session.get_one(Transcript, ids[0]), db.session.get_one(Member, ids[1])
        )  # fmt: skip
        waiting.pop()(transcript, member)

    def read(*_: Any) -> None:
        nonlocal left
        left -= 1
        if threading.get_ident() == mine and not left:
            with beside(app, work):
                pass

    def after(reads: int, work: Work) -> None:
        nonlocal left
        db.session.commit()
        waiting.append(work)
        left = reads

    event.listen(db.engine, "after_cursor_execute", read)
    yield after
    event.remove(db.engine, "after_cursor_execute", read)


@pytest.mark.parametrize("reads", READS)
@pytest.mark.parametrize("work", [looked, merge])
@pytest.mark.parametrize("read", [veiled, many, found, opened])
def test_masked_words_are_never_readable(
    transcript: Transcript,
    meanwhile: Callable[[int, Work], None],
    read: Callable[[Transcript], list[str]],
    work: Work,
    reads: int,
) -> None:
    if work is not looked:
        look(transcript)
    meanwhile(reads, work)
    said = " ".join(read(transcript))
    assert "Bakare" not in said and "07700900456" not in said and "late" in said


@pytest.mark.parametrize("reads", READS)
@pytest.mark.parametrize("work", [looked, take_away])
def test_they_are_always_silent(
    transcript: Transcript, meanwhile: Callable[[int, Work], None], work: Work, reads: int
) -> None:
    if work is not looked:
        look(transcript)
    meanwhile(reads, work)
    silent = masking.muted(transcript)
    for start, end in ((3.0, 5.0), (8.0, 9.0)):
        assert any(span.start <= start and end <= span.end for span in silent)


def test_a_passage_that_is_taken_out_of_its_transcript_before_it_is_written_is_masked(
    app: Flask, transcript: Transcript, member: Member
) -> None:
    look(transcript)
    said = page(transcript)
    transcript_id, member_id, read = transcript.id, member.id, masking.Reader()

    def merged() -> None:
        merge(db.session.get_one(Transcript, transcript_id), db.session.get_one(Member, member_id))

    with beside(app, merged):
        pass
    db.session.expire(transcript, ["segments"])
    assert read(said[1]) == "[hidden]" and said[1].text == NUMBER
