"""A customer withdraws while a member's form about the voice is under way: there is nothing left
that it could be about."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain import consent, masks, processing, runs
from app.domain.codebook import holding
from app.extensions import db
from app.models import Member, Submission, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.domain.erasure.gate import Gate


@pytest.mark.parametrize("form", ["add", "show", "keep", "use", "again"])
def test_a_form_about_a_voice_that_was_withdrawn_finds_nothing(
    app: Flask,
    workspace: Workspace,
    owner: Member,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    older = factories.transcript(answer, "It came mine days late.", current=False)
    words = factories.transcript(answer, "It came nine days late.")
    masks.look(words)
    masks.hide(words, "nine", "other", owner)
    step = processing.begin(answer).steps[0]
    (mark,) = masks.of(words)
    submission_id = answer.submission_id
    voice = f"/voices/{submission_id}"
    of_answer = f"{voice}/answers/{answer.id}"
    address, data = {
        "add": (f"{of_answer}/masks", {"words": "days", "kind": "other"}),
        "show": (f"{of_answer}/masks/{mark.row.id}/show", {}),
        "keep": (f"{of_answer}/words/versions", {"do": "keep"}),
        "use": (f"{of_answer}/words/versions", {"do": f"use:{older.id}"}),
        "again": (f"{voice}/steps/{step.id}/again", {}),
    }[form]
    db.session.commit()
    sign_in(client, owner)
    db.session.remove()
    gate, got = Gate(), []
    before = {"add": (masks, "hide"), "show": (masks, "lift"), "again": (runs, "again")}
    where, name = before.get(form, (holding, "book"))
    monkeypatch.setattr(where, name, gate.before(getattr(where, name)))
    with gate.holding(app, lambda: got.append(client.post(address, data=data))):
        consent.withdraw(db.session.get_one(Submission, submission_id))
        db.session.commit()
        db.session.remove()
    assert got[0].status_code == 404
