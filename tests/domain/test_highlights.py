"""Moments are written down once, keep their names, and never show what they no longer are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app import runtime
from app.domain import highlights, telling
from app.domain.corrections import keeping
from app.domain.errors import Conflict
from app.domain.timeline import Span
from app.extensions import db
from app.models import Answer, Clip, Highlight, Label, Transcript, Workspace
from storage import keys
from tests import factories
from tests.domain.erasure.gate import Gate, beside, until_it_waits

SENTENCES = ("It came nine days late.", "The box was torn.", "Nobody answered.", "I want it back.")


@pytest.fixture
def answer(app: Flask, workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


@pytest.fixture
def transcript(answer: Answer) -> Transcript:
    return factories.transcript(answer, *SENTENCES)


def moment(first: int, last: int, **values: object) -> telling.Moment:
    given = {
        "span": Span(first * 5.0, last * 5.0 + 5.0),
        "score": 0.7,
        "reasons": ("strong feeling",),
        "themes": ("Delivery",),
        "quote": SENTENCES[first],
    }
    return telling.Moment(first=first, last=last, **{**given, **values})  # type: ignore[arg-type]


def published(answer: Answer, transcript: Transcript, *moments: telling.Moment) -> list[Highlight]:
    highlights.publish(answer, transcript, moments)
    db.session.commit()
    return list(db.session.query(Highlight).order_by(Highlight.start))


def with_clip(highlight: Highlight) -> str:
    key = runtime.storage().put(keys.clip(highlight.id, "one", "plain"), b"film").key
    highlight.clips.append(Clip(key=key))
    db.session.commit()
    return key


def test_a_moment_has_its_themes_and_its_strongest_feeling(
    answer: Answer, transcript: Transcript
) -> None:
    (found,) = published(answer, transcript, moment(0, 1))
    assert (found.start, found.end, found.quote) == (0.0, 10.0, SENTENCES[0])
    assert [theme.name for theme in found.themes] == ["Delivery"]
    assert found.touchpoint_id == answer.submission.touchpoint_id


def test_a_complaint_after_a_kind_word_is_mixed_and_no_joy(
    answer: Answer, transcript: Transcript
) -> None:
    felt = (("positive", 0.5, "joy", 0.9), ("negative", -0.8, "anger", 0.6))
    for segment, (sentiment, score, emotion, share) in zip(transcript.segments, felt, strict=False):
        for kind, value, given in (("sentiment", sentiment, score), ("emotion", emotion, share)):
            segment.labels.append(
                Label(
                    kind=kind, value=value, score=given, confidence=0.9, engine="test", version="1"
                )
            )
    db.session.commit()
    (found,) = published(answer, transcript, moment(0, 1))
    assert (found.sentiment, found.sentiment_score, found.emotion) == ("mixed", -0.15, None)


def test_the_same_moment_found_again_keeps_its_id(answer: Answer, transcript: Transcript) -> None:
    (before,) = published(answer, transcript, moment(0, 1))
    first_id = before.id
    again = factories.transcript(answer, *SENTENCES)
    (after,) = published(answer, again, moment(0, 2))
    assert (after.id, after.end) == (first_id, 15.0)


def test_a_moment_that_is_no_longer_chosen_goes_with_its_file(
    answer: Answer, transcript: Transcript
) -> None:
    first, _second = published(answer, transcript, moment(0, 0), moment(3, 3))
    key = with_clip(first)
    (left,) = published(answer, transcript, moment(3, 3))
    assert left.quote == SENTENCES[3]
    assert runtime.storage().stat(key) is None


def test_a_clip_of_another_span_is_dropped(answer: Answer, transcript: Transcript) -> None:
    (found,) = published(answer, transcript, moment(0, 1))
    key = with_clip(found)
    (same,) = published(answer, transcript, moment(0, 1))
    assert len(same.clips) == 1
    (moved,) = published(answer, transcript, moment(0, 2))
    assert moved.clips == []
    assert runtime.storage().stat(key) is None


def test_a_hidden_moment_stays_hidden_when_the_pipeline_runs_again(
    answer: Answer, transcript: Transcript
) -> None:
    (first,) = published(answer, transcript, moment(0, 0))
    highlights.hide(first)
    db.session.commit()
    (again,) = published(answer, transcript, moment(0, 0))
    assert again.id == first.id and again.hidden


@pytest.fixture
def drops(answer: Answer, transcript: Transcript) -> Callable[[], None]:
    """The pipeline runs again, and nothing is worth hearing any more."""
    answer_id, words_id = answer.id, transcript.id

    def dropped() -> None:
        answer = db.session.get_one(Answer, answer_id)
        published(answer, db.session.get_one(Transcript, words_id))

    return dropped


def test_a_moment_that_was_hidden_a_moment_ago_stays_hidden(
    app: Flask, answer: Answer, transcript: Transcript
) -> None:
    (first,) = published(answer, transcript, moment(0, 0))
    first_id = first.id  # read before it is hidden

    def hides() -> None:
        highlights.hide(db.session.get_one(Highlight, first_id))
        db.session.commit()

    with beside(app, hides):
        pass
    (left,) = published(answer, transcript)
    assert left.id == first_id and left.hidden
    (again,) = published(answer, transcript, moment(0, 0))
    assert again.id == first_id and again.hidden


def test_who_hides_a_moment_that_went_meanwhile_is_told(
    app: Flask, answer: Answer, transcript: Transcript, drops: Callable[[], None]
) -> None:
    (first,) = published(answer, transcript, moment(0, 0))
    assert not first.hidden  # read before it goes
    with beside(app, drops):
        pass
    with pytest.raises(Conflict):
        highlights.hide(first)


@pytest.mark.postgresql
def test_who_hides_a_moment_waits_for_who_writes_them_down(
    app: Flask,
    answer: Answer,
    transcript: Transcript,
    drops: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (first,) = published(answer, transcript, moment(0, 0))
    first_id, gate = first.id, Gate()
    db.session.remove()

    def hides() -> None:
        with pytest.raises(Conflict):
            highlights.hide(db.session.get_one(Highlight, first_id))

    monkeypatch.setattr(keeping, "settle", gate.after(keeping.settle))
    with gate.holding(app, drops), beside(app, hides):
        until_it_waits()
        gate.let_go()
    assert db.session.get(Highlight, first_id) is None
