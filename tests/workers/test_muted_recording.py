"""The worker makes what those hear who may not hear personal data, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import runtime
from app.domain import erasing, erasure, masks, muted, runs
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Member, Recording, Step, Transcript, Workspace, now
from storage import StorageError
from tests import factories
from tests.workers.test_masked_clip import RATE, recorded, samples
from workers.media import mute as muting
from workers.perform import perform

Meanwhile = Callable[[Callable[[], None]], list[tuple[Span, ...]]]


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


@pytest.fixture
def recording(answer: Answer) -> Recording:
    return factories.playable(answer)


@pytest.fixture
def transcript(answer: Answer, recording: Recording) -> Transcript:
    """Masked from 2.88 to 5.12."""
    transcript = factories.transcript(answer, "my name is Oluwaseun Bakare", "It came late.")
    masks.look(transcript)
    db.session.commit()
    return transcript


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """What is done while a file is being made for the first time; what was to be silent each time.
    In place of the sound the file says that."""

    def during(happens: Callable[[], None]) -> list[tuple[Span, ...]]:
        tries: list[tuple[Span, ...]] = []

        def mute(_src: Path, spans: Sequence[Span], folder: Path, **_: Any) -> Path:
            tries.append(tuple(spans))
            if len(tries) == 1:
                happens()
            out = folder / "muted.webm"
            out.write_text(str(tries[-1]))
            return out

        monkeypatch.setattr(muting, "mute", mute)
        return tries

    return during


def carry_out() -> None:
    """Whatever is due, also what is to be tried again later."""
    db.session.query(Step).filter_by(state="due").update({"due_at": now()})
    db.session.commit()
    for step_id in [each.id for each in db.session.query(Step).filter_by(state="due")]:
        perform(step_id)
    db.session.expire_all()


def objects() -> list[str]:
    return [key.rpartition("/")[2] for key in runtime.storage().list("recordings/")]


def given(recording: Recording) -> str:
    db.session.expire_all()
    file = muted.of(recording).file
    assert file is not None
    with runtime.storage().open(file.key) as content:
        return content.read().decode()


@pytest.mark.slow
def test_masked_words_are_silent_in_what_is_given(answer: Answer, tmp_path: Path) -> None:
    recorded(answer, tmp_path, 7.0)
    masks.look(factories.transcript(answer, "my name is Oluwaseun Bakare", "It came late."))
    carry_out()
    recording = answer.recording
    assert recording is not None
    standing = muted.of(recording)
    assert standing.file is not None and standing.file.media_type == "video/mp4"
    (step,) = db.session.query(Step)
    assert (step.state, step.stage) == ("done", "Silent in 1 place")
    runtime.storage().fetch(standing.file.key, tmp_path / "given.mp4")
    sound = np.abs(samples(tmp_path / "given.mp4"))
    assert sound[int(2.9 * RATE) : int(5.1 * RATE)].max() < 40
    for start, end in ((0.2, 2.8), (5.2, 6.8)):
        whole = sound[int(start * RATE) : int(end * RATE)]
        assert whole[: len(whole) // 800 * 800].reshape(-1, 800).max(axis=1).min() > 1000


def test_a_mask_that_is_put_meanwhile_is_in_the_next_try(
    recording: Recording, transcript: Transcript, owner: Member, meanwhile: Meanwhile
) -> None:
    def hide() -> None:
        masks.hide(transcript, "late", "other", owner)
        db.session.commit()

    tries = meanwhile(hide)
    carry_out()
    assert muted.of(recording).state == "making" and objects() == ["playable.webm"]
    carry_out()
    assert [len(each) for each in tries] == [1, 2]
    assert given(recording) == str(tries[1])
    assert sorted(objects()) == ["muted.webm", "playable.webm"]


def test_one_that_is_lifted_meanwhile_too(
    recording: Recording, transcript: Transcript, owner: Member, meanwhile: Meanwhile
) -> None:
    def lift() -> None:
        masks.lift(transcript, masks.of(transcript)[0].row.id, owner)
        db.session.commit()

    tries = meanwhile(lift)
    carry_out()
    assert muted.of(recording).state == "open" and objects() == ["playable.webm"]
    carry_out()
    assert len(tries) == 1 and objects() == ["playable.webm"]


def test_that_nothing_is_masked_is_looked_at_again_when_it_is_published(
    recording: Recording, transcript: Transcript, meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tries = meanwhile(lambda: None)
    with monkeypatch.context() as patch:
        patch.setattr(muted, "content", lambda asked: muted.Content(asked.playable_key, ()))
        carry_out()
    assert muted.of(recording).state == "making"
    carry_out()
    assert len(tries) == 1 and given(recording) == str(tries[0])


def test_another_transcript_that_comes_meanwhile(
    answer: Answer, recording: Recording, transcript: Transcript, meanwhile: Meanwhile
) -> None:
    """Nobody has ordered it anew, since its words were not looked through yet."""

    def transcribed() -> None:
        transcript.current = False
        factories.transcript(answer, "Priya Raman is my name.")

    tries = meanwhile(transcribed)
    carry_out()
    assert muted.of(recording).file is None and objects() == ["playable.webm"]
    carry_out()
    assert len(tries) == 2 and given(recording) == str(tries[1])


def test_one_whose_lease_is_lost_leaves_nothing(
    recording: Recording, transcript: Transcript, meanwhile: Meanwhile
) -> None:
    def killed() -> None:
        (step,) = db.session.query(Step)
        step.lease_until = now() - timedelta(seconds=1)
        db.session.commit()
        assert runs.claim(step.id) is not None

    meanwhile(killed)
    carry_out()
    assert muted.of(recording).state == "making" and objects() == ["playable.webm"]


def test_storage_that_is_away_puts_it_off(
    recording: Recording,
    transcript: Transcript,
    meanwhile: Meanwhile,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = meanwhile(lambda: None)
    with monkeypatch.context() as patch:

        def refused(*_: object, **__: object) -> None:
            raise StorageError("The bucket can't be reached.")

        patch.setattr(runtime.storage(), "put_file", refused)
        carry_out()
    (step,) = db.session.query(Step)
    assert (step.state, step.attempts, step.error) == ("due", 0, "The bucket can't be reached.")
    assert muted.of(recording).state == "making"
    carry_out()
    assert given(recording) == str(tries[1])


def test_a_recording_that_is_erased_meanwhile_leaves_nothing(
    answer: Answer, recording: Recording, transcript: Transcript, meanwhile: Meanwhile
) -> None:
    def erase() -> None:
        erasure.recordings(answer.submission, "retention")
        db.session.commit()

    meanwhile(erase)
    carry_out()
    erasing.due()
    assert (db.session.query(Recording).count(), db.session.query(Step).count()) == (0, 0)
    assert objects() == []
