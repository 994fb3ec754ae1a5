"""Taking back while others are at the same decisions: each waits its turn, nobody for ever."""

from __future__ import annotations

import pytest
from flask import Flask

from app.domain.codebook import changes, reshaping
from app.domain.corrections import deciding, rows
from app.extensions import db
from app.models import CodebookChange, Correction, Member, Program, Submission
from tests.domain.codebook.spoken import named
from tests.domain.corrections.conftest import Voice
from tests.domain.erasure.gate import Gate, beside, until_it_waits


def test_a_merge_of_the_themes_is_applied_meanwhile(
    app: Flask, voice: Voice, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking back wrote the newer decision first and then the older, a merge the older first."""
    staff, delivery = named(program, "Staff"), named(program, "Delivery")
    voice.correct("theme", delivery.id)
    newer = voice.correct("theme", staff.id, delivery.id)
    change = reshaping.plan_merge(program, staff, delivery, None)
    db.session.commit()
    change_id, newer_id, member_id = change.id, newer.id, voice.member.id
    submission_id, gate = voice.answer.submission_id, Gate()
    db.session.remove()

    def take_back() -> None:
        member = db.session.get_one(Member, member_id)
        deciding.withdraw(db.session.get_one(Submission, submission_id), newer_id, member)
        db.session.commit()

    def merge() -> None:
        changes.apply(db.session.get_one(CodebookChange, change_id))
        db.session.commit()

    monkeypatch.setattr(rows, "lift", gate.after(rows.lift))
    with gate.holding(app, take_back), beside(app, merge):
        until_it_waits()
        gate.let_go()
    assert db.session.get_one(CodebookChange, change_id).state == "applying"
    assert db.session.get_one(Correction, newer_id).state == "withdrawn"
