"""What stays masked and silent when the words are edited."""

from __future__ import annotations

import pytest

from app.domain import editing, masking, masks
from app.domain.editing import Act
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Member, PersonalData
from tests import factories
from tests.domain.masks.said import edit, listened, look, shown, silent

pytestmark = pytest.mark.any_database

NUMBER = "call me on 07700900456 please"  # said from 3.0 to 4.0
HOUSE = "I live in the blue house by Quarry pub sadly"  # half a second each


@pytest.mark.parametrize("words", ["call me please", "call me on my mobile please", ""])
def test_a_number_that_was_edited_away_stays_silent(
    answer: Answer, member: Member, words: str
) -> None:
    transcript = listened(answer, NUMBER, "It came late.")
    before = masking.muted(transcript)
    edit(transcript, member, words)
    assert masking.muted(transcript) == before == [Span(2.88, 4.12)]
    look(transcript)
    assert masking.muted(transcript) == before


def test_words_that_stand_are_muted_once_and_heard_once_their_mask_is_lifted(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, NUMBER)
    edit(transcript, member, "call me on 07700900456 thanks")
    look(transcript)
    assert masking.muted(transcript) == [Span(2.88, 4.12)]
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    db.session.commit()
    assert masking.muted(transcript) == []


def test_an_undone_edit_leaves_nothing_silent_that_was_heard(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, NUMBER)
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    edit(transcript, member, "call me please")
    look(transcript)
    assert masking.muted(transcript) == [], "its mask was lifted before"
    editing.undo(transcript, transcript.edition, editing.staff(member))
    look(transcript)
    assert masking.muted(transcript) == []


def test_a_name_that_a_person_wrote_and_another_took_away_stays_silent(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "we asked prior about it")
    assert masking.muted(transcript) == []
    edit(transcript, member, "we asked Priya about it")
    edit(transcript, member, "we asked about it")
    look(transcript)
    assert shown(transcript) == ["we asked about it"]
    assert masking.muted(transcript) == [Span(1.88, 3.12)]


@pytest.mark.parametrize("words", ["I live in sadly", "I live in the blue by Quarry pub sadly"])
def test_words_that_a_person_hid_stay_silent_when_edited_away(
    answer: Answer, member: Member, words: str
) -> None:
    transcript = listened(answer, HOUSE)
    masks.hide(transcript, "blue house by Quarry pub", "other", member)
    db.session.commit()
    before = masking.muted(transcript)
    edit(transcript, member, words)
    look(transcript)
    assert masking.muted(transcript) == before == [Span(1.88, 4.62)]


def test_a_hidden_word_between_two_halves_of_a_split_passage_stays_silent(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE)
    masks.hide(transcript, "blue house by Quarry pub", "other", member)
    edit(transcript, member, "I live in the blue house\nQuarry pub sadly")
    look(transcript)
    look(transcript)
    assert shown(transcript) == ["I live in the [hidden]", "[hidden] sadly"]
    assert masking.muted(transcript) == [Span(1.88, 4.62)]


def test_a_passage_without_times_is_silent_where_one_of_its_words_went(
    answer: Answer, member: Member
) -> None:
    transcript = factories.transcript(answer, NUMBER)
    transcript.segments[0].words = []
    look(transcript)
    edit(transcript, member, "call me please")
    look(transcript)
    assert silent(transcript, 0.0, 5.0)


def test_merging_passages_changes_no_silence(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "It came late.", NUMBER)
    before = masking.muted(transcript)
    act = Act("merge", transcript.segments[0].id)
    editing.save(transcript, transcript.edition, editing.staff(member), {}, act)
    look(transcript)
    assert masking.muted(transcript) == before == [Span(7.88, 9.12)]


def test_a_lifted_mask_goes_with_its_word_and_comes_back_with_it(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "you should ask Priya on 07700900456 today")
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    db.session.commit()
    assert shown(transcript) == ["you should ask Priya on [phone number] today"]
    edit(transcript, member, "you should ask 07700900456 today")
    for _ in range(2):
        look(transcript)
        assert shown(transcript) == ["you should ask [phone number] today"]
    editing.undo(transcript, transcript.edition, editing.staff(member))
    look(transcript)
    assert shown(transcript) == ["you should ask Priya on [phone number] today"]


