"""Somebody edits while others write about the same words: one after the other, and nobody for
ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.domain import editing, masks, transcripts, understanding
from app.domain.corrections import deciding, keeping, kinds
from app.domain.editing import Act
from app.domain.errors import Conflict
from app.domain.understanding import Finding
from app.extensions import db
from app.models import Answer, Member, Transcript
from tests.domain.editing.acts import TEXTS, texts
from tests.domain.erasure.gate import Gate, beside, until_it_waits


@pytest.fixture
def joins(words: Transcript, owner: Member) -> Callable[[], None]:
    """A colleague puts the first two passages together."""
    words_id, first, owner_id = words.id, words.segments[0].id, owner.id

    def join() -> None:
        said = db.session.get_one(Transcript, words_id)
        author = editing.staff(db.session.get_one(Member, owner_id))
        editing.save(said, said.edition, author, {}, Act("merge", first))
        db.session.commit()

    return join


@pytest.mark.postgresql
def test_an_edit_waits_for_who_understands_the_words(
    app: Flask, words: Transcript, joins: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The edit took passages away that the worker had read."""
    words_id, edition, gate = words.id, words.edition, Gate()

    def understand() -> None:
        transcripts.unchanged(words_id, edition)
        said = db.session.get_one(Transcript, words_id)
        understanding.publish(said, [Finding((), ()) for _ in TEXTS])
        db.session.commit()

    db.session.remove()
    monkeypatch.setattr(keeping, "settle", gate.after(keeping.settle))
    with gate.holding(app, understand), beside(app, joins):
        until_it_waits()
        gate.let_go()
    said = db.session.get_one(Transcript, words_id)
    assert texts(said) == [f"{TEXTS[0]} {TEXTS[1]}", TEXTS[2]]
    assert [each.understood for each in said.segments] == [False, True]


def test_words_are_hidden_in_the_passages_as_they_are_by_then(
    app: Flask, words: Transcript, joins: Callable[[], None], owner: Member
) -> None:
    assert len(words.segments) == 3  # read before the colleague was done
    with beside(app, joins):
        pass
    assert masks.hide(words, "called", "other", owner) == 1
    assert [mark.words for mark in masks.of(words)] == ["called"]
    assert texts(words) == [f"{TEXTS[0]} {TEXTS[1]}", TEXTS[2]]


@pytest.mark.parametrize("at", [0, 1])
def test_who_decides_about_a_passage_that_was_joined_is_told(
    app: Flask,
    answer: Answer,
    words: Transcript,
    joins: Callable[[], None],
    owner: Member,
    at: int,
) -> None:
    here = deciding.passage(answer.submission, words.segments[at].id)
    saw = deciding.seen(here, kinds.SENTIMENT)
    with beside(app, joins):
        pass
    why = kinds.Why("missed", "words", "")
    with pytest.raises(Conflict, match="Somebody changed this since you looked"):
        deciding.correct(here, kinds.SENTIMENT, ["positive"], why, saw, owner)
