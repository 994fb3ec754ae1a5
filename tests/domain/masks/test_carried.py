"""A mask stays with its words when the words around them are edited, or their spelling is."""

from __future__ import annotations

import pytest

from app.domain import editing, masking, masks
from app.domain.editing import editing_search
from app.extensions import db
from app.models import Answer, Member
from tests.domain.masks.said import edit, hide, lift, listened, look, save, shown, silent

pytestmark = pytest.mark.any_database

NAMED, SORRY = "my name is Berry okay", "so I am sorry"
SAW, RED, RUDE, ALL = "we saw it today", "the red zorbix", "it was rude", "and that is all"
LATE = "it came late"


@pytest.mark.parametrize("name", ["Berry", "Will"])
@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        ("NAME okay", "[name] okay"),
        ("um is NAME okay", "um is [name] okay"),
        ("my name\nis of course\nNAME okay", "[name] okay"),
    ],
)
def test_when_what_announced_a_name_is_edited(
    answer: Answer, member: Member, typed: str, seen: str, timed: bool, name: str
) -> None:
    typed = typed.replace("NAME", name)
    transcript = listened(answer, f"my name is {name} okay", SORRY, timed=timed)
    edit(transcript, member, typed)
    for _ in range(2):
        if timed:
            assert shown(transcript)[-2:] == [seen, SORRY]
            assert silent(transcript, 3.1, 3.9)
        else:
            assert name not in " ".join(shown(transcript))
        look(transcript)
    lift(transcript, name, member)
    look(transcript)
    assert typed.split("\n")[-1] in shown(transcript)
    assert not timed or not silent(transcript, 3.1, 3.9)


def test_of_a_number_whose_beginning_is_corrected(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "call me on oh seven seven double oh nine hundred four five six")
    edit(transcript, member, "call me um so double oh nine hundred four five six")
    for _ in range(2):
        assert "nine" not in shown(transcript)[0]
        assert silent(transcript, 2.4, 4.9)
        look(transcript)


def test_a_name_that_was_misheard_is_shown_as_it_was_corrected(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, NAMED, SORRY)
    edit(transcript, member, "my aim is very okay")
    look(transcript)
    assert shown(transcript)[0] == "my aim is very okay"


@pytest.mark.parametrize("looks", [True, False])
def test_respelt_and_then_moved(answer: Answer, member: Member, looks: bool) -> None:
    transcript = listened(answer, SAW, RED, RUDE, ALL)
    hide(transcript, "zorbix", member)
    save(transcript, member, SAW, "the red Zorbicks", RUDE, ALL)
    if looks:
        look(transcript)
    save(transcript, member, f"{SAW} the red Zorbicks", "", RUDE, f"{ALL} Zorbicks!")
    for _ in range(2):
        assert shown(transcript) == [f"{SAW} the red [hidden]", RUDE, f"{ALL} [hidden]!"]
        assert silent(transcript, 8.4, 9.9), "where it was said"
        look(transcript)
    lift(transcript, "Zorbicks!", member)
    look(transcript)
    assert shown(transcript) == [f"{SAW} the red [hidden]", RUDE, f"{ALL} Zorbicks!"]


def test_respelt_and_typed_again_beside_it(answer: Answer, member: Member) -> None:
    transcript = listened(answer, SAW, RED, RUDE, ALL)
    hide(transcript, "zorbix", member)
    edit(transcript, member, "the red Zorbicks", at=1)
    look(transcript)
    wanted = editing_search.Wanted("saw it today", "met the Zorbicks")
    editing.replace_all(transcript, transcript.edition, editing.staff(member), wanted)
    db.session.commit()
    for _ in range(2):
        assert shown(transcript)[:2] == ["we met the [hidden]", "the red [hidden]"]
        look(transcript)


def test_a_name_of_the_rules_that_is_moved(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "my name is Zorbo okay", SORRY, ALL)
    save(transcript, member, "okay", SORRY, f"{ALL} Zorbo")
    for _ in range(2):
        assert shown(transcript) == ["okay", SORRY, f"{ALL} [name]"]
        look(transcript)


def test_an_ordinary_word_is_masked_nowhere_else(answer: Answer, member: Member) -> None:
    transcript = listened(answer, SAW, RED, RUDE, ALL)
    hide(transcript, "zorbix", member)
    edit(transcript, member, "the red thing", at=1)
    look(transcript)
    edit(transcript, member, "a thing was rude", at=2)
    look(transcript)
    assert shown(transcript)[1:3] == ["the red [hidden]", "a thing was rude"]


@pytest.mark.parametrize(
    ("number", "followed"), [("2024", False), ("77145", True), ("771 452", True)]
)
def test_so_is_a_short_number(answer: Answer, member: Member, number: str, followed: bool) -> None:
    transcript = listened(answer, f"my order number is {number} okay", LATE, SORRY)
    edit(transcript, member, f"um is {number} okay")
    look(transcript)
    assert shown(transcript)[0] == "um is [reference number] okay"
    save(transcript, member, "um okay", LATE, f"so {number} I am sorry")
    for _ in range(2):
        assert (number in shown(transcript)[2]) is not followed
        look(transcript)