def test_a_persons_mask_goes_with_its_words_and_comes_back_with_them(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, HOUSE)
    masks.hide(transcript, "blue house by Quarry pub", "other", member)
    edit(transcript, member, "I live in the sadly")
    for _ in range(2):
        look(transcript)
        assert shown(transcript) == ["I live in the sadly"]
    assert masks.of(transcript) == []
    editing.undo(transcript, transcript.edition, editing.staff(member))
    look(transcript)
    assert shown(transcript) == ["I live in the [hidden] sadly"]


@pytest.mark.parametrize("looked", [False, True])
@pytest.mark.parametrize("noted", [False, True])
def test_a_lifted_mask_uncovers_nothing_that_is_written_later(
    answer: Answer, member: Member, looked: bool, noted: bool
) -> None:
    transcript = listened(answer, "you should ask Priya now", NUMBER)
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    if not noted:  # as an older version left it
        db.session.query(PersonalData).filter_by(source="person").update({"version": ""})
    db.session.commit()
    assert shown(transcript)[0] == "you should ask Priya now"
    edit(transcript, member, "you should ask Oluwaseun Bakare 07700900456 now")
    if looked:
        look(transcript)
    assert shown(transcript)[0] == "you should ask [name] [phone number] now"
    assert silent(transcript, 3.0, 4.0)


def test_a_lifted_mask_stays_lifted_through_edits_around_it(answer: Answer, member: Member) -> None:
    transcript = listened(answer, "you should ask Priya Raman now", "It came late.")
    masks.lift(transcript, masks.of(transcript)[0].row.id, member)
    db.session.commit()
    edit(transcript, member, "well you should ask priya raman today")
    assert shown(transcript)[0] == "well you should ask priya raman today"
    look(transcript)
    edit(transcript, member, "well you should ask priya\nraman today")
    look(transcript)
    assert shown(transcript)[:2] == ["well you should ask priya", "raman today"]
    assert masking.muted(transcript) == []
    act = Act("merge", transcript.segments[0].id)
    editing.save(transcript, transcript.edition, editing.staff(member), {}, act)
    look(transcript)
    assert shown(transcript)[0] == "well you should ask priya raman today"


@pytest.mark.parametrize(
    "lines",
    [
        "call me on\n07700900456\nplease",
        "call me on 07700900456\nplease",
        "call me on\n07700900456 please",
    ],
)
def test_a_number_that_was_written_on_a_line_of_its_own_is_silent_as_on_one_line(
    answer: Answer, member: Member, lines: str
) -> None:
    """The machine left no gap for it between "on" (2.5 to 3.75) and "please" (3.75 to 5.0)."""
    transcript = listened(answer, "call me on please", "It came late.")
    edit(transcript, member, NUMBER)
    look(transcript)
    assert masking.muted(transcript) == [Span(2.38, 5.12)]
    edit(transcript, member, lines)
    assert masking.muted(transcript) == [Span(2.38, 5.12)]
    look(transcript)
    assert masking.muted(transcript) == [Span(2.38, 5.12)]
    at = lines.split("\n").index(next(e for e in lines.split("\n") if "077" in e))
    edit(transcript, member, "thanks", at=at)
    look(transcript)
    assert masking.muted(transcript) == [Span(2.38, 5.12)], "what was hidden stays silent"


def test_a_word_that_a_person_hides_on_a_line_of_its_own_is_silent(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "we saw her then", "It came late.")
    edit(transcript, member, "we saw\nBluebell\nher then")
    look(transcript)
    masks.hide(transcript, "Bluebell", "other", member)
    db.session.commit()
    assert silent(transcript, 1.25, 3.75) and not silent(transcript, 0.0, 1.2)


def test_a_number_at_a_passages_end_may_be_said_where_the_next_one_begins(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "call me on", "please do it now")
    edit(transcript, member, "call me on\n07700900456")
    look(transcript)
    assert masking.muted(transcript) == [Span(10 / 3 - 0.12, 6.37)]


def test_a_number_on_a_line_of_a_caption_is_silent_in_all_of_the_caption(
    answer: Answer, member: Member
) -> None:
    transcript = listened(answer, "call me on please", "It came late.", timed=False)
    edit(transcript, member, "call me on\n07700900456\nplease")
    look(transcript)
    assert shown(transcript)[1] == "[phone number]"
    assert masking.muted(transcript) == [Span(0.0, 5.12)]


def test_a_written_answer_has_no_sound_to_mute(member: Member, answer: Answer) -> None:
    answer.kind = "text"
    transcript = listened(answer, NUMBER)
    assert shown(transcript) == ["call me on [phone number] please"]
    assert masking.muted(transcript) == []
