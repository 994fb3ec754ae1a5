"""A moment's old quote keeps every mask, wherever its words stand by now."""

from __future__ import annotations

import pytest

from app.domain import masking, masks
from app.domain.masking import quotes
from app.models import Answer, Highlight, Member, Transcript
from tests import factories
from tests.domain.masks.said import edit, hide, lift, listened, look, merge

pytestmark = pytest.mark.slow

BEFORE, HOUSE = "It came late.", "we live in the blue house by the pub"
MASKED = "we live in the [hidden] by the pub"


@pytest.fixture
def transcript(answer: Answer) -> Transcript:
    return listened(answer, BEFORE, "Nobody called.", HOUSE)


@pytest.fixture
def moment(answer: Answer, transcript: Transcript) -> Highlight:
    return factories.highlight(
        answer, transcript, start=10.0, end=15.0, first_position=2, last_position=2, quote=HOUSE
    )


def test_after_passages_before_it_were_merged(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    hide(transcript, "blue house", member)
    assert masking.quote(moment) == MASKED
    merge(transcript, member)
    look(transcript)
    assert masking.quote(moment) == MASKED


def test_a_mask_that_is_put_after_the_merge(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    merge(transcript, member)
    hide(transcript, "blue house", member)
    assert masking.quote(moment) == MASKED


def test_after_its_own_passage_was_merged_and_its_words_were_edited(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    hide(transcript, "blue house", member)
    merge(transcript, member, at=1)
    look(transcript)
    edit(transcript, member, "Nobody called. we live far away", at=1)
    look(transcript)
    assert masking.quote(moment) == MASKED


def test_words_that_stood_there_and_were_edited_before_anybody_masked(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    edit(transcript, member, "we live in the old blue house, by the pub", at=2)
    hide(transcript, "old blue house", member)
    assert masking.quote(moment) == "we live in [hidden] by the pub"


def test_one_that_goes_beyond_a_passage_that_was_edited(
    answer: Answer, transcript: Transcript, member: Member
) -> None:
    quote = "Nobody called. we live in the blue…"
    moment = factories.highlight(answer, transcript, first_position=1, last_position=2, quote=quote)
    hide(transcript, "blue house", member)
    edit(transcript, member, "Nobody ever called.", at=1)
    look(transcript)
    assert "blue" not in masking.quote(moment)


def test_one_that_was_just_written_anew(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    hide(transcript, "blue house", member)
    moment.quote = "in the blue house"
    assert moment.masked_quote is None
    assert masking.quote(moment) == "in the [hidden]"


def test_a_lifted_mask_is_lifted_there(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    hide(transcript, "blue house", member)
    merge(transcript, member)
    look(transcript)
    lift(transcript, "blue house", member)
    assert masking.quote(moment) == HOUSE
    assert masks.of(transcript)[0].words == "blue house"


def test_no_words_at_all(transcript: Transcript, member: Member) -> None:
    hide(transcript, "blue house", member)
    assert quotes.quoted(["", "  ", "blue house"], transcript) == ["", "  ", "[hidden]"]
