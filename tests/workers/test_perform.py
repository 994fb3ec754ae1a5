"""Whatever a step does, its row says so, and only the holder of the lease publishes."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app import runtime
from app.domain import consent, pipeline, processing, runs
from app.domain.errors import StepFailed
from app.extensions import db
from app.models import Answer, Run, Step, Workspace, now
from storage import StorageError
from tests import factories
from workers import perform as performing
from workers import steps
from workers.perform import Publish, Work, perform
from workers.steps import given


@pytest.fixture
def step(app: Flask, workspace: Workspace) -> Step:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    run: Run = processing.begin(answer)
    db.session.commit()
    return run.steps[0]


@pytest.fixture
def does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Work], Publish]], None]:
    def replace(work: Callable[[Work], Publish]) -> None:
        monkeypatch.setitem(steps.STEPS, "probe", work)

    return replace


def reloaded(step: Step) -> Step:
    db.session.expire_all()
    return step


def test_what_it_made_and_the_state_are_one_commit(step: Step, does) -> None:  # type: ignore[no-untyped-def]
    def work(work: Work) -> Publish:
        assert work.folder.is_dir()

        def publish() -> str:
            work.run.steps[1].stage = "touched"
            return "12 s of video"

        return publish

    does(work)
    perform(step.id)
    assert (reloaded(step).state, step.stage, step.percent) == ("done", "12 s of video", 100)
    assert (step.run.steps[1].state, step.run.steps[1].stage) == ("due", "touched")


@pytest.mark.parametrize(
    ("error", "state", "sentence"),
    [
        (StepFailed("This is not a media file."), "failed", "This is not a media file."),
        (StepFailed("The disk is slow.", permanent=False), "due", "The disk is slow."),
        (StorageError("The bucket is gone."), "due", "The bucket is gone."),
        (OSError(28, "No space left on device"), "due", "No space left on device."),
        (OperationalError("x", {}, Exception()), "due", "The database did not answer."),
        (ZeroDivisionError(), "due", "Something unexpected went wrong; the log has details."),
    ],
)
def test_a_failure_is_a_sentence_and_nothing_is_half_written(
    step: Step,
    does,  # type: ignore[no-untyped-def]
    error: Exception,
    state: str,
    sentence: str,
) -> None:
    def work(work: Work) -> Publish:
        def publish() -> str:
            work.run.steps[1].stage = "half"
            db.session.flush()
            raise error

        return publish

    does(work)
    perform(step.id)
    assert (reloaded(step).state, step.error) == (state, sentence)
    assert step.run.steps[1].stage == ""


def test_one_who_lost_the_lease_publishes_nothing(step: Step, does) -> None:  # type: ignore[no-untyped-def]
    def work(work: Work) -> Publish:
        work.run.steps[0].lease_until = now() - timedelta(seconds=1)
        db.session.commit()
        assert runs.claim(step.id) is not None  # someone else takes over

        def publish() -> str:
            work.run.steps[1].stage = "too late"
            return ""

        return publish

    does(work)
    perform(step.id)
    assert (reloaded(step).state, step.attempts) == ("leased", 2)
    assert step.run.steps[1].stage == ""


def test_the_lease_is_renewed_while_the_work_goes_on(
    step: Step,
    does,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    brief = dataclasses.replace(pipeline.STEPS["probe"], lease_s=1)
    monkeypatch.setitem(pipeline.STEPS, "probe", brief)

    def work(work: Work) -> Publish:
        first = db.session.get_one(Step, step.id).lease_until
        until = time.monotonic() + 10
        while db.session.get_one(Step, step.id).lease_until == first:
            db.session.expire_all()
            assert time.monotonic() < until, "the lease was never renewed"
            time.sleep(0.02)
        return lambda: "renewed"

    does(work)
    perform(step.id)
    assert (reloaded(step).state, step.stage) == ("done", "renewed")


def test_progress_reaches_the_row_and_not_too_often(
    step: Step,
    does,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[int] = []
    monkeypatch.setattr(
        performing.runs, "report", lambda _claim, percent, _s: written.append(percent)
    )

    def work(work: Work) -> Publish:
        for share in range(100):
            work.report(share / 100, "halfway")
        return lambda: ""

    does(work)
    perform(step.id)
    assert written == [0]


def test_a_step_that_is_gone_or_done_is_left_alone(step: Step, does) -> None:  # type: ignore[no-untyped-def]
    does(lambda _work: pytest.fail("nothing was due"))
    perform("there-is-none")
    step.state = "done"
    db.session.commit()
    perform(step.id)
    assert reloaded(step).state == "done"


@pytest.mark.parametrize("ending", ["withdrawn", "fails", "loses the lease"])
def test_what_was_made_and_not_published_is_deleted(step: Step, does, ending: str) -> None:  # type: ignore[no-untyped-def]
    key, step_id = "recordings/made/here/playable.webm", step.id

    def work(work: Work) -> Publish:
        path = work.folder / "made.webm"
        path.write_bytes(b"face and voice")
        work.put_file(key, path)
        assert runtime.storage().stat(key)
        if ending == "withdrawn":
            consent.withdraw(db.session.get_one(Answer, work.run.answer_id).submission)
        elif ending == "loses the lease":
            work.run.steps[0].lease_until = now() - timedelta(seconds=1)
            db.session.commit()
            runs.claim(step_id)
        db.session.commit()

        def publish() -> str:
            if ending == "fails":
                raise StepFailed("No.")
            return ""

        return publish

    does(work)
    perform(step_id)
    assert runtime.storage().stat(key) is None


def test_what_was_published_stays_though_what_it_replaced_cannot_be_deleted(
    step: Step,
    does,  # type: ignore[no-untyped-def]
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = "recordings/made/here/playable.webm"

    def away(*_: object) -> None:
        raise StorageError("The bucket is gone.")

    def work(work: Work) -> Publish:
        path = work.folder / "made.webm"
        path.write_bytes(b"face and voice")
        work.put_file(key, path)

        def publish() -> str:
            given.drop_later(("recordings/made/before/playable.webm", None))
            return "published"

        return publish

    does(work)
    with monkeypatch.context() as patch:
        patch.setattr(type(runtime.storage()), "delete", away)
        patch.setattr(type(runtime.storage()), "list", away)
        perform(step.id)
    assert (reloaded(step).state, step.stage) == ("done", "published")
    assert runtime.storage().stat(key)
