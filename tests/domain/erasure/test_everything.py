"""What is taken out is gone: from every row, every index, every file."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain import (
    audit_check,
    consent,
    erasing,
    erasure,
    exports,
    follow_ups,
    imports,
    manifests,
    sharing,
    sweeping,
)
from app.domain.errors import NotFound
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    ChangedMention,
    CodebookChange,
    Correction,
    Delivery,
    Erasure,
    Export,
    FollowedCorrection,
    FollowUp,
    FollowUpNote,
    Highlight,
    Lesson,
    Member,
    Program,
    ProposedPassage,
    Recording,
    Run,
    Step,
    Submission,
    ThemeProposal,
    Vectors,
    Workspace,
)
from tests import factories
from tests.domain.erasure.marked import (
    LINE,
    MARKER,
    erase,
    left,
    nowhere,
)
from workers.perform import perform


def test_a_marker_is_nowhere_afterwards(voice: Submission, owner: Member) -> None:
    _, token = sharing.create(voice_highlight(voice), owner)
    asked = follow_ups.ask(voice.program, voice, "555 0100", LINE)
    heard = follow_ups.from_machine(voice, factories.need("upset", LINE, 0.9))
    follow_ups.note(asked, LINE, owner)
    db.session.commit()
    decisions = db.session.scalars(select(Correction.id)).all()
    receipt = erase(voice)
    assert (receipt.state, receipt.trouble) == ("gone", "") and receipt.gone_at
    nowhere()
    for each in decisions:
        nowhere(each)
    assert left() == []
    assert [each.state for each in db.session.scalars(select(ThemeProposal))] == ["merged"]
    for table in (ProposedPassage, FollowedCorrection, Lesson, ChangedMention, Vectors):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert db.session.scalars(select(CodebookChange.state)).one() == "applied"
    assert db.session.get(FollowUp, heard.id) is None
    assert receipt.removed == {
        "recordings": 1, "written": 1, "captions": 1, "transcripts": 2, "edits": 1, "passages": 3,
        "vectors": 1,
        "findings": 5, "moments": 2, "clips": 1, "links": 1, "work": 7, "details": 4, "calls": 2,
        "files": 5,
    }  # fmt: skip
    row = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "submission.withdrawn")
    ).one()
    assert row.subject_id == voice.id and row.details["recordings"] == 1
    assert audit_check.verify().problems == []
    with pytest.raises(NotFound):
        sharing.find(token)
    assert sweeping.objects() == 0


def voice_highlight(voice: Submission) -> Highlight:
    return db.session.scalars(select(Highlight).where(Highlight.submission_id == voice.id)).all()[0]


def test_twice_is_once(voice: Submission) -> None:
    receipt = erase(voice)
    assert consent.withdraw(voice) is None
    db.session.commit()
    assert db.session.scalar(select(func.count(Erasure.id))) == 1
    erasing.carry_out([receipt.id, receipt.id])
    db.session.refresh(receipt)
    assert receipt.removed["files"] == 5


def test_two_at_the_same_moment_are_one(app: Flask, voice: Submission) -> None:
    voice_id, together, failed = voice.id, threading.Barrier(2), []

    def one() -> None:
        with app.app_context():
            together.wait()
            try:
                consent.withdraw(db.session.get_one(Submission, voice_id))
                db.session.commit()
            except Exception as error:  # noqa: BLE001 - told to the test below
                failed.append(error)
            db.session.remove()

    threads = [threading.Thread(target=one) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failed == []
    db.session.rollback()
    assert db.session.scalar(select(func.count(Erasure.id))) == 1
    nowhere()


def test_a_promised_call_stays_without_words_until_it_is_done(
    voice: Submission, owner: Member
) -> None:
    asked = follow_ups.ask(voice.program, voice, "555 0100", LINE)
    follow_ups.note(asked, LINE, owner)
    db.session.commit()
    erase(voice)
    db.session.refresh(asked)
    assert (asked.contact, asked.evidence, asked.notes) == ("555 0100", "", [])
    assert sweeping.calls() == 0
    follow_ups.close(asked, "Called back", owner)
    db.session.commit()
    assert sweeping.calls() == 1
    nowhere("555 0100")


def test_staff_take_the_promised_call_too(voice: Submission, owner: Member) -> None:
    follow_ups.ask(voice.program, voice, "555 0100", LINE)
    db.session.commit()
    erasure.everything(voice, "staff", member_id=owner.id)
    db.session.commit()
    nowhere()
    nowhere("555 0100")
    assert db.session.scalar(select(func.count(FollowUpNote.id))) == 0


@pytest.mark.parametrize("what", ["file", "text"])
def test_a_manifest_that_is_run_again_brings_nothing_back(
    program: Program, tmp_path: Path, what: str
) -> None:
    (tmp_path / "a.webm").write_bytes(MARKER.encode())
    cell = "a.webm" if what == "file" else LINE
    manifest = tmp_path / "m.csv"
    manifest.write_text(f"{what},reference,name\n{cell},{MARKER},{MARKER}\n")

    def bring() -> list[bool]:
        return list(imports.run(manifests.read_manifest(manifest, program), program))

    assert bring() == [True] and bring() == [False]
    erase(db.session.scalars(select(Submission)).one())
    assert bring() == [False]
    nowhere()
    elsewhere = factories.program(db.session.get_one(Workspace, program.workspace_id))
    assert list(imports.run(manifests.read_manifest(manifest, elsewhere), elsewhere)) == [True]


def test_nothing_waits_to_be_sent_of_it(voice: Submission, owner: Member) -> None:
    before = db.session.scalar(select(func.count(Run.id)))
    assert before
    erase(voice)
    assert db.session.scalar(select(func.count(Run.id))) == 0
    assert db.session.scalar(select(func.count(Step.id))) == 0
    for payload in db.session.scalars(select(Delivery.payload)):
        assert MARKER not in str(payload)


def test_recordings_alone_go_and_words_stay(voice: Submission) -> None:
    receipt = erasure.recordings(voice, "retention")
    db.session.commit()
    assert receipt is not None
    db.session.refresh(receipt)
    assert receipt.removed == {"recordings": 1, "clips": 1, "files": 5}
    assert left() == [] and voice.state == "received"
    assert db.session.scalar(select(func.count(Recording.id))) == 0
    assert db.session.scalar(select(func.count(Answer.id))) == 2
    assert db.session.scalar(select(func.count(Highlight.id))) == 2
    assert erasure.recordings(voice, "retention") is None
    db.session.commit()
    erase(voice)
    nowhere()


def test_an_export_is_no_way_around(voice: Submission, owner: Member) -> None:
    erase(voice)
    export = exports.request(voice.program, owner, "jsonl", "submissions", "internal")
    db.session.commit()
    perform(export.runs[0].steps[0].id)
    db.session.expire_all()
    assert (db.session.get_one(Export, export.id).rows or 0) == 0
    nowhere()


def test_an_erasure_takes_no_second_connection(
    voice: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, carry_out = [], erasing.carry_out

    def look(ids: Sequence[str]) -> None:
        held.append(db.engine.pool.checkedout())  # type: ignore[attr-defined]
        carry_out(ids)

    monkeypatch.setattr(erasing, "carry_out", look)
    assert erase(voice).state == "gone"
    assert held == [0]


def test_what_is_rolled_back_is_not_carried_out(
    voice: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Sequence[str]] = []
    monkeypatch.setattr(erasing, "carry_out", called.append)
    consent.withdraw(voice)
    db.session.rollback()
    db.session.commit()
    assert called == [] and voice.state == "received"
