"""Words that something else than a blank joins to others: masked wherever they stand so."""

from __future__ import annotations

import pytest

from app.domain import masking
from app.models import Answer, Member, Segment
from tests.domain.masks.said import edit, hide, listened, shown

pytestmark = pytest.mark.any_database

CLINIC = ("the clinic was rude", "that clinic—never again", "a Clinic/hospital thing, clinic-wide")


def test_what_a_person_hides_is_hidden_there_too(answer: Answer, member: Member) -> None:
    transcript = listened(answer, *CLINIC)
    assert hide(transcript, "clinic", member) == 4
    assert shown(transcript) == [
        "the [hidden] was rude", "that [hidden] again", "a [hidden] thing, [hidden]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "hidden", "seen"),
    [
        ("नीला नाली नल", "नीला", "[hidden] नाली नल"),
        ("plan C and C++ was c sharp", "C++", "plan C and [hidden] was c sharp"),
        ("it was 😀 and $$$ now", "$$$", "it was 😀 and [hidden] now"),
        ("it was 😀 and $$$ now", "😀", "it was [hidden] and $$$ now"),
    ],
)
def test_signs_that_belong_to_a_word(
    answer: Answer, member: Member, said: str, hidden: str, seen: str
) -> None:
    transcript = listened(answer, said)
    assert hide(transcript, hidden, member) == 1
    assert shown(transcript) == [seen]


def test_several_words_over_a_joint(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "we met Ada—Lovelace,yes there")
    assert hide(transcript, "ada lovelace", member) == 1
    assert shown(transcript) == ["we met [hidden] there"]


@pytest.mark.parametrize(
    ("note", "seen"),
    [
        ("He meant the clinic-visit", "He meant the [hidden]"),
        ("Two clinics—bad ones", "Two [hidden] ones"),
        ("Bakare/Oluwaseun and the Bakares", "[name] and the [name]"),
        ("oluwaseun_bakare wrote", "[name] wrote"),
        ("Call them again", "Call them again"),
        ("Mark", "[hidden]"),
        ("Nobody called", "Nobody called"),
        ("paid 900 for it at 12, room 5", "paid 900 for it at 12, room 5"),
        (
            "ring 07700-900-456 for the co-op, cos Rose-May knows",
            "ring [phone number] for the co-op, cos [hidden] knows",
        ),
    ],
)
def test_in_notes(answer: Answer, member: Member, note: str, seen: str) -> None:
    said = (*CLINIC, "my name is Oluwaseun Bakare—call me", "thank you Mark", "Marketing was bad")
    transcript = listened(answer, *said, "call 07700-900-456", "ask Rose-May of co")
    hide(transcript, "Rose-May", member)
    hide(transcript, "co", member)
    hide(transcript, "clinic", member)
    hide(transcript, "mark", member)
    assert masking.evidence(note, answer.submission) == seen


def test_a_passage_that_was_cut_has_its_masks(answer: Answer, member: Member) -> None:
    long = " ".join(["we waited"] * 110 + ["for Zorblat"])
    transcript = listened(answer, long)
    hide(transcript, "zorblat", member)
    first: Segment = transcript.segments[0]
    assert masking.evidence(first.text[:-3], answer.submission).endswith("for [hidden]")
    assert masking.evidence("we waited", answer.submission) == "we waited"


def test_emoji_and_what_nobody_sees_around_hidden_words(answer: Answer, member: Member) -> None:
    transcript = listened(
        answer, "the zorbix", "it was zorbix😊 really", "a \u200ezorbix\u200e", "ok"
    )
    assert hide(transcript, "zorbix", member) == 3
    assert shown(transcript)[1:] == ["it was [hidden] really", "a [hidden]", "ok"]
    edit(transcript, member, "ok zor\u200bbix❤️", at=3)
    assert shown(transcript)[3] == "ok [hidden]"


@pytest.mark.parametrize(
    "word",
    ["•zorbix", "zorbix↔️", "「zorbix」", "zorbix·", "→zorbix", "#zorbix", "@zorbix", "+zorbix",
     "zorbix=", "—zorbix", "zorbix&", "zor\u180bbix", "\u3164zorbix"],
)  # fmt: skip
def test_signs_at_the_edges_of_hidden_words(answer: Answer, member: Member, word: str) -> None:
    transcript = listened(answer, "the zorbix", "ok")
    hide(transcript, "zorbix", member)
    edit(transcript, member, f"ok {word}", at=1)
    assert shown(transcript)[1] == "ok [hidden]"


def test_a_name_that_is_corrected_with_an_emoji_keeps_its_mask(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "my name is Zorbo okay", "ring me on 07700900456")
    edit(transcript, member, "um Zorbo☺ okay")
    edit(transcript, member, "ring me on \u202a07700900456\u202c", at=1)
    assert shown(transcript) == ["um [name] okay", "ring me on [phone number]"]
