"""What is taken out is gone: at once where it is seen, and soon wherever its bytes were."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import runtime
from app.domain import (
    appending,
    audit_check,
    consent,
    editing,
    erasing,
    erasure,
    exports,
    follow_ups,
    imports,
    manifests,
    processing,
    remnants,
    runs,
    sharing,
    sweeping,
    uploads,
)
from app.domain.errors import NotFound
from app.extensions import db
from app.models import (
    Answer,
    AuditEntry,
    Base,
    Clip,
    Delivery,
    Erasure,
    Export,
    FollowUp,
    FollowUpNote,
    Highlight,
    Member,
    Program,
    Recording,
    Run,
    Step,
    Submission,
    Upload,
    Workspace,
    now,
)
from storage import Storage, StorageError, keys
from tests import factories
from workers.perform import perform

MARKER = "quetzalcoatlus"
LINE = f"{MARKER} was heard"


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def voice(program: Program) -> Submission:
    """With the marker wherever a customer can leave it, and objects for all that is made of it."""
    submission = factories.submission(
        program, display_name=MARKER, reference=MARKER, fields={"city": MARKER}, score=3
    )
    answer = factories.answer(submission, captions=f"WEBVTT\n\n00:00.000 --> 00:05.000\n{LINE}\n")
    recording = answer.recording
    assert recording is not None
    recording.filename = recording.declared_type = MARKER
    recording.original_key = put(keys.original(recording.id, "0"))
    recording.playable_key = put(keys.playable(recording.id, "1", "webm"))
    recording.poster_key = put(keys.poster(recording.id, "1"))
    transcript = factories.transcript(answer, LINE, current=False)
    newer = factories.transcript(answer, LINE, "And more.")
    by_customer, beyond = editing.Author(editing.CUSTOMER), newer.segments[1].id
    editing.save(newer, 0, by_customer, {beyond: f"And {MARKER}"})
    highlight = factories.highlight(answer, newer, themes=program.themes[:1])
    factories.highlight(answer, transcript)
    factories.save(
        Clip(highlight_id=highlight.id, key=put(keys.clip(highlight.id, "1", "plain"))),
        Upload(
            submission_id=submission.id, length=1, offset=1, state="received", filename=MARKER,
            declared_type=MARKER, said=MARKER, expires_at=now(),
        ),
    )  # fmt: skip
    factories.answer(submission, "text", written_text=LINE)
    processing.begin(answer)
    db.session.commit()
    return submission


def put(key: str) -> str:
    return runtime.storage().put(key, MARKER.encode()).key


def erase(submission: Submission) -> Erasure:
    done = consent.withdraw(submission)
    db.session.commit()
    assert done is not None
    db.session.refresh(done)
    return done


def left() -> list[str]:
    """Objects that are no tombstone."""
    tombs = (keys.ERASURES, keys.AUDIT_HEADS)
    return [key for key in runtime.storage().list("") if not key.startswith(tombs)]


def nowhere(marker: str = MARKER) -> None:
    """In no row, no index, no file of this installation."""
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert marker not in str(tuple(row)), table.name
    if db.engine.dialect.name == "postgresql":
        words = db.session.scalars(text("SELECT tsv::text FROM segments"))
        assert not any(marker[:8] in each for each in words)
    db.session.rollback()
    for path in runtime.settings().data.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            # The index's words share beginnings with their neighbours, so an end is looked for.
            for part in (marker, marker[-9:]):
                assert part.encode() not in content, path


def test_a_marker_is_nowhere_afterwards(voice: Submission, owner: Member) -> None:
    _, token = sharing.create(voice_highlight(voice), owner)
    asked = follow_ups.ask(voice.program, voice, "555 0100", LINE)
    heard = follow_ups.from_machine(voice, "upset", LINE, 0.9)
    follow_ups.note(asked, LINE, owner)
    db.session.commit()
    receipt = erase(voice)
    assert (receipt.state, receipt.trouble) == ("gone", "") and receipt.gone_at
    nowhere()
    assert left() == []
    assert db.session.get(FollowUp, heard.id) is None
    assert receipt.removed == {
        "recordings": 1, "written": 1, "captions": 1, "transcripts": 2, "edits": 1, "passages": 3,
        "findings": 3, "moments": 2, "clips": 1, "links": 1, "work": 6, "details": 4, "calls": 2,
        "files": 4,
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
    assert receipt.removed["files"] == 4


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


class Away:
    """Storage whose server doesn't answer."""

    def __init__(self, real: Storage) -> None:
        self.real, self.here = real, False

    def __getattr__(self, name: str) -> object:
        if not self.here and name in ("list", "delete", "put", "open", "stat"):
            raise StorageError("The bucket can't be reached.")
        return getattr(self.real, name)


