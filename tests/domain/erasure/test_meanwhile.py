"""Taken back while somebody is at work on it: nothing of it comes out of that work."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

import workers.media.cut
import workers.media.mute
from app import runtime
from app.domain import clips, consent, erasing, exports, forgetting, masks, muted
from app.domain.timeline import Segment, Word
from app.extensions import db
from app.models import Clip, Erasure, Export, Member, Recording, Step, Submission, Transcript
from tests.domain.erasure.gate import Gate, beside, until_it_waits
from tests.domain.erasure.marked import LINE, MARKER, erase, later, left, nowhere
from workers.perform import Work, perform
from workers.steps import words
from workers.transcribe.base import Transcription


def gone(receipt: Erasure) -> None:
    """Nothing is left anywhere, soon: whoever read the database meanwhile may put it off once."""
    if receipt.state != "gone":
        assert receipt.trouble == erasing.IN_THE_WAY
        later(receipt)
        erasing.due()
        db.session.refresh(receipt)
    assert (receipt.state, receipt.trouble) == ("gone", "")
    assert list(runtime.settings().scratch.glob("*/*")) == []
    nowhere()


def clip_order(voice: Submission, owner: Member) -> str:
    highlight = db.session.scalars(select(Clip)).one().highlight
    clip = clips.request(highlight, "captioned")
    db.session.commit()
    return clip.runs[0].steps[0].id


def mute_order(voice: Submission, owner: Member) -> str:
    masks.hide(voice.answers[0].transcripts[-1], MARKER, "other", owner)
    db.session.commit()
    recording = voice.answers[0].recording
    return muted.run_of(recording)[0].steps[0].id


def export_order(voice: Submission, owner: Member, purpose: str = "internal") -> str:
    export = exports.request(voice.program, owner, "jsonl", "segments", purpose)
    db.session.commit()
    return export.runs[0].steps[0].id


def speech_order(voice: Submission, owner: Member) -> str:
    """The recording is made ready, and is to be heard."""
    voice.answers[0].captions = None
    probe, normalise, transcribe, *_ = voice.answers[0].runs[0].steps
    probe.state = normalise.state = "done"
    transcribe.state = "due"
    db.session.commit()
    return transcribe.id


def cut(_source: Path, _span: object, out: Path, **_: object) -> None:
    out.write_text(MARKER)


def mute(source: Path, *_: object, **__: object) -> Path:
    return source.rename(source.with_name("muted.webm"))


def hear(*_: object) -> Transcription:
    words = tuple(Word(each, 0.0, 1.0, 0.9) for each in LINE.split())
    return Transcription("basic", "", "1", "en", 5.0, (Segment(0.0, 5.0, LINE, 0.9, words),))


Order = Callable[[Submission, Member], str]


@pytest.fixture(params=["clip", "export", "muted", "speech"])
def under_way(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> tuple[Gate, Order]:
    """Work of this kind stops when it has made what it was to make, and holds its lease."""
    gate = Gate()
    if request.param == "clip":
        monkeypatch.setattr(workers.media.cut, "cut", gate.after(cut))
        return gate, clip_order
    if request.param == "export":
        monkeypatch.setattr(exports, "write", gate.after(exports.write))
        return gate, export_order
    if request.param == "muted":
        monkeypatch.setattr(workers.media.mute, "mute", gate.after(mute))
        return gate, mute_order
    monkeypatch.setattr(words, "_listen", gate.after(hear))
    return gate, speech_order


def test_a_step_that_holds_its_lease_publishes_nothing(
    app: Flask,
    voice: Submission,
    owner: Member,
    under_way: tuple[Gate, Order],
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate, order = under_way
    step_id = order(voice, owner)
    with gate.holding(app, partial(perform, step_id)):
        # Asked for anew: the session may still have the row from before.
        assert db.session.scalar(select(Step.state).where(Step.id == step_id)) == "leased"
        made = list(runtime.settings().scratch.glob("*/*"))
        receipt = erase(voice)
        assert made and not any(each.exists() for each in made)
        assert voice.answers == []
    gone(receipt)
    assert left() == []
    for table in (Recording, Clip, Transcript):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert MARKER not in caplog.text
    step = db.session.get(Step, step_id)
    if order is not export_order:
        assert step is None
        return
    assert step is not None and step.state == "due"  # written again, without the voice
    perform(step_id)
    db.session.expire_all()
    export = db.session.scalars(select(Export)).one()
    assert (step.state, export.rows, left()) == ("done", 0, [export.key])
    nowhere()


@pytest.mark.parametrize("order", [clip_order, export_order])
def test_an_object_that_is_there_already_goes(
    app: Flask, voice: Submission, owner: Member, monkeypatch: pytest.MonkeyPatch, order: Order
) -> None:
    gate = Gate()
    monkeypatch.setattr(workers.media.cut, "cut", cut)
    monkeypatch.setattr(Work, "put_file", gate.after(Work.put_file))
    before, step_id = left(), order(voice, owner)
    with gate.holding(app, partial(perform, step_id)):
        assert len(left()) == len(before) + 1
        receipt = erase(voice)
    gone(receipt)
    assert left() == []


def hide(voice: Submission, owner: Member) -> None:
    masks.hide(voice.answers[0].transcripts[-1], MARKER, "other", owner)


def keep_inside(voice: Submission, _owner: Member) -> None:
    consent.change(voice, ["internal"])


def withdraw(voice: Submission, _owner: Member) -> None:
    consent.withdraw(voice)


@pytest.mark.postgresql
@pytest.mark.parametrize("take", [hide, keep_inside, withdraw])
def test_an_export_waits_for_who_takes_something_back(
    app: Flask,
    voice: Submission,
    owner: Member,
    monkeypatch: pytest.MonkeyPatch,
    take: Callable[[Submission, Member], None],
) -> None:
    """Ordered when they had looked for exports, it was written and published before they had
    committed: with what they took back, for good."""
    gate = Gate()
    voice_id, owner_id = voice.id, owner.id

    def taking_back() -> None:
        take(db.session.get_one(Submission, voice_id), db.session.get_one(Member, owner_id))
        db.session.commit()

    db.session.remove()
    monkeypatch.setattr(forgetting, "exports_of", gate.after(forgetting.exports_of))
    with gate.holding(app, taking_back):
        here, by = db.session.get_one(Submission, voice_id), db.session.get_one(Member, owner_id)
        step_id = export_order(here, by, "shared")
        db.session.remove()
        with beside(app, partial(perform, step_id)):
            until_it_waits()
            gate.let_go()
    export = db.session.scalars(select(Export)).one()
    assert db.session.get_one(Step, step_id).state == "done" and export.key is not None
    with runtime.storage().open(export.key) as written:
        said = [json.loads(line)["text"] for line in written]
    assert MARKER not in str(said)
    assert bool(said) == (take is hide)
