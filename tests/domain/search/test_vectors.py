"""A vector for each passage: small, of the words as masks leave them, never of older ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from app import queue, runtime
from app.domain import editing, erasure, masks
from app.domain.search import encoder as web
from app.domain.search import packing, vectors
from app.extensions import db
from app.models import Answer, Member, Transcript, Vectors, Workspace
from tests import factories, services
from workers import vectors as worker
from workers.understand import encoder

CHANCE = np.random.default_rng(7)


def said(workspace: Workspace, *sentences: str) -> Transcript:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    transcript = factories.transcript(answer, *sentences)
    masks.look(transcript)
    db.session.commit()
    return transcript


def any_vector() -> packing.Floats:
    vector = CHANCE.standard_normal(packing.WIDTH).astype(np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def make(transcript: Transcript) -> dict[int, packing.Floats]:
    """Vectors by chance for what is wanted; what was published."""
    wanted = vectors.wanted(transcript.id)
    assert wanted is not None
    made = {each: any_vector() for each in wanted.texts}
    assert vectors.publish(wanted, made)
    db.session.commit()
    return made


def kept(transcript: Transcript) -> list[int]:
    return vectors.of([transcript.id])[0]


def meant(texts: Mapping[int, vectors.Meant]) -> list[str]:
    return [each.text for each in texts.values()]


def test_the_model_is_the_one_that_workers_have() -> None:
    assert (web.NAME, web.SHA256) == (encoder.NAME, encoder.SHA256)
    assert packing.WIDTH == encoder.WIDTH
    assert len(vectors.PART) <= 40


def test_a_byte_for_each_number_is_enough() -> None:
    assert packing.RECORD.itemsize == 404
    found = np.zeros(200, packing.RECORD)
    exact = np.stack([any_vector() for _ in found])
    found["numbers"], found["scale"] = packing.packed(exact)
    assert np.array_equal(packing.rounded(exact), packing.unpacked(found))
    again = packing.unpacked(found)
    again /= np.linalg.norm(again, axis=1, keepdims=True)
    assert (again * exact).sum(1).min() > 0.9999


def test_what_was_looked_through_is_due_and_made_once(workspace: Workspace) -> None:
    transcript = said(workspace, "The parcel was late.", "Nobody told me.")
    assert vectors.due(5) == [transcript.id] and kept(transcript) == []
    made = make(transcript)
    assert vectors.due(5) == [] and vectors.wanted(transcript.id) is None
    ids, found = vectors.of([transcript.id])
    assert ids == list(made)
    assert found == pytest.approx(np.stack(list(made.values())), abs=0.002)


def test_only_a_changed_passage_is_made_anew(workspace: Workspace, owner: Member) -> None:
    transcript = said(workspace, "The parcel was lade.", "Nobody told me.")
    make(transcript)
    first, second = transcript.segments
    editing.save(transcript, 0, editing.staff(owner), {first.id: "The parcel was late."})
    db.session.commit()
    assert kept(transcript) == [second.id]  # before anything else has happened
    masks.look(transcript)
    db.session.commit()
    wanted = vectors.wanted(transcript.id)
    assert wanted is not None and meant(wanted.texts) == ["The parcel was late."]


def test_what_changed_meanwhile_is_not_kept(workspace: Workspace, owner: Member) -> None:
    transcript = said(workspace, "Call me tomorrow about it.")
    wanted = vectors.wanted(transcript.id)
    assert wanted is not None
    masks.hide(transcript, "tomorrow", "other", owner)
    db.session.commit()
    assert not vectors.publish(wanted, {each: any_vector() for each in wanted.texts})
    assert vectors.due(5) == [transcript.id]


def test_another_model_makes_everything_anew(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = said(workspace, "It was late.", "It was dear.")
    make(transcript)
    half = said(workspace, "Half.")
    monkeypatch.setattr(vectors, "MODEL", "better 1")
    monkeypatch.setattr(vectors, "PART", "better 1 part")
    monkeypatch.setattr(vectors, "TODAY", ("better 1", "better 1 part"))
    assert vectors.due(5) == [half.id, transcript.id] and kept(transcript) == []
    wanted = vectors.wanted(transcript.id)
    assert wanted is not None and len(wanted.texts) == 2
    make(transcript)
    assert db.session.get_one(Vectors, transcript.id).model == "better 1"


def test_no_vector_is_of_masked_words(workspace: Workspace, owner: Member) -> None:
    one = said(workspace, "My name is Oluwaseun Adeyemi and my number is 07700 900123.")
    other = said(workspace, "My name is Bob and my number is 020 7946 0018.")
    lone = said(workspace, "The blue one came on Tuesday.")
    masks.hide(lone, "blue one", "other", owner)
    assert meant(vectors.texts(one)) == meant(vectors.texts(other))
    assert meant(vectors.texts(one)) == ["My name is Alex and my number is phone number."]
    assert meant(vectors.texts(lone)) == ["The something came on Tuesday."]


def test_a_mask_that_is_put_later_takes_the_vector_at_once(
    workspace: Workspace, owner: Member
) -> None:
    transcript = said(workspace, "The blue one came.", "It is fine.")
    make(transcript)
    masks.hide(transcript, "blue", "other", owner)
    db.session.commit()
    assert kept(transcript) == [transcript.segments[1].id]
    stored = db.session.get_one(Vectors, transcript.id).records
    assert len(stored) == packing.RECORD.itemsize


def test_vectors_go_with_their_voice_and_are_named_in_the_receipt(workspace: Workspace) -> None:
    transcript = said(workspace, "It was late.", "It was dear.")
    make(transcript)
    gone, submission = transcript.id, db.session.get_one(Answer, transcript.answer_id).submission
    receipt = erasure.everything(submission, "withdrawn")
    db.session.commit()
    assert receipt is not None and receipt.removed["vectors"] == 2
    assert db.session.scalars(select(Vectors)).all() == []
    assert vectors.wanted(gone) is None  # the job that was on its way


def test_the_text_worker_is_rung_when_nothing_else_waits(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = said(workspace, "Once."), said(workspace, "Twice.")
    with services.valkey() as url:
        monkeypatch.setattr(vectors, "AT_ONCE", 1)
        there = replace(runtime.settings(), redis_url=url)
        monkeypatch.setattr(runtime, "settings", lambda: there)
        assert queue.ring(url, "text", queue.RUN_STEP, "a step")
        assert vectors.ring_due() == 0
        queue.open_queue(url, "text").empty()
        assert vectors.ring_due() == 1
        assert list(queue.waiting(url, "text")) == [new.id]
        make(new)
        queue.open_queue(url, "text").empty()
        assert vectors.ring_due() == 1
        assert list(queue.waiting(url, "text")) == [old.id]


@pytest.mark.slow
def test_the_worker_makes_them_and_passes_over_what_it_cannot_read(workspace: Workspace) -> None:
    transcript = said(workspace, "The parcel came late.", "🙂", "وصل الطرد متأخرا", "It was late.")
    worker.make(transcript.id)
    ids, found = vectors.of([transcript.id])
    assert ids == [transcript.segments[0].id, transcript.segments[3].id]
    assert found[0] @ found[1] > 0.4
    assert vectors.due(5) == []
    worker.make(transcript.id)  # rung twice: nothing to do
    worker.make("gone")