@pytest.fixture
def away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Away]:
    storage = Away(runtime.storage())
    monkeypatch.setattr(runtime, "storage", lambda: storage)
    yield storage


def test_while_storage_is_away_it_is_hidden_and_the_receipt_says_so(
    voice: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = Away(runtime.storage())
    with monkeypatch.context() as patch:
        patch.setattr(runtime, "storage", lambda: storage)
        receipt = erase(voice)
        assert voice.state == "withdrawn" and voice.answers == []
        assert (receipt.state, receipt.gone_at) == ("due", None)
        assert receipt.trouble == "The bucket can't be reached."
        assert erasing.due() == 0  # not before its time
    later(receipt)
    assert erasing.due() == 1
    db.session.refresh(receipt)
    assert (receipt.state, receipt.trouble) == ("gone", "") and receipt.gone_at
    nowhere()


def later(receipt: Erasure) -> None:
    receipt.due_at = now() - timedelta(seconds=1)
    db.session.commit()


def test_what_a_late_writer_left_is_met_by_a_later_look(voice: Submission) -> None:
    recording = voice.answers[0].recording
    assert recording is not None
    late = keys.playable(recording.id, "9", "webm")
    receipt = erase(voice)
    put(late)  # by a step that was killed before it could take it away
    for _ in erasing.LOOKS:
        later(receipt)
        assert erasing.due() == 1
        assert left() == []
        db.session.refresh(receipt)
    assert (receipt.state, receipt.prefixes, receipt.removed["files"]) == ("settled", [], 5)
    later(receipt)
    assert erasing.due() == 0


def test_a_step_at_work_publishes_nothing(voice: Submission) -> None:
    step = db.session.scalars(select(Step).order_by(Step.position)).first()
    assert step is not None
    claim = runs.claim(step.id)
    assert claim is not None
    folder = runtime.settings().scratch / f"work-{claim.fence}-here" / "x1"
    folder.mkdir(parents=True)
    (folder / "original").write_bytes(MARKER.encode())
    erase(voice)
    with pytest.raises(runs.Lost):
        runs.finish(claim)
    assert not folder.exists()
    nowhere()


def test_a_step_of_another_voice_keeps_its_folder(program: Program, voice: Submission) -> None:
    other = processing.begin(factories.answer(factories.submission(program)))
    db.session.commit()
    claim = runs.claim(other.steps[0].id)
    assert claim is not None
    folder = runtime.settings().scratch / f"work-{claim.fence}-here" / "x1"
    folder.mkdir(parents=True)
    erase(voice)
    assert folder.exists()


def test_an_upload_in_flight_ends_and_leaves_no_bytes(program: Program) -> None:
    draft = factories.submission(program, state="draft", received_at=None)
    upload = uploads.declare(
        draft, uploads.Declared(2 * len(MARKER), media_type="video/webm", filename=MARKER)
    )
    db.session.commit()

    def pieces() -> Iterator[bytes]:
        yield MARKER.encode()
        consent.withdraw(db.session.get_one(Submission, draft.id))
        db.session.commit()
        yield MARKER.encode()

    with pytest.raises(NotFound):
        appending.append(upload, pieces(), offset=0)
    db.session.rollback()
    assert erasing.due() == 1
    assert left() == [] and db.session.scalar(select(func.count(Recording.id))) == 0
    nowhere()


def test_an_export_written_since_stays_while_the_older_file_goes(
    program: Program, voice: Submission, owner: Member
) -> None:
    factories.transcript(factories.answer(factories.submission(program)), "It came late.")
    export = exports.request(program, owner, "csv", "segments", "internal")
    db.session.commit()
    step = export.runs[0].steps[0]
    perform(step.id)
    receipt = erase(voice)
    assert receipt.removed["exports"] == 1
    db.session.expire_all()
    runs.again(step)
    db.session.commit()
    perform(step.id)
    db.session.expire_all()
    assert export.key is not None
    later(receipt)
    erasing.due()
    assert left() == [export.key]
    nowhere()


def test_a_reader_in_the_way_is_waited_for(app: Flask, voice: Submission) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("SQLite's log only")
    with db.engine.connect() as reader:
        reader.execute(text("BEGIN"))
        reader.execute(text("SELECT count(*) FROM segments")).all()
        receipt = erase(voice)
        assert (receipt.state, receipt.trouble) == ("due", erasing.IN_THE_WAY)
        reader.rollback()
    later(receipt)
    assert erasing.due() == 1
    db.session.refresh(receipt)
    assert receipt.state == "gone"
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
    assert receipt.removed == {"recordings": 1, "clips": 1, "files": 4}
    assert left() == [] and voice.state == "received"
    assert db.session.scalar(select(func.count(Recording.id))) == 0
    assert db.session.scalar(select(func.count(Answer.id))) == 2
    assert db.session.scalar(select(func.count(Highlight.id))) == 2
    assert erasure.recordings(voice, "retention") is None
    db.session.commit()
    erase(voice)
    nowhere()


def test_the_cost_of_leaving_no_word_in_the_index_is_small(app: Flask) -> None:
    assert remnants.clean(db.engine)
    remnants.vacuum(db.engine)


def test_an_export_is_no_way_around(voice: Submission, owner: Member) -> None:
    erase(voice)
    export = exports.request(voice.program, owner, "jsonl", "submissions", "internal")
    db.session.commit()
    perform(export.runs[0].steps[0].id)
    db.session.expire_all()
    assert (db.session.get_one(Export, export.id).rows or 0) == 0
    nowhere()


@pytest.fixture
def draft(program: Program) -> Submission:
    submission = factories.submission(program, state="draft", received_at=None)
    factories.save(
        Upload(submission_id=submission.id, filename=MARKER, expires_at=now() + timedelta(hours=1))
    )
    return submission


def settle() -> None:
    for _ in (0, *erasing.LOOKS):
        for each in db.session.scalars(select(Erasure)):
            each.due_at = now() - timedelta(seconds=1)
        db.session.commit()
        erasing.due()
        db.session.expire_all()


def test_a_draft_that_is_taken_back_leaves_nothing(draft: Submission) -> None:
    coming = db.session.scalars(select(Upload.id)).one()
    late = put(keys.original(coming, "0"))
    assert erase(draft).reason == "abandoned"
    erasing.due()
    assert late not in left()
    nowhere()
    assert draft.state == "withdrawn"  # a late request still learns that it is over
    settle()
    assert list(runtime.storage().list(keys.ERASURES)) == []
    for table in (Submission, Upload, Erasure):
        assert db.session.scalar(select(func.count(table.id))) == 0


def test_a_call_that_was_promised_outlives_the_draft(draft: Submission) -> None:
    call = follow_ups.ask(draft.program, draft, "555 0100", LINE)
    erase(draft)
    settle()
    assert (call.contact, call.state, call.evidence) == ("555 0100", "open", "")
    call.state = "done"
    db.session.commit()
    assert sweeping.calls() == 1
    settle()
    assert db.session.scalar(select(func.count(Submission.id))) == 0


def test_a_voice_that_was_sent_at_the_moment_it_is_taken_back_has_a_tombstone(
    draft: Submission,
) -> None:
    assert draft.state == "draft"  # and another request, which this one doesn't see:
    db.session.execute(text("UPDATE submissions SET state = 'received', received_at = created_at"))
    assert draft.state == "draft"
    assert erase(draft).reason == "withdrawn"
    assert len(list(runtime.storage().list(keys.ERASURES))) == 1


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
