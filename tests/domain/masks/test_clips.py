"""A clip that was cut before what masks cover now is never given away, whatever changed."""

from __future__ import annotations

import pytest

from app import runtime
from app.domain import clips, editing, highlights, masking, masks, personal_data, telling
from app.domain.personal_data import Found
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Clip, Highlight, Member, Transcript
from tests import factories
from tests.domain.masks.said import cut, edit, hide, lift, listened, look, merge

NAME, NUMBER, LATE = "my name is Oluwaseun Bakare", "call me on 07700900456 please", "It came late."


@pytest.fixture
def transcript(answer: Answer) -> Transcript:
    return listened(answer, NAME, NUMBER, LATE)


@pytest.fixture
def moment(answer: Answer, transcript: Transcript) -> Highlight:
    """Of the number: seconds 5 to 10."""
    return factories.highlight(
        answer, transcript, start=5.0, end=10.0, first_position=1, last_position=1, quote=NUMBER
    )


def ready(moment: Highlight, kind: str = "plain") -> bool:
    db.session.expire_all()
    return clips.ready(moment, kind) is not None


def test_a_mask_that_a_person_adds(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    key = cut(moment)
    hide(transcript, "late", member)
    assert ready(moment), "that is said elsewhere"
    hide(transcript, "call me", member)
    assert not ready(moment)
    assert runtime.storage().stat(key) is None


def test_a_mask_that_a_person_lifts(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    cut(moment)
    lift(transcript, "07700900456", member)
    assert not ready(moment)
    assert clips.content(moment, "plain").mute == (Span(5.0, 5.12),), "of the name before"


def test_rules_that_are_newer_count_at_once(
    moment: Highlight, transcript: Transcript, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(moment)
    old = personal_data.find

    def find(texts: list[str], known: list[str]) -> list[Found]:
        return [*old(texts, known), Found("other", 1, 0, 1)]

    monkeypatch.setattr(personal_data, "find", find)
    assert ready(moment), "its passage was looked through by the rules that are in force"
    monkeypatch.setattr(personal_data, "VERSION", "newer")
    assert not ready(moment), "before anybody has looked"
    assert masks.catch_up() == 1
    assert db.session.query(Clip).count() == 0


def test_one_from_before_it_was_known_what_a_clip_holds(moment: Highlight) -> None:
    cut(moment)
    db.session.query(Clip).update({"holds": ""})
    db.session.commit()
    assert not ready(moment)
    assert clips.progress(clips.find(moment)).state == "none"


@pytest.mark.parametrize(
    "text", ["07700900456 is where you call me", "call me on 07700900456 or 07700900457"]
)
def test_words_that_are_edited(
    moment: Highlight, transcript: Transcript, member: Member, text: str
) -> None:
    cut(moment)
    edit(transcript, member, text, at=1)
    assert not ready(moment)


def test_words_that_are_edited_beside_a_mask_leave_the_sound(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    cut(moment)
    cut(moment, "captioned")
    edit(transcript, member, "ring me on 07700900456 please", at=1)
    assert ready(moment) and not ready(moment, "captioned")


def test_a_word_that_a_mask_moves_to_in_captions_alone(answer: Answer, member: Member) -> None:
    """A passage without times is silent as a whole, so that only the picture tells."""
    transcript = listened(answer, "ask Priya Raman about the blue house", timed=False)
    moment = factories.highlight(answer, transcript)
    cut(moment)
    cut(moment, "captioned")
    hide(transcript, "blue house", member)
    assert ready(moment) and not ready(moment, "captioned")


def test_passages_and_moments_that_are_merged(
    answer: Answer, moment: Highlight, transcript: Transcript, member: Member
) -> None:
    cut(moment)
    merge(transcript, member)
    look(transcript)
    assert ready(moment), "the same is said and silent"
    span = Span(4.8, 10.0)
    highlights.publish(answer, transcript, [telling.Moment(0, 0, span, 0.9, (), (), NUMBER)])
    db.session.commit()
    assert moment.start == 4.8 and not ready(moment)


def test_another_transcript_that_hears_more(
    answer: Answer, moment: Highlight, transcript: Transcript
) -> None:
    """Its moments are chosen anew only later."""
    cut(moment)
    transcript.current = False
    other = factories.transcript(answer, NAME, "Priya Raman on 07700900456 please", LATE)
    assert other.current and not ready(moment)
    assert clips.content(moment, "plain").mute == (Span(5.0, 7.12), Span(7.88, 9.12))


def test_an_undone_edit(moment: Highlight, transcript: Transcript, member: Member) -> None:
    edit(transcript, member, "call me please", at=1)
    cut(moment, "captioned")
    editing.undo(transcript, transcript.edition, editing.staff(member))
    db.session.commit()
    assert not ready(moment, "captioned")
    assert masking.muted(transcript)[-1] == Span(7.88, 9.12)


def test_who_asks_for_it_has_it_cut_anew(
    moment: Highlight, transcript: Transcript, member: Member
) -> None:
    answer = moment.answer
    assert answer.recording is not None
    answer.recording.playable_key = "recordings/x/y"
    key = cut(moment)
    transcript.segments[1].words = []  # by no way that anybody would follow
    db.session.commit()
    assert not ready(moment)
    clip = clips.request(moment)
    db.session.commit()
    assert clip.key is None and clips.progress(clip).state == "waiting"
    assert runtime.storage().stat(key) is None
    assert clips.request(moment) is clip and len(clip.runs) == 1
