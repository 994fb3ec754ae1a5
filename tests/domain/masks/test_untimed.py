"""Words that nobody timed, such as those of a captions file: a mask never slips off them, and all
is silent in which they may be said."""

from __future__ import annotations

import pytest

from app.domain import masking, masks, transcripts
from app.domain.timeline import Segment, Span, Word
from app.extensions import db
from app.models import Answer, Member, PersonalData, Transcript
from tests.domain.masks.said import edit, hide, lift, listened, look, merge, shown, silent

pytestmark = [pytest.mark.slow, pytest.mark.any_database]

HOUSE = "we live in the blue house by the Quarry pub sadly"
NUMBER = "call me on 07700900456 please"


def heard_again(answer: Answer, *said: tuple[str, float, float]) -> Transcript:
    """By an engine that times each word."""
    words = tuple(Word(text, start, end, 0.9) for text, start, end in said)
    text = " ".join(word.text for word in words)
    made = transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="en", duration_s=10.0,
        segments=[Segment(words[0].start, words[-1].end, text, 0.9, words)],
    )  # fmt: skip
    db.session.commit()
    return made


def test_all_of_a_caption_is_silent_also_when_it_is_taken_apart(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE, "It came late.", timed=False)
    hide(transcript, "blue house", member)
    assert masking.muted(transcript) == [Span(0.0, 5.12)]
    edit(transcript, member, "we live in the blue house\nby the Quarry pub sadly")
    for _ in range(2):
        assert shown(transcript)[:2] == ["we live in the [hidden]", "by the Quarry pub sadly"]
        assert masking.muted(transcript) == [Span(0.0, 5.12)]
        look(transcript)


def test_so_it_is_with_what_the_rules_find(answer: Answer, member: Member) -> None:
    transcript = listened(answer, NUMBER, timed=False)
    edit(transcript, member, "call me on 07700900456\nplease")
    look(transcript)
    assert masking.muted(transcript) == [Span(0.0, 5.12)]
    lift(transcript, "07700900456", member)
    assert masking.muted(transcript) == []


def test_a_mask_follows_its_words_through_edits(answer: Answer, member: Member) -> None:
    transcript = listened(answer, HOUSE, timed=False)
    hide(transcript, "blue house", member)
    edit(transcript, member, "well now yes we all live very far out in the blue house")
    assert shown(transcript) == ["well now yes we all live very far out in the [hidden]"]
    look(transcript)
    edit(transcript, member, "the blue house")
    assert shown(transcript) == ["the [hidden]"]
    assert len(db.session.query(PersonalData).filter_by(source="person").all()) == 1


def test_where_its_words_are_spelt_otherwise_all_of_the_caption_is_masked(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE, "It came late.", timed=False)
    hide(transcript, "blue house", member)
    edit(transcript, member, "we live in the bleu haus by the pub sadly")
    for _ in range(2):
        assert shown(transcript) == ["[hidden]", "It came late."]
        look(transcript)
    edit(transcript, member, HOUSE)
    assert shown(transcript)[0] == "we live in the [hidden] by the Quarry pub sadly"


@pytest.mark.parametrize("heard", ["blue house", "blew horse"])
def test_an_engine_that_times_words_finds_them_or_masks_all_that_is_said_then(
    answer: Answer, member: Member, heard: str
) -> None:
    """By length "blue house" would be said from 1.4 to 2.4; it is said from 3.0 to 4.0."""
    first, second = heard.split()
    hide(listened(answer, HOUSE, timed=False), "blue house", member)
    again = heard_again(
        answer, ("we", 0.2, 0.5), ("live", 0.5, 2.0), ("at", 2.0, 3.0), (first, 3.0, 3.5),
        (second, 3.5, 4.0), ("and", 5.5, 6.0), ("so", 6.0, 6.5),
    )  # fmt: skip
    wanted = {"blue house": "we live at [hidden] and so", "blew horse": "[hidden] and so"}[heard]
    for _ in range(2):
        assert shown(again) == [wanted]
        assert silent(again, 0.0, 5.0) and not silent(again, 5.5, 6.0)
        look(again)


def test_a_mask_of_timed_words_stays_on_a_caption_of_the_same_time(
    answer: Answer, member: Member
) -> None:
    timed = heard_again(answer, ("the", 0.0, 3.0), ("bluebird", 3.0, 4.0), ("sang", 4.0, 5.0))
    hide(timed, "bluebird", member)
    found = listened(answer, "the bluebird sang to me", timed=False)
    assert shown(found) == ["the [hidden] sang to me"]
    other = listened(answer, "the blue bird sang to me", "It came late.", timed=False)
    assert shown(other) == ["[hidden]", "It came late."]
    assert silent(other, 0.0, 5.0)


