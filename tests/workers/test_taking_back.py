"""What a customer takes back is in no file afterwards, whenever it was or is being written."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import runtime
from app.domain import consent, exports, forgetting
from app.extensions import db
from app.models import Export, Member, Program, Step, Submission, Upload, Workspace, now
from storage import keys
from tests import factories
from tests.conftest import sign_in
from workers.perform import perform

SECRET = b"porcelain"


@pytest.fixture
def program(app: Flask, workspace: Workspace) -> Program:
    return factories.program(workspace)


@pytest.fixture
def voice(program: Program) -> Submission:
    submission = factories.submission(program)
    factories.transcript(factories.answer(submission), "The porcelain was broken.")
    return submission


def order(program: Program, member: Member, purpose: str = "internal") -> tuple[Export, Step]:
    export = exports.request(program, member, "csv", "segments", purpose)
    db.session.commit()
    return export, export.runs[0].steps[0]


def stored(export: Export) -> list[bytes]:
    found = []
    for key in runtime.storage().list(keys.export(export.id, "")):
        with runtime.storage().open(key) as file:
            found.append(file.read())
    return found


def test_a_finished_export_goes_with_the_voice(
    client: FlaskClient, program: Program, voice: Submission, owner: Member
) -> None:
    export, step = order(program, owner)
    perform(step.id)
    (whole,) = stored(export)
    assert SECRET in whole
    consent.withdraw(voice)
    db.session.commit()
    db.session.expire_all()
    assert (export.key, export.size, export.rows) == (None, None, None)
    assert (step.state, step.error) == ("failed", forgetting.OUT_OF_DATE)
    assert stored(export) == []
    staff = sign_in(client, owner)
    assert "taken back or masked since" in staff.get("/exports").text
    answer = staff.get(f"/exports/{export.id}/file")
    assert answer.status_code == 409 and "taken back or masked since" in answer.text


def test_one_being_written_meanwhile_is_written_again_without_it(
    program: Program, voice: Submission, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, step = order(program, owner)
    write = exports.write

    def and_meanwhile(*args: object, **values: object) -> int:
        rows = write(*args, **values)  # type: ignore[arg-type]
        consent.withdraw(db.session.get_one(Submission, voice.id))
        db.session.commit()
        return rows

    with monkeypatch.context() as patch:
        patch.setattr(exports, "write", and_meanwhile)
        perform(step.id)
    db.session.expire_all()
    assert (step.state, export.key) == ("due", None)
    perform(step.id)
    db.session.expire_all()
    assert (step.state, export.rows) == ("done", 0)
    with runtime.storage().open(str(export.key)) as file:
        assert SECRET not in file.read()


def test_a_narrowed_purpose_takes_back_its_files_only(
    program: Program, voice: Submission, owner: Member
) -> None:
    inside, outside = order(program, owner), order(program, owner, "shared")
    for _, step in (inside, outside):
        perform(step.id)
    consent.change(voice, ["internal"])
    db.session.commit()
    db.session.expire_all()
    assert inside[0].key is not None and outside[0].key is None
    assert stored(outside[0]) == []


def test_another_programs_files_stay(
    workspace: Workspace, program: Program, voice: Submission, owner: Member
) -> None:
    export, step = order(factories.program(workspace), owner)
    perform(step.id)
    consent.withdraw(voice)
    db.session.commit()
    db.session.expire_all()
    assert export.key is not None and step.state == "done"


def test_nothing_of_a_voice_can_be_read_from_the_database_file(
    program: Program, voice: Submission
) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the server keeps its own files")
    voice.display_name = "Zebulon Markham"
    factories.transcript(voice.answers[0], "A xylophone came instead of the porcelain.")
    upload = factories.save(
        Upload(submission_id=voice.id, kind="video", length=1, declared_type="", state="received",
               filename="quetzal.webm", expires_at=now())
    )  # fmt: skip
    consent.withdraw(voice)
    db.session.commit()
    assert db.session.get_one(Upload, upload.id).filename == ""
    db.session.commit()
    raw = (runtime.settings().data / "heard.db").read_bytes().lower()
    for secret in (b"zebulon", b"xylophone", b"ylophone", SECRET, b"orcelain", b"quetzal"):
        assert secret not in raw
