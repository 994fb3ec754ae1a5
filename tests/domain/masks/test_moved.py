"""A mask goes with its words when somebody moves them, or deletes and types them anew."""

from __future__ import annotations

import pytest

from app.domain import editing, masks
from app.domain.editing import Act
from app.extensions import db
from app.models import Answer, Member, PersonalData, Transcript
from tests.domain.masks.said import edit, hide, lift, listened, look, save, shown, silent

SAW, RED, RUDE, ALL = "we saw it today", "the red zorbix", "it was rude", "and that is all"


@pytest.fixture
def transcript(answer: Answer, member: Member) -> Transcript:
    made = listened(answer, SAW, RED, RUDE, ALL)
    hide(made, "zorbix", member)
    return made


@pytest.mark.parametrize(
    "texts",
    [
        (f"{SAW} {RED}", "", RUDE, ALL),
        (SAW, RUDE, f"{ALL} {RED}", ""),
        (SAW, RUDE, ALL, RED),
        (SAW, "The Zorbix! It is red", RUDE, ALL),
        (SAW, RED, RUDE, f"{ALL} but the zorbix"),
    ],
)
def test_to_wherever_they_are_typed_again(
    transcript: Transcript, member: Member, texts: tuple[str, ...]
) -> None:
    save(transcript, member, *texts)
    for _ in range(2):
        assert "zorbix" not in " ".join(shown(transcript)).lower()
        assert silent(transcript, 8.4, 9.9), "where they were said"
        look(transcript)


def test_when_they_went_before_and_come_back_elsewhere(
    transcript: Transcript, member: Member
) -> None:
    save(transcript, member, SAW, "", RUDE, ALL)
    look(transcript)
    save(transcript, member, f"{SAW}\n{RED}", RUDE, ALL)
    look(transcript)
    assert shown(transcript) == [SAW, "the red [hidden]", RUDE, ALL]


def test_of_several_words_only_as_they_stood_together(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "the blue house is ours", SAW)
    hide(transcript, "blue house", member)
    edit(transcript, member, f"{SAW} by the house and the blue\nhouse", at=1)
    edit(transcript, member, "is ours")
    assert shown(transcript)[1:] == [f"{SAW} by the house and the [hidden]", "[hidden]"]


def test_what_the_machine_heard_elsewhere_has_none(answer: Answer, member: Member) -> None:
    """A hidden stretch that lies in two passages has a row for its words in each."""
    transcript = listened(answer, "she works at the", "Quarry now", "the food was late")
    hide(transcript, "the quarry", member)
    edit(transcript, member, "she works there")
    look(transcript)
    assert shown(transcript)[1:] == ["[hidden] now", "the food was late"]


def test_it_can_be_lifted_where_they_stand_now(transcript: Transcript, member: Member) -> None:
    save(transcript, member, f"{SAW} {RED}", "", RUDE, f"{ALL} zorbix")
    look(transcript)
    assert [each.row.position for each in masks.of(transcript)] == [0, 2]
    lift(transcript, "zorbix", member)
    for _ in range(2):
        assert shown(transcript) == [f"{SAW} {RED}", RUDE, f"{ALL} [hidden]"]
        look(transcript)
    edit(transcript, member, f"well {SAW} {RED}")
    look(transcript)
    assert shown(transcript)[0] == f"well {SAW} {RED}"


def test_words_that_were_shown_again_stay_so(transcript: Transcript, member: Member) -> None:
    lift(transcript, "zorbix", member)
    save(transcript, member, f"{SAW} {RED}", "", RUDE, ALL)
    look(transcript)
    assert shown(transcript)[0] == f"{SAW} {RED}"


def test_moving_them_again_and_again_leaves_no_rows_behind(
    transcript: Transcript, member: Member
) -> None:
    for turn in range(6):
        texts = [RED if at == turn % 2 else SAW for at in range(4)]
        save(transcript, member, *texts)
        look(transcript)
        assert "zorbix" not in " ".join(shown(transcript))
    assert db.session.query(PersonalData).filter_by(source="person").count() <= 3


def test_an_undone_move_leaves_them_masked_in_both_places(
    transcript: Transcript, member: Member
) -> None:
    edit(transcript, member, f"{SAW} zorbix")
    look(transcript)
    edit(transcript, member, "the red", at=1)
    look(transcript)
    editing.undo(transcript, transcript.edition, editing.staff(member))
    look(transcript)
    assert shown(transcript)[:2] == [f"{SAW} [hidden]", "the red [hidden]"]


@pytest.fixture
def typed(answer: Answer, member: Member) -> Transcript:
    """A written answer: nothing in it has a time."""
    answer.kind = "text"
    made = listened(answer, RUDE, RED)
    for segment in made.segments:
        segment.words, segment.start, segment.end = [], 0.0, 0.0
    look(made)
    hide(made, "zorbix", member)
    return made


def test_in_a_written_answer(typed: Transcript, member: Member) -> None:
    edit(typed, member, "well the red zorbix", at=1)
    edit(typed, member, "a zorbix was rude")
    for _ in range(2):
        assert "zorbix" not in " ".join(shown(typed))
        look(typed)


def test_in_a_written_answer_that_is_as_it_was_again(typed: Transcript, member: Member) -> None:
    edit(typed, member, RUDE.replace(" ", "\n", 1))
    look(typed)
    edit(typed, member, act=Act("merge", typed.segments[1].id))
    for _ in range(2):
        editing.undo(typed, typed.edition, editing.staff(member))
    assert shown(typed) == [RUDE, "the red [hidden]"]


def test_in_a_written_answer_whose_lines_are_merged(typed: Transcript, member: Member) -> None:
    edit(typed, member, act=Act("merge", typed.segments[0].id))
    for _ in range(2):
        assert "zorbix" not in shown(typed)[0]
        look(typed)
