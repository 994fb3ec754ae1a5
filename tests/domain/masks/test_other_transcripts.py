"""What one transcript of a recording masks is silent whatever the others hear there."""

from __future__ import annotations

import pytest

from app.domain import clips, masking, masks, muted, openings, personal_data, search, transcripts
from app.domain.masks import rows
from app.domain.timeline import Segment, Span, Word
from app.extensions import db
from app.models import Answer, Member, PersonalData, Recording, Transcript
from tests import factories
from tests.domain.masks.said import cut, edit, hide, lift, look, shown

NAME, LATE = "my name is Oluwaseun Bakare", "It came late."
MISHEARD = "my name is Oluwasheun Bakara"  # another name, to the rules
LOST = "my aim is a loose and baker"
HEARD = Span(2.88, 5.12)  # the name, with its margins


@pytest.fixture
def first(answer: Answer, recording: Recording) -> Transcript:
    return pass_of(answer, NAME, LATE)


def pass_of(answer: Answer, *said: str, timed: bool = True) -> Transcript:
    """One that an engine made, five seconds a passage, looked through."""
    passages = []
    for at, text in enumerate(said):
        words = text.split()
        each = 5.0 / len(words)
        times = [(w, at * 5 + n * each, at * 5 + (n + 1) * each) for n, w in enumerate(words)]
        own = tuple(Word(*time, 0.9) for time in times) if timed else ()
        passages.append(Segment(at * 5.0, at * 5.0 + 5.0, text, 0.9, own))
    made = transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="en", duration_s=10.0,
        segments=passages,
    )  # fmt: skip
    db.session.commit()
    look(made)
    return made


def choose(answer: Answer, transcript: Transcript) -> None:
    transcripts.choose(answer, transcript.id)
    db.session.commit()
    db.session.expire_all()


def silence(recording: Recording) -> tuple[Span, ...]:
    wanted = muted.content(recording)
    assert wanted is not None
    return wanted.mute


def rounded(spans: list[Span]) -> list[Span]:
    return [Span(round(each.start, 2), round(each.end, 2)) for each in spans]


@pytest.mark.parametrize("said", [(LOST, LATE), (LATE, LATE), ()])
def test_a_name_that_another_engine_mishears_or_misses_stays_silent(
    answer: Answer, recording: Recording, first: Transcript, said: tuple[str, ...]
) -> None:
    moment = factories.highlight(answer, first)
    key = factories.muted_recording(recording)
    cut(moment)
    second = pass_of(answer, *said)
    assert second.current
    standing = muted.of(recording)
    assert standing.state == "ready" and standing.file == muted.File(key, "video/webm")
    assert clips.ready(moment) is not None
    moment.transcript_id = second.id  # as moments are told anew
    db.session.commit()
    assert clips.content(moment, "plain").mute == (Span(2.88, 5.0),)
    pass_of(answer, LATE)
    assert muted.of(recording).state == "ready"
    assert clips.content(moment, "plain").mute == (Span(2.88, 5.0),)


def test_so_does_one_that_an_earlier_transcript_misses(
    answer: Answer, recording: Recording
) -> None:
    earlier = pass_of(answer, LOST, LATE)
    pass_of(answer, NAME, LATE)
    choose(answer, earlier)
    assert silence(recording) == (HEARD,)


def test_one_that_people_corrected_is_silent_in_the_pass_that_they_choose_instead(
    answer: Answer, recording: Recording, member: Member
) -> None:
    corrected = pass_of(answer, LOST, LATE)
    edit(corrected, member, NAME)
    look(corrected)
    before = silence(recording)
    other = pass_of(answer, LOST, LATE)
    assert other.offered and silence(recording) == before
    choose(answer, other)
    assert before and silence(recording) == before


@pytest.mark.parametrize("said", [NAME, MISHEARD])
def test_who_lifts_a_mask_opens_it_in_all_of_them(
    answer: Answer, recording: Recording, first: Transcript, member: Member, said: str
) -> None:
    second = pass_of(answer, said, LATE)
    lift(second, said.removeprefix("my name is "), member)
    assert muted.of(recording).state == "open"
    mark = next(each for each in masks.of(second) if not each.row.hidden)
    masks.lift(second, mark.row.id, member, hidden=True)
    db.session.commit()
    assert silence(recording) == (HEARD,)


def test_it_opens_only_the_time_that_was_lifted(
    answer: Answer, recording: Recording, first: Transcript, member: Member
) -> None:
    second = pass_of(answer, "my name is Oluwasheun zorbix", LATE)
    hide(second, "zorbix", member)
    lift(second, "zorbix", member)
    assert silence(recording) == (Span(2.88, 4.12),)


def test_what_was_lifted_before_does_not_open_what_is_masked_there_since(
    answer: Answer, recording: Recording, member: Member
) -> None:
    first = pass_of(answer, "my name is Berry Field", LATE)
    hide(first, "Berry Field", member)
    lift(first, "Berry Field", member)
    assert silence(recording) == ()
    pass_of(answer, NAME, LATE)
    assert silence(recording) == (HEARD,)
    choose(answer, first)
    assert silence(recording) == (HEARD,)


