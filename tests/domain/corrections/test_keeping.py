"""What a person decided outlives every run of the machine, every new transcript and every edit."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain import editing, highlights, processing, transcripts, understanding
from app.domain.corrections import anchoring, deciding, keeping, reading
from app.domain.corrections.anchoring import Place
from app.domain.timeline import Segment as Spoken
from app.domain.timeline import Word
from app.extensions import db
from app.models import Correction, Member, Segment, Transcript
from tests.domain.corrections.conftest import SENTENCES, Voice, found

pytestmark = pytest.mark.slow


def written(voice: Voice, *texts: str, shift: float = 0.0, long: float = 5.0) -> Transcript:
    """The recording is written down anew, its passages `shift` seconds later and `long` each."""
    spoken = []
    for at, text in enumerate(texts):
        start, words = at * long + shift, text.split()
        each = long / len(words)
        said = tuple(
            Word(word, start + each * n, start + each * (n + 1), 0.9)
            for n, word in enumerate(words)
        )
        spoken.append(Spoken(start, start + long, text, 0.9, said))
    made = transcripts.publish(
        voice.answer, engine="whisper", model="base", version="2", language="en",
        duration_s=20.0, segments=spoken,
    )  # fmt: skip
    db.session.commit()
    return made


def again(voice: Voice, *texts: str, shift: float = 0.0, long: float = 5.0) -> Transcript:
    """The same, and the machine understood it."""
    made = written(voice, *texts, shift=shift, long=long)
    understanding.publish(made, [found("positive", version="2") for _ in texts])
    db.session.commit()
    return made


def test_a_second_run_does_not_overwrite_and_is_kept_beside(voice: Voice) -> None:
    made = voice.correct("sentiment", "negative")
    voice.heard(found("positive", version="2"), found("positive", version="2"))
    assert voice.stands("sentiment") == ("negative",)
    assert voice.stands("sentiment", at=1) == ("positive",)
    assert (made.machine, made.version) == ([["neutral", 0.0, 0.7]], "1")
    assert (made.newer, made.newer_version) == ([["positive", 0.8, 0.7]], "2")
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert line.newer == "positive (fairly sure)"
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    assert voice.stands("sentiment") == ("positive",)


def test_that_there_is_none_is_a_decision_too(voice: Voice) -> None:
    voice.heard(found(emotions=["joy"], person="Bereavement"), found())
    for kind in ("emotion", "theme", "hand_off"):
        voice.correct(kind)
    voice.heard(found(emotions=["joy"], person="Bereavement", version="2"), found())
    assert {voice.stands(kind) for kind in ("emotion", "theme", "hand_off")} == {()}


@pytest.mark.parametrize("shift", [0.0, 0.8])
def test_it_goes_along_to_a_new_transcript(voice: Voice, shift: float, delivery: str) -> None:
    voice.correct("sentiment", "negative")
    voice.correct("theme", delivery)
    voice.transcript = again(voice, *SENTENCES, shift=shift)
    assert voice.stands("sentiment") == ("negative",)
    assert voice.stands("theme") == (delivery,)
    lines = reading.of(voice.transcript)[voice.first.id]
    assert [line.words_changed for line in lines] == [False, False]


def test_a_new_transcript_with_other_words_says_so(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    voice.transcript = again(voice, "It came mine days late, fox torn open.", SENTENCES[1])
    assert voice.stands("sentiment") == ("negative",)
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert line.words_changed


def test_the_transcript_before_is_chosen_again_after_it_was_taken_back(voice: Voice) -> None:
    made = voice.correct("sentiment", "negative")
    first, voice.transcript = voice.transcript, again(voice, *SENTENCES)
    deciding.withdraw(voice.answer.submission, made.id, voice.member)
    db.session.commit()
    assert not first.segments[0].understood  # so it is heard anew once it is chosen
    assert transcripts.to_understand(first) == [first.segments[0]]
    transcripts.choose(voice.answer, first.id)
    understanding.publish(first, [found("positive")], [first.segments[0]])
    db.session.commit()
    voice.transcript = first
    assert voice.stands("sentiment") == ("positive",)


def test_it_comes_back_with_a_transcript_that_is_chosen_again(voice: Voice) -> None:
    first = voice.transcript
    voice.transcript = again(voice, *SENTENCES)
    voice.correct("sentiment", "negative")
    assert [each.value for each in first.segments[0].labels] == ["neutral"]
    transcripts.choose(voice.answer, first.id)
    highlights.publish(voice.answer, first, highlights.chosen(voice.answer, first))
    db.session.commit()
    voice.transcript = first
    assert voice.stands("sentiment") == ("negative",)


def test_it_counts_in_chosen_words_before_the_machine_was_there(voice: Voice) -> None:
    first, voice.transcript = voice.transcript, again(voice, *SENTENCES)
    voice.correct("sentiment", "negative")
    transcripts.choose(voice.answer, first.id)
    db.session.commit()
    voice.transcript = first
    assert voice.stands("sentiment") == ("negative",)
    assert decided_anew(voice) == 1


def test_it_counts_in_new_words_before_the_machine_was_there(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    voice.transcript = written(voice, *SENTENCES)
    assert voice.stands("sentiment") == ("negative",)
    assert decided_anew(voice) == 1


def test_chosen_words_that_lost_a_decision_are_heard_anew(voice: Voice) -> None:
    """It was made about one of two passages, and replaced where they were one."""
    run, first = processing.begin(voice.answer), voice.transcript
    voice.correct("sentiment", "positive", at=1)
    voice.transcript = again(voice, " ".join(SENTENCES), long=10.0)
    voice.correct("sentiment", "negative")
    for step in run.steps:
        step.state = "done"
    transcripts.choose(voice.answer, first.id)
    db.session.commit()
    assert [step.name for step in run.steps if step.state == "due"] == ["understand"]
    assert transcripts.to_understand(first) == [first.segments[1]]


def test_edited_words_keep_it_and_show_that_they_changed(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    edit(voice, {voice.first.id: "It came ten days late."})
    understanding.publish(voice.transcript, [found("positive")], [voice.first])
    db.session.commit()
    assert voice.stands("sentiment") == ("negative",)
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert line.words_changed


def test_a_split_and_its_undoing(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    edit(voice, {voice.first.id: "It came nine days late,\nbox torn open."})
    heard_where_needed(voice)
    assert [voice.stands("sentiment", at=at) for at in (0, 1)] == [("negative",), ("positive",)]
    editing.undo(voice.transcript, voice.transcript.edition, editing.staff(voice.member))
    heard_where_needed(voice)
    assert voice.stands("sentiment") == ("negative",)
    (line,) = reading.of(voice.transcript)[voice.first.id]
    assert not line.words_changed


def test_a_merge_of_two_that_were_corrected_and_its_undoing(voice: Voice) -> None:
    voice.correct("sentiment", "negative")
    voice.correct("sentiment", "positive", at=1)
    act = editing.Act("merge", voice.first.id)
    editing.save(voice.transcript, voice.transcript.edition, editing.staff(voice.member), {}, act)
    heard_where_needed(voice)
    assert len(voice.transcript.segments) == 1
    assert voice.stands("sentiment") == ("positive",)  # the later of both
    editing.undo(voice.transcript, voice.transcript.edition, editing.staff(voice.member))
    heard_where_needed(voice)
    assert [voice.stands("sentiment", at=at) for at in (0, 1)] == [("negative",), ("positive",)]
    assert standing() == 2


@pytest.mark.parametrize("undone_first", [True, False])
def test_taken_back_in_a_merge_or_after_it_the_one_before_stands_again(
    voice: Voice, owner: Member, undone_first: bool
) -> None:
    voice.correct("hand_off", "Strong distress", at=1)
    act = editing.Act("merge", voice.first.id)
    editing.save(voice.transcript, voice.transcript.edition, editing.staff(owner), {}, act)
    heard_where_needed(voice)
    joined = voice.correct("hand_off", "Asks for a person", by=owner)

    def undo() -> None:
        editing.undo(voice.transcript, voice.transcript.edition, editing.staff(owner))
        heard_where_needed(voice)

    def take_back() -> None:
        deciding.withdraw(voice.answer.submission, joined.id, owner)
        db.session.commit()

    for step in (undo, take_back) if undone_first else (take_back, undo):
        step()
        db.session.expire_all()
    assert [voice.stands("hand_off", at=at) for at in (0, 1)] == [(), ("Strong distress",)]


def test_a_written_answer_finds_its_words_again() -> None:
    here = {1: Place(0, 0, 0, "a"), 2: Place(1, 0, 0, "b"), 3: Place(2, 0, 0, "b")}
    marks = {
        "moved": Place(5, 0, 0, "b"),
        "gone": Place(9, 0, 0, "z"),
        "edited": Place(4, 0, 0, "y", 1),
    }
    assert anchoring.places(marks, here) == {"moved": 3, "edited": 1}


def test_whoever_tags_again_can_ask_what_is_decided(voice: Voice, delivery: str) -> None:
    voice.correct("theme", delivery)
    voice.correct("sentiment", "negative", at=1)
    ids = [segment.id for segment in voice.transcript.segments]
    assert set(keeping.decided(ids, "theme")) == {(ids[0], "theme")}
    assert len(keeping.decided(ids)) == 2
    assert keeping.decided([]) == {}


def standing() -> int:
    """How many decisions count."""
    return db.session.scalar(select(func.count()).where(Correction.state == "stands")) or 0


def decided_anew(voice: Voice) -> int:
    """How many count once somebody decided about the same and the machine ran again."""
    voice.correct("sentiment", "positive")
    voice.heard(*(found("negative") for _ in voice.transcript.segments))
    assert voice.stands("sentiment") == ("positive",)
    return standing()


def edit(voice: Voice, texts: dict[int, str]) -> None:
    editing.save(voice.transcript, voice.transcript.edition, editing.staff(voice.member), texts)
    db.session.commit()
    db.session.expire_all()


def heard_where_needed(voice: Voice) -> None:
    """The step that follows an edit."""
    db.session.commit()
    db.session.expire_all()
    wanted: list[Segment] = transcripts.to_understand(voice.transcript)
    understanding.publish(voice.transcript, [found("positive") for _ in wanted], wanted)
    db.session.commit()
