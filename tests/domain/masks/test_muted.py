"""Who may not hear personal data is given a file that is silent there by now, or none."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from app import runtime
from app.domain import highlights, masks, muted, personal_data, runs, transcripts, voices
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, AuditEntry, Member, Recording, Run, Step, Transcript
from tests import factories
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from tests.domain.masks.said import edit, hide, lift, listened, look

NAME, LATE = "my name is Oluwaseun Bakare", "It came late."


@pytest.fixture
def transcript(answer: Answer, recording: Recording) -> Transcript:
    """Seconds 3 to 5 are masked."""
    return listened(answer, NAME, LATE)


def state(recording: Recording) -> str:
    db.session.expire_all()
    return muted.of(recording).state


def steps() -> list[str]:
    return [step.state for step in db.session.query(Step).order_by(Step.id)]


def test_the_recording_itself_is_given_where_nothing_is_masked_for_sure(
    answer: Answer, recording: Recording
) -> None:
    assert state(recording) == "unheard", "nobody knows yet what must be silent"
    recording.has_audio = False
    db.session.commit()
    assert state(recording) == "open"
    recording.has_audio = True
    listened(answer, LATE)
    assert muted.of(recording).file == muted.whole(recording) is not None
    assert steps() == []


def test_it_is_ordered_once_words_are_masked(
    answer: Answer, recording: Recording, transcript: Transcript
) -> None:
    assert state(recording) == "making" and steps() == ["due"]
    muted.order(recording)
    look(transcript)
    assert steps() == ["due"]
    key = factories.muted_recording(recording)
    assert muted.of(recording).file == muted.File(key, "video/webm")
    assert muted.content(recording) == muted.Content(
        str(recording.playable_key), (Span(2.88, 5.12),)
    )


def another_mask(said: Transcript, member: Member) -> None:
    hide(said, "late", member)


def other_words(said: Transcript, member: Member) -> None:
    edit(said, member, "07700900456 is Oluwaseun Bakare")


@pytest.mark.parametrize(
    ("change", "begun"),
    [
        (another_mask, "ready"),
        (other_words, "ready"),
        (another_mask, "leased"),
        (another_mask, "failed"),
    ],
)
def test_what_changes_has_it_made_anew(
    recording: Recording,
    transcript: Transcript,
    member: Member,
    change: Callable[[Transcript, Member], None],
    begun: str,
) -> None:
    key = ""
    claim = runs.claim(db.session.query(Step).one().id)
    assert claim is not None
    if begun == "ready":
        key = factories.muted_recording(recording)
        runs.finish(claim)
        db.session.commit()
        assert state(recording) == "ready"
    elif begun == "failed":
        runs.fail(claim, "The recording is damaged.", permanent=True)
        assert state(recording) == "failed"
    change(transcript, member)
    assert state(recording) == "making"
    assert steps()[0] == "due" and db.session.query(Run).filter(Run.recording_id != "").count() == 1
    assert not key or runtime.storage().stat(key) is None
    with pytest.raises(runs.Lost):
        runs.finish(claim)


def test_what_changes_by_other_ways_is_not_given_away(
    answer: Answer,
    recording: Recording,
    transcript: Transcript,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factories.muted_recording(recording)
    assert state(recording) == "ready"
    with monkeypatch.context() as patch:
        patch.setattr(personal_data, "VERSION", "newer")
        assert state(recording) == "ready", "the newer rules find the same"
    transcript.current = False
    factories.transcript(answer, NAME, "Priya Raman said so.")
    assert state(recording) == "missing"
    db.session.delete(answer.transcripts[-1])
    transcript.current = True
    db.session.commit()
    assert state(recording) == "ready"
    recording.playable_key = f"{recording.playable_key}.again"
    db.session.commit()
    assert state(recording) == "missing"


def test_who_chooses_another_transcript_has_it_made_anew(
    answer: Answer, recording: Recording, transcript: Transcript
) -> None:
    factories.muted_recording(recording)
    other = factories.transcript(answer, LATE, NAME, current=False)
    transcripts.choose(answer, other.id)
    db.session.commit()
    assert state(recording) == "missing", "nobody has looked for moments yet"
    assert muted.at_a_glance([recording])[answer.id].state == "ready"
    highlights.publish(answer, other, [])
    db.session.commit()
    assert state(recording) == "making"
    assert muted.at_a_glance([recording])[answer.id].state == "making"


def test_without_its_last_mask_it_goes(
    recording: Recording, transcript: Transcript, member: Member
) -> None:
    key = factories.muted_recording(recording)
    lift(transcript, "Oluwaseun Bakare", member)
    assert state(recording) == "open"
    assert (recording.muted_key, recording.muted_holds) == (None, "")
    assert runtime.storage().stat(key) is None
    masks.lift(transcript, masks.of(transcript)[0].row.id, member, hidden=True)
    db.session.commit()
    assert state(recording) == "making"


def test_of_two_who_need_it_at_once_one_starts_the_work(
    app: Flask, answer: Answer, recording: Recording
) -> None:
    factories.transcript(answer, NAME)
    recording_id, together = recording.id, threading.Barrier(2)

    def order() -> None:
        found = db.session.get_one(Recording, recording_id)
        together.wait(60)
        muted.order(found)
        db.session.commit()

    db.session.remove()
    with beside(app, order), beside(app, order):
        pass
    assert steps() == ["due"]


def test_who_sees_the_page_sees_it_being_made_and_has_it_tried_again(
    answer: Answer, recording: Recording, transcript: Transcript
) -> None:
    (run,) = muted.run_of(recording)
    told = voices.newest_run(answer, muting=True)
    assert told is not None and told.summary == "Step 1 of 1: Silence personal data"
    assert voices.newest_run(answer) is None, "nothing to wait for for who hears everything"
    claim = runs.claim(run.steps[0].id)
    assert claim is not None
    runs.fail(claim, "The recording is damaged.", permanent=True)
    told = voices.newest_run(answer)
    assert told is not None and told.stopped
    step = voices.step_of(answer.submission, run.steps[0].id)
    runs.again(step)
    db.session.commit()
    assert state(recording) == "making"
    assert db.session.query(AuditEntry).filter_by(action="step.again").count() == 1


def test_words_that_are_masked_just_when_it_is_published(
    app: Flask, recording: Recording, transcript: Transcript, member: Member
) -> None:
    """Who masks waits for who publishes, and takes it back."""
    gate = Gate()
    key = runtime.storage().put(f"recordings/{recording.id}/1/muted.webm", b"x").key
    claim = runs.claim(db.session.query(Step).one().id)
    assert claim is not None
    recording_id, transcript_id, member_id = recording.id, transcript.id, member.id

    def publish() -> None:
        found = db.session.get_one(Recording, recording_id)
        made = muted.content(found)
        assert made is not None and muted.publish(found, made, key)
        runs.finish(claim)
        gate.stop()
        db.session.commit()

    def mask() -> None:
        gate.reached()
        said = db.session.get_one(Transcript, transcript_id)
        masks.hide(said, "late", "other", db.session.get_one(Member, member_id))
        db.session.commit()

    db.session.remove()
    with beside(app, mask), gate.holding(app, publish):
        until_it_waits()
    assert steps() == ["due"]
    assert muted.of(db.session.get_one(Recording, recording_id)).state == "making"
    assert runtime.storage().stat(key) is None
