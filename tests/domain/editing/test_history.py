"""A transcript that people correct: every verb, and its history."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain import (
    editing,
    editing_history,
)
from app.domain.editing import Act, Author
from app.domain.editing_search import Wanted
from app.domain.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import (
    Answer,
    Transcript,
    TranscriptEdit,
)
from tests import factories
from tests.domain.editing.acts import CUSTOMER, TEXTS, act, texts, write


def test_an_edit_is_kept_with_who_when_and_what(words: Transcript, author: Author) -> None:
    assert write(words, author, 0, "the mail came late") == 1
    assert texts(words) == ["the mail came late", *TEXTS[1:]]
    segment = words.segments[0]
    assert [word[0] for word in segment.words] == ["the", "mail", "came", "late"]
    assert segment.words[0][1:3] == [0.0, 1.25] and segment.edited_by == "staff"
    [line] = editing_history.lines(words)
    assert (line.edit.kind, line.edit.member_id, line.edit.state) == (
        "words",
        author.member_id,
        "done",
    )
    assert [(p.text, p.what) for p in line.pieces[0]] == [
        ("the", "same"), ("male", "old"), ("mail", "new"), ("came late", "same"),
    ]  # fmt: skip
    assert words.edition == 1
    assert write(words, author, 0, "the  mail came late ") == 0
    assert words.edition == 1  # nothing changed, so nobody's page is out of date


def test_undo_and_redo_go_over_any_number_of_steps(words: Transcript, author: Author) -> None:
    states = [texts(words)]
    write(words, author, 0, "the mail came late")
    states.append(texts(words))
    act(words, author, "split", 0, word=2)
    states.append(texts(words))
    act(words, author, "merge", 2)
    states.append(texts(words))
    act(words, author, "unclear", 0)
    assert words.segments[0].unclear
    states.append(texts(words))
    write(words, author, 1, "")
    states.append(texts(words))
    editing.replace_all(words, words.edition, author, Wanted("the", "a"))
    states.append(texts(words))
    editing.restore(words, words.edition, author)
    states.append(texts(words))
    assert states[2] == ["the mail", "came late", "nobody called", "it was find"]
    assert states[3] == ["the mail", "came late", "nobody called it was find"]
    assert states[-1] == states[0] == TEXTS
    for state in reversed(states[:-1]):
        editing.undo(words, words.edition, author)
        assert texts(words) == state
    with pytest.raises(Conflict):
        editing.undo(words, words.edition, author)
    for state in states[1:]:
        editing.redo(words, words.edition, author)
        assert texts(words) == state
    with pytest.raises(Conflict):
        editing.redo(words, words.edition, author)
    kinds = [line.edit.kind for line in editing_history.lines(words)]
    assert kinds == ["restore", "replace", "words", "unclear", "merge", "split", "words"]


def test_going_on_after_an_undo_drops_what_was_undone_but_not_from_the_history(
    words: Transcript, author: Author
) -> None:
    write(words, author, 0, "the mail came late")
    editing.undo(words, words.edition, author)
    write(words, author, 1, "nobody ever called")
    with pytest.raises(Conflict):
        editing.redo(words, words.edition, author)
    states = [(line.edit.number, line.edit.state) for line in editing_history.lines(words)]
    assert states == [(2, "done"), (1, "dropped")]


def test_typing_and_an_act_are_one_step(words: Transcript, author: Author) -> None:
    ids = [segment.id for segment in words.segments]
    editing.save(words, 0, author, {ids[2]: "it was fine"}, Act("merge", ids[1]))
    assert texts(words) == [TEXTS[0], "nobody called it was fine"]
    editing.undo(words, words.edition, author)
    assert texts(words) == TEXTS
    with pytest.raises(Invalid):
        act(words, author, "merge", 2)
    db.session.rollback()
    with pytest.raises(Invalid):
        editing.save(words, words.edition, author, {}, Act("unclear", 10**9))


def test_who_comes_second_is_told_and_overwrites_nothing(words: Transcript, author: Author) -> None:
    seen = words.edition
    write(words, author, 0, "the mail came late")
    db.session.commit()
    for again in (
        lambda: editing.save(words, seen, author, {words.segments[0].id: "mine"}),
        lambda: editing.replace_all(words, seen, author, Wanted("mail", "post")),
        lambda: editing.restore(words, seen, author),
        lambda: editing.undo(words, seen, author),
    ):
        with pytest.raises(Conflict):
            again()
        db.session.rollback()
    assert texts(words)[0] == "the mail came late"
    assert db.session.scalar(select(func.count(TranscriptEdit.id))) == 1


def test_replace_leaves_out_what_it_was_told_to(words: Transcript, author: Author) -> None:
    only = {words.segments[2].id}
    assert editing.replace_all(words, 0, author, Wanted("it", "this"), only) == 1
    assert texts(words)[2] == "this was find"
    assert editing.replace_all(words, words.edition, author, Wanted("zebra", "x")) == 0


def test_the_machines_own_words_are_kept_and_seen(words: Transcript, author: Author) -> None:
    write(words, author, 0, "the mail came late")
    write(words, CUSTOMER, 1, "nobody rang me")
    write(words, author, 2, "it was fine")
    versions = editing_history.versions(words)
    assert [p.text for p in versions.heard] == TEXTS
    assert versions.customers is not None
    assert [p.text for p in versions.customers] == [
        "the mail came late",
        "nobody rang me",
        TEXTS[2],
    ]
    assert versions.by == ("staff", "customer")


def test_a_customer_undoes_only_what_they_did_themselves(words: Transcript, author: Author) -> None:
    write(words, author, 0, "the mail came late")
    with pytest.raises(Conflict):
        editing.undo(words, words.edition, CUSTOMER)
    write(words, CUSTOMER, 1, "nobody rang me")
    editing.undo(words, words.edition, CUSTOMER)
    assert texts(words)[:2] == ["the mail came late", "nobody called"]


def test_written_words_and_other_answers_are_not_open(answer: Answer, words: Transcript) -> None:
    written = factories.answer(answer.submission, "text", written_text="I wrote this.")
    factories.transcript(written, "I wrote this.", engine="written")
    for wrong in (written.id, "nothing"):
        with pytest.raises(NotFound):
            editing.spoken(answer.submission, wrong)
    other = factories.submission(answer.submission.program)
    with pytest.raises(NotFound):
        editing.spoken(other, answer.id)
    assert editing.spoken(answer.submission, answer.id).id == words.id