def test_one_of_two_masks_in_a_caption_is_lifted_and_put_back(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE, timed=False)
    hide(transcript, "blue house", member)
    hide(transcript, "Quarry pub", member)
    lift(transcript, "blue house", member)
    assert shown(transcript) == ["we live in the blue house by the [hidden] sadly"]
    assert silent(transcript, 0.0, 5.0), "the other one is said in it"
    lift(transcript, "Quarry pub", member)
    assert shown(transcript) == [HOUSE]
    assert masking.muted(transcript) == []
    mark = masks.of(transcript)[0]
    masks.lift(transcript, mark.row.id, member, hidden=True)
    assert shown(transcript) == ["we live in the [hidden] by the Quarry pub sadly"]
    assert silent(transcript, 0.0, 5.0)


def test_a_caption_that_is_merged_with_timed_words_keeps_its_silence(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "It came late.", HOUSE)
    transcript.segments[1].words = []
    look(transcript)
    hide(transcript, "blue house", member)
    before = masking.muted(transcript)
    merge(transcript, member)
    look(transcript)
    assert shown(transcript) == ["It came late. we live in the [hidden] by the Quarry pub sadly"]
    assert masking.muted(transcript) == before == [Span(4.88, 10.12)]


def test_a_name_that_a_person_wrote_is_silent_in_all_that_it_replaced(
    answer: Answer, member: Member
) -> None:
    """Four words gave way to three: nobody knows which of them the name stands for."""
    transcript = listened(answer, "so ask prior ah man today")
    edit(transcript, member, "so Priya Raman knows today")
    look(transcript)
    assert shown(transcript) == ["so [name] knows today"]
    assert silent(transcript, 5 / 6, 25 / 6) and not silent(transcript, 0.0, 0.5)


def test_a_number_that_the_machine_left_out_is_silent_in_the_words_around_it(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "call me on please")
    edit(transcript, member, "call me on 07700900456 please")
    assert silent(transcript, 2.5, 5.0) and not silent(transcript, 0.0, 1.0)


def test_a_mask_stays_on_words_that_are_written_anew_in_another_order(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "then ask Bluey nicely")
    hide(transcript, "Bluey", member)
    edit(transcript, member, "then Bluebell said yes kindly")
    assert "Bluebell" not in shown(transcript)[0]
    assert silent(transcript, 2.5, 3.75)


@pytest.mark.parametrize("edited", [True, False])
def test_who_lifts_a_mask_of_words_that_stand_in_for_hidden_ones_uncovers_only_these(
    answer: Answer, member: Member, edited: bool
) -> None:
    said, late = "the red zorbix", "It came late."
    first = listened(answer, said, late, timed=False)
    hide(first, "zorbix", member)
    if edited:
        edit(first, member, "the red thing")
        look(first)
        now = first
    else:
        now = listened(answer, "the red thing", late, timed=False, current=False)
        choose(answer, now)
    lift(now, "the red thing", member)
    assert shown(now) == ["the red thing", late]
    edit(now, member, "It came early.", at=1)
    for _ in range(2):
        assert shown(now) == ["the red thing", "It came early."]
        assert masking.muted(now) == [Span(0.0, 5.12)], "nobody lifted what is said there"
        look(now)
    if edited:
        edit(first, member, said)
        look(first)
    else:
        choose(answer, first)
    assert shown(first)[0] == "the red [hidden]"
    assert masking.muted(first) == [Span(0.0, 5.12)]
    lift(first, "zorbix", member)
    assert shown(first)[0] == said and masking.muted(first) == []


def test_who_lifts_one_of_words_on_two_lines_uncovers_all_of_them(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE, timed=False)
    hide(transcript, "blue house", member)
    edit(transcript, member, "we live in the blue\nhouse by the Quarry pub sadly")
    look(transcript)
    lift(transcript, "blue", member)
    assert shown(transcript) == ["we live in the blue", "house by the Quarry pub sadly"]
    assert masking.muted(transcript) == []


def choose(answer: Answer, transcript: Transcript) -> None:
    transcripts.choose(answer, transcript.id)
    db.session.commit()
    look(transcript)