def test_nor_what_somebody_wrote_there_since(
    answer: Answer, recording: Recording, first: Transcript, member: Member
) -> None:
    lift(first, "Oluwaseun Bakare", member)
    edit(first, member, "my name is Priya Raman")
    look(first)
    before = silence(recording)
    choose(answer, pass_of(answer, LOST, LATE))
    assert before and silence(recording) == before


def test_a_caption_is_silent_as_a_whole_until_its_words_are_lifted(
    answer: Answer, recording: Recording, member: Member
) -> None:
    pass_of(answer, NAME, LATE, timed=False)
    second = pass_of(answer, NAME, LATE)
    assert silence(recording) == (Span(0.0, 5.12),), "nobody knows when in it the name is said"
    lift(second, "Oluwaseun Bakare", member)
    assert muted.of(recording).state == "open"


def test_of_a_caption_that_spells_it_otherwise_only_the_time_is_opened(
    answer: Answer, recording: Recording, member: Member
) -> None:
    pass_of(answer, MISHEARD, LATE, timed=False)
    lift(pass_of(answer, NAME, LATE), "Oluwaseun Bakare", member)
    assert rounded(list(silence(recording))) == [Span(0.0, 3.12)]


def test_lifting_in_a_caption_opens_no_other_words_of_its_time(
    answer: Answer, recording: Recording, first: Transcript, member: Member
) -> None:
    caption = pass_of(answer, MISHEARD, LATE, timed=False)
    lift(caption, "Oluwasheun Bakara", member)
    assert silence(recording) == (HEARD,)


def test_newer_rules_look_through_those_that_nobody_reads_too(
    answer: Answer, first: Transcript, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = pass_of(answer, NAME, LATE)
    hide(second, "late", member)
    ties = {row.id: row.segment_id for row in decisions()}
    monkeypatch.setattr(personal_data, "VERSION", "newer")
    assert masks.catch_up(1) == 1
    assert len(masking.looked_through(second.segments)) == 2, "the current one first"
    assert masks.catch_up() == 1 and masks.catch_up() == 0
    assert len(masking.looked_through(first.segments)) == 2
    assert {row.id: row.segment_id for row in decisions()} == ties


def decisions() -> list[PersonalData]:
    return db.session.query(PersonalData).filter_by(source="person").all()


@pytest.mark.parametrize("first_choose", [False, True])
def test_a_word_that_was_hidden_since_is_nowhere_in_an_earlier_one(
    answer: Answer, recording: Recording, member: Member, first_choose: bool
) -> None:
    """Whether it is chosen before or after somebody hides the word in what they have before them"""
    submission = answer.submission
    first, second = pass_of(answer, "we saw zorbix", LATE), pass_of(answer, "we saw zorbix", LATE)
    if first_choose:
        choose(answer, first)
        look(first)
    hide(second, "zorbix", member)
    if not first_choose:
        choose(answer, first)
    for _ in range(2):
        said = openings.of([submission], masked=True)[submission.id].text
        assert said == "we saw [hidden] It came late."
        assert search.by_words(submission.workspace_id, "zorbix", masked=True).hits == []
        look(first)
    assert search.by_words(submission.workspace_id, "saw", masked=True).said == 1


def test_one_whose_looks_are_from_before_a_mask_is_looked_through_anew(
    answer: Answer, recording: Recording, member: Member
) -> None:
    first = pass_of(answer, "we saw zorbix", LATE)
    hide(pass_of(answer, "we saw zorbix", LATE), "zorbix", member)
    for segment in first.segments:
        rows.looked(segment, None)  # as an older version left them
    choose(answer, first)
    assert masking.looked_through(first.segments) == frozenset()


QUICK = "so we saw the red zorbix there today"


@pytest.mark.parametrize("shift", [-0.45, -0.25, 0.0, 0.2, 0.3, 0.45])
def test_an_engine_that_hears_words_sooner_or_later_moves_no_mask(
    answer: Answer, recording: Recording, member: Member, shift: float
) -> None:
    first = quick(answer, QUICK)
    hide(first, "zorbix", member)
    hide(first, "saw", member)
    lift(first, "saw", member)
    again = quick(answer, QUICK, shift)
    for _ in range(2):
        assert shown(again) == ["so we saw the red [hidden] there today"]
        look(again)


def test_where_it_hears_another_word_that_one_is_masked(
    answer: Answer, recording: Recording, member: Member
) -> None:
    hide(quick(answer, QUICK), "zorbix", member)
    assert shown(quick(answer, QUICK.replace("zorbix", "sore"))) == [
        "so we saw the red [hidden] there today"
    ]


def quick(answer: Answer, text: str, shift: float = 0.0) -> Transcript:
    """A quarter of a second a word."""
    words = text.split()
    starts = [1 + shift + at * 0.25 for at in range(len(words))]
    own = tuple(Word(w, at, at + 0.2, 0.9) for w, at in zip(words, starts, strict=True))
    made = transcripts.publish(
        answer, engine="whisper", model="base", version="1", language="en", duration_s=10.0,
        segments=[Segment(own[0].start, own[-1].end, text, 0.9, own)],
    )  # fmt: skip
    db.session.commit()
    look(made)
    return made