def test_what_was_hidden_after_an_edit_masks_nothing_of_before(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, SAW, "the red torvex", RUDE, ALL)
    edit(transcript, member, RED, at=1)
    look(transcript)
    hide(transcript, "zorbix", member)
    edit(transcript, member, "the torvex was rude", at=2)
    look(transcript)
    assert shown(transcript)[1:3] == ["the red [hidden]", "the torvex was rude"]


def test_a_lifted_name_stays_so_through_edits(answer: Answer, member: Member) -> None:
    transcript = listened(answer, NAMED, SORRY)
    lift(transcript, "Berry", member)
    edit(transcript, member, "um is Berry okay")
    look(transcript)
    assert shown(transcript)[0] == "um is Berry okay"
    assert [mark.words for mark in masks.of(transcript)] == ["Berry"]


def test_an_undone_edit_carries_nothing(answer: Answer, member: Member) -> None:
    transcript = listened(answer, SAW, SORRY)
    edit(transcript, member, "my name is Zorbo")
    look(transcript)
    editing.undo(transcript, transcript.edition, editing.staff(member))
    db.session.commit()
    edit(transcript, member, "we saw Zorbo today")
    look(transcript)
    assert shown(transcript)[0] == "we saw Zorbo today"


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize(
    "typed",
    [
        ("um Zorbo okay", SORRY, f"{ALL} Torvex"),
        ("um Torvex Zorbo okay", SORRY, ALL),
        ("um Zorbo/Torvex okay", SORRY, ALL),
        ("um okay", "Zorbo—call am sorry", ALL),
        ("um okay", f"{SORRY} Torvex's", ALL),
    ],
)
def test_parts_of_a_name(
    answer: Answer, member: Member, timed: bool, typed: tuple[str, ...]
) -> None:
    transcript = listened(answer, "my name is Zorbo Torvex okay", SORRY, ALL, timed=timed)
    save(transcript, member, *typed)
    for _ in range(2):
        said = " ".join(shown(transcript))
        assert "Zorbo" not in said and "Torvex" not in said
        look(transcript)


def test_what_a_person_hid_where_it_is_joined_to_others(answer: Answer, member: Member) -> None:
    transcript = listened(answer, RED, SORRY)
    hide(transcript, "zorbix", member)
    save(transcript, member, "red—zorbix—rude", f"{SORRY} zorbix/rude")
    look(transcript)
    assert shown(transcript) == ["[hidden]", f"{SORRY} [hidden]"]


def test_a_mask_that_was_lifted_since_is_carried_from_nowhere(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "my name is Zorbo Torvex okay", SORRY, ALL)
    edit(transcript, member, "and this is all", at=2)
    look(transcript)
    lift(transcript, "Zorbo Torvex", member)
    save(transcript, member, "um Zorbo okay", f"{SORRY} Torvex", ALL)
    look(transcript)
    assert shown(transcript)[:2] == ["um Zorbo okay", f"{SORRY} Torvex"]


@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("name", ["Zorbo", "Will"])
def test_when_what_announced_a_name_stands_in_the_passage_before(
    answer: Answer, member: Member, timed: bool, name: str
) -> None:
    transcript = listened(answer, "so my aim is", f"{name} okay", SORRY, timed=timed)
    edit(transcript, member, "so my name is")
    look(transcript)
    edit(transcript, member, "so it began")
    for _ in range(2):
        assert name not in " ".join(shown(transcript))
        assert silent(transcript, 5.1, 7.4)
        look(transcript)
    lift(transcript, masks.of(transcript)[0].words, member)
    assert shown(transcript)[1] == f"{name} okay"


def test_what_was_announced_by_one_edit_stays_masked_once_another_takes_that_away(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "hi there my name is", "shavon mac quillan", LATE)
    edit(transcript, member, "Siobharn McQuillarn", at=1)
    look(transcript)
    edit(transcript, member, "hi there")
    for _ in range(2):
        assert shown(transcript) == ["hi there", "[name]", LATE]
        look(transcript)


def test_passages_that_were_changed_at_once_are_not_read_as_one(
    answer: Answer, member: Member
) -> None:
    said = ["thanks that is my name is", "we had tea", "and cake", "Zorbix broke thanks a lot"]
    transcript = listened(answer, *said)
    wanted = editing_search.Wanted("thanks", "thank you")
    editing.replace_all(transcript, transcript.edition, editing.staff(member), wanted)
    db.session.commit()
    look(transcript)
    assert shown(transcript) == [each.replace("thanks", "thank you") for each in said]
    assert masking.muted(transcript) == []
