"""Naming those who speak is an edit: listed, undone, done again."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from app.domain import editing, editing_history, speakers
from app.domain.editing import Author
from app.domain.errors import Conflict
from app.domain.fairness import speech
from app.domain.speakers import Speaker
from app.extensions import db
from app.models import Answer, AuditEntry, Transcript
from tests import factories
from tests.domain.editing.acts import CUSTOMER, write

pytestmark = pytest.mark.slow

MARA, ANA = Speaker(1, "Mara", customer=False), Speaker(2, "Ana")


@pytest.fixture
def talk(answer: Answer) -> Transcript:
    return factories.talk(answer, (1, "How was it?"), (2, "It came late."))


def name(talk: Transcript, author: Author, *told: Speaker) -> None:
    editing.save(talk, talk.edition, author, {})
    assert editing.name_speakers(talk, told, author)
    db.session.commit()


def undo(talk: Transcript, author: Author) -> None:
    editing.undo(talk, talk.edition, author)
    db.session.commit()


def test_it_is_in_the_history_with_who_and_what(talk: Transcript, author: Author) -> None:
    name(talk, author, MARA)
    name(talk, author, MARA, ANA)
    newest, first = editing_history.lines(talk)
    assert (first.edit.kind, first.edit.member_id) == ("speakers", author.member_id)
    assert [[(p.text, p.what) for p in pieces] for pieces in first.pieces] == [
        [("Speaker 1", "old"), ("Mara, not the customer", "new")]
    ]
    assert [[p.text for p in pieces] for pieces in newest.pieces] == [["Speaker 2", "Ana"]]


def test_it_is_undone_and_done_again_with_what_depends_on_it(
    talk: Transcript, author: Author
) -> None:
    name(talk, author, MARA)
    name(talk, author, ANA)
    undo(talk, author)
    assert speakers.of(talk) == [MARA, Speaker(2)]
    for segment in talk.segments:
        segment.understood = True
    undo(talk, author)
    assert speakers.of(talk) == [Speaker(1), Speaker(2)]
    assert [each.understood for each in talk.segments] == [False, True]
    with pytest.raises(Conflict):
        undo(talk, author)
    db.session.rollback()
    for _ in range(2):
        editing.redo(talk, talk.edition, author)
        db.session.commit()
    assert speakers.of(talk) == [MARA, ANA]
    noted = Counter(db.session.scalars(select(AuditEntry.action)))
    for action in ("speakers_named", "undone", "redone"):
        assert noted[f"transcript.{action}"] == 2


def test_words_and_names_are_undone_in_turn(talk: Transcript, author: Author) -> None:
    write(talk, author, 1, "It came too late.")
    name(talk, author, MARA)
    undo(talk, author)
    assert speakers.of(talk)[0] == Speaker(1) and talk.segments[1].text == "It came too late."
    undo(talk, author)
    assert talk.segments[1].text == "It came late."


def test_who_comes_second_is_told(talk: Transcript, author: Author) -> None:
    name(talk, author, MARA)
    seen = talk.edition
    name(talk, author, ANA)
    with pytest.raises(Conflict):
        editing.undo(talk, seen, author)


def test_a_customer_takes_back_their_words_and_no_name(talk: Transcript, author: Author) -> None:
    write(talk, CUSTOMER, 1, "It came nine days late.")
    name(talk, author, MARA)
    undo(talk, CUSTOMER)
    assert talk.segments[1].text == "It came late." and speakers.of(talk)[0] == MARA
    with pytest.raises(Conflict):
        undo(talk, CUSTOMER)


def test_a_name_corrects_no_word(answer: Answer, talk: Transcript, author: Author) -> None:
    name(talk, author, MARA)
    assert talk.corrections == [] and talk.heard is None
    versions = editing_history.versions(talk)
    assert versions.by == () and versions.now == versions.heard
    write(talk, author, 1, "It came too late.")
    editing.restore(talk, talk.edition, author)
    name(talk, author, ANA)
    found = select(Transcript.id).where(speech.corrected())
    assert db.session.scalars(found).all() == [], "the machine's words stand"
