"""The bytes of what was erased go soon, whatever is in the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app import runtime
from app.domain import (
    appending,
    consent,
    erasing,
    exports,
    processing,
    remnants,
    runs,
    uploads,
)
from app.domain.errors import NotFound
from app.extensions import db
from app.models import (
    Member,
    Program,
    Recording,
    Step,
    Submission,
)
from storage import Storage, StorageError, keys
from tests import factories
from tests.domain.erasure.marked import (
    MARKER,
    erase,
    later,
    left,
    nowhere,
    put,
)
from workers.perform import perform


class Away:
    """Storage whose server doesn't answer."""

    def __init__(self, real: Storage) -> None:
        self.real, self.here = real, False

    def __getattr__(self, name: str) -> object:
        if not self.here and name in ("list", "delete", "put", "open", "stat"):
            raise StorageError("The bucket can't be reached.")
        return getattr(self.real, name)


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
    assert (receipt.state, receipt.prefixes, receipt.removed["files"]) == ("settled", [], 6)
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


def test_the_cost_of_leaving_no_word_in_the_index_is_small(app: Flask) -> None:
    assert remnants.clean(db.engine)
    remnants.vacuum(db.engine)
