"""Words that are said twice in a passage and that nobody timed: each of them keeps its mask."""

from __future__ import annotations

import pytest

from app.domain import masking, masks, personal_data
from app.extensions import db
from app.models import Answer, Member, PersonalData, Transcript
from tests.domain.masks.said import edit, hide, lift, listened, look, shown

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

TWICE = "well zorbix rang and then zorbix left us"
MASKED = "well [hidden] rang and then [hidden] left us"


@pytest.fixture
def transcript(answer: Answer, member: Member) -> Transcript:
    made = listened(answer, TWICE, timed=False)
    hide(made, "zorbix", member)
    return made


def decided() -> list[PersonalData]:
    rows = db.session.query(PersonalData).filter_by(source="person")
    return sorted(rows, key=lambda each: (each.position, each.first_word))


def test_newer_rules_leave_both_masks(
    transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(personal_data, "VERSION", "newer")
    for _ in range(2):
        look(transcript)
        assert shown(transcript) == [MASKED]
        assert [each.first_word for each in decided()] == [1, 5]


@pytest.mark.parametrize(
    "text",
    [
        "well zorbix rang and then zorbix left me",
        "well zorbix rang\nand then zorbix left us",
        "well zorbix rang and then zorbix left zorbix",
    ],
)
def test_an_edit_leaves_them(transcript: Transcript, member: Member, text: str) -> None:
    edit(transcript, member, text)
    for _ in range(2):
        look(transcript)
        assert shown(transcript) == text.replace("zorbix", "[hidden]").split("\n")
    assert len(decided()) == text.count("zorbix")
    assert len(masks.of(transcript)) == text.count("zorbix")


def test_a_word_that_went_and_came_back_is_masked(transcript: Transcript, member: Member) -> None:
    for text in ("well zorbix rang and left us", TWICE):
        edit(transcript, member, text)
        look(transcript)
    assert shown(transcript) == [MASKED]
    assert len(decided()) == 2


def test_rows_that_fell_together_before_part_again(
    transcript: Transcript, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for row in decided():
        row.first_word = row.last_word = 1
    db.session.commit()
    monkeypatch.setattr(personal_data, "VERSION", "newer")
    assert shown(transcript) == [MASKED]
    look(transcript)
    assert shown(transcript) == [MASKED]
    assert [each.first_word for each in decided()] == [1, 5]


@pytest.mark.parametrize("text", [TWICE + " sadly", "well zorbix rang\nand then zorbix left us"])
def test_one_that_was_lifted_stays_so_and_the_other_masked(
    transcript: Transcript, member: Member, text: str
) -> None:
    lift(transcript, "zorbix", member)
    assert shown(transcript) == ["well zorbix rang and then [hidden] left us"]
    edit(transcript, member, text)
    for _ in range(2):
        look(transcript)
        assert " ".join(shown(transcript)).startswith("well zorbix rang and then [hidden] left us")
    again = next(each for each in masks.of(transcript) if each.row.hidden)
    masks.lift(transcript, again.row.id, member)
    assert shown(transcript) == text.split("\n")
    assert masking.muted(transcript) == []


def test_one_that_is_masked_again_stays_masked_beside_a_new_one(
    answer: Answer, member: Member
) -> None:
    """The row that lifted it must not keep the mask from it."""
    transcript = listened(answer, "well zorbix rang", timed=False)
    hide(transcript, "zorbix", member)
    lift(transcript, "zorbix", member)
    hide(transcript, "zorbix", member)
    edit(transcript, member, "well zorbix rang and zorbix left")
    look(transcript)
    assert shown(transcript) == ["well [hidden] rang and [hidden] left"]


def test_what_a_person_wrote_twice_keeps_both_masks(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "so ask prior ah man today")
    edit(transcript, member, "so zorbix and zorbix today")
    look(transcript)
    hide(transcript, "zorbix", member)
    edit(transcript, member, "so zorbix and zorbix yesterday")
    look(transcript)
    assert shown(transcript) == ["so [hidden] and [hidden] yesterday"]


def test_words_that_were_hidden_twice_are_heard_once_lifted(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "we live in the zorbix house", timed=False)
    hide(transcript, "zorbix", member)
    hide(transcript, "zorbix", member)
    lift(transcript, "zorbix", member)
    assert shown(transcript) == ["we live in the zorbix house"]
    assert masking.muted(transcript) == []
    mark = next(each for each in masks.of(transcript) if each.words == "zorbix")
    masks.lift(transcript, mark.row.id, member, hidden=True)
    assert shown(transcript) == ["we live in the [hidden] house"]
    assert masking.muted(transcript) != []
