"""Another process holds the database for longer than anyone waits: said plainly, then done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from app import runtime
from app.domain import alerts, holding, leases, processing, sweeping
from app.domain.clerk import new_token
from app.extensions import db
from app.models import Delivery, Member, Step, Submission, Subscription, Workspace
from app.web.errors import SENTENCES
from tests import factories
from tests.chaos import troubles
from tests.conftest import DATABASE, sign_in
from tests.domain.sending import configure, follow, scene
from tests.receivers import MailServer
from workers import jobs, steps
from workers.perform import Publish, Work, perform

pytestmark = pytest.mark.skipif(bool(DATABASE), reason="SQLite has one writer; PostgreSQL many")


@pytest.fixture(autouse=True)
def impatient(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Waits 0.2 s for the writer, not 15. Errors are answered as in earnest."""
    app.config.update(PROPAGATE_EXCEPTIONS=False, TESTING=False)
    db.engine.dispose()

    def set_patience(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute("PRAGMA busy_timeout=200")

    event.listen(db.engine, "connect", set_patience)
    monkeypatch.setattr("workers.context.application", lambda: app)
    yield
    event.remove(db.engine, "connect", set_patience)


@pytest.fixture
def database(app: Flask) -> Path:
    return runtime.settings().data / "heard.db"


@pytest.fixture
def step(workspace: Workspace) -> Step:
    answer = factories.answer(factories.submission(factories.program(workspace)))
    run = processing.begin(answer)
    db.session.commit()
    return run.steps[0]


def test_a_customer_is_told_to_try_again_and_nothing_is_half_there(
    client: FlaskClient, workspace: Workspace, database: Path
) -> None:
    invitation = factories.invitation(factories.program(workspace))
    text = invitation.program.consent_texts[0].id
    address, token = f"/r/{invitation.code}", new_token()
    head = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    opening = {"consent_text": text, "purposes": ["internal"]}
    db.session.rollback()
    with troubles.locked(database):
        assert client.get(address).status_code == 200  # who reads doesn't wait for who writes
        answer = client.put(f"{address}/submission", json=opening, headers=head)
        assert (answer.status_code, answer.json) == (503, {"error": SENTENCES[503]})
        assert int(answer.headers["Retry-After"]) > 0
    assert db.session.query(Submission).count() == 0
    assert client.put(f"{address}/submission", json=opening, headers=head).status_code == 201


def test_a_page_for_staff_says_so_plainly(
    client: FlaskClient, owner: Member, database: Path
) -> None:
    typed = {"what": f"program:{factories.program(owner.workspace).id}", "channel": "own"}
    staff = sign_in(client, owner)
    with troubles.locked(database):
        answer = staff.post("/following", data=typed, headers={"Accept": "text/html"})
        assert answer.status_code == 503
        assert SENTENCES[503].replace("'", "&#39;") in answer.text
        assert "503" in answer.text and "sqlite" not in answer.text
    assert db.session.query(Subscription).count() == 0


def test_an_upload_is_told_in_plain_words_and_goes_on(
    client: FlaskClient, workspace: Workspace, database: Path
) -> None:
    invitation = factories.invitation(factories.program(workspace))
    text, token = invitation.program.consent_texts[0].id, new_token()
    head = {"Authorization": f"Bearer {token}", "Tus-Resumable": "1.0.0", "Accept": "*/*"}
    opening = {"consent_text": text, "purposes": ["internal"]}
    client.put(f"/r/{invitation.code}/submission", json=opening, headers=head)
    declared = client.post("/uploads", headers={**head, "Upload-Length": "5"})
    bytes_of_it = {
        "data": b"OggS5",
        "headers": {**head, "Upload-Offset": "0"},
        "content_type": "application/offset+octet-stream",
    }
    with troubles.locked(database):
        answer = client.patch(declared.headers["Location"], **bytes_of_it)
        assert (answer.status_code, answer.text) == (503, SENTENCES[503] + "\n")
    assert client.head(declared.headers["Location"], headers=head).headers["Upload-Offset"] == "0"
    assert client.patch(declared.headers["Location"], **bytes_of_it).status_code == 204


def test_a_step_that_cant_be_claimed_stays_due(step: Step, database: Path) -> None:
    step_id = step.id
    db.session.rollback()
    with troubles.locked(database):
        perform(step_id)
    db.session.expire_all()
    assert (step.state, step.attempts) == ("due", 0)
    assert list(runtime.settings().scratch.iterdir()) == []


def test_work_that_cant_be_published_is_done_again_at_once_when_it_can(
    step: Step, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_id, made = step.id, []

    def work(work: Work) -> Publish:
        path = work.folder / "made.webm"
        path.write_bytes(b"face and voice")
        made.append(f"recordings/{work.claim.fence}/{work.claim.fence}/playable.webm")
        work.put_file(made[-1], path)

        def publish() -> str:
            work.run.steps[1].stage = f"published by try {work.claim.attempt}"
            return "done"

        if len(made) == 1:
            db.session.commit()
            held.enter_context(troubles.locked(database))
        return publish

    monkeypatch.setitem(steps.STEPS, "probe", work)
    with contextlib.ExitStack() as held:
        perform(step_id)
    db.session.expire_all()
    assert step.state == "leased"  # nobody could be told …
    for fence in holding.abandoned():  # … until the clock looks
        leases.release(fence)
    perform(step_id)
    db.session.expire_all()
    assert (step.state, step.run.steps[1].stage) == ("done", "published by try 2")
    sweeping.objects(older_than=timedelta(0))
    assert runtime.storage().stat(made[0]) is None


def test_a_letter_whose_end_could_not_be_noted_goes_again_under_its_old_id(
    app: Flask, workspace: Workspace, teammate: Member, database: Path, tmp_path: Path
) -> None:
    office = MailServer()
    office.start()
    configure(tmp_path / "data", SMTP_URL=office.url)
    made = scene(workspace)
    follow(teammate, made.program)
    alerts.announce(made.answer.id)
    db.session.commit()
    delivery_id = db.session.query(Delivery).one().id
    db.session.rollback()
    with contextlib.ExitStack() as held:

        async def taken(*_: object) -> str:
            """The database is locked while the letter is on its way."""
            if not office.letters:
                held.enter_context(troubles.locked(database))
            return await MailServer.handle_DATA(office, *_)  # type: ignore[arg-type]

        office.handle_DATA = taken  # type: ignore[method-assign]
        jobs.deliver(delivery_id)
    assert len(office.letters) == 1
    for fence in holding.abandoned():
        leases.release(fence)
    jobs.deliver(delivery_id)
    office.stop()
    db.session.expire_all()
    assert db.session.get_one(Delivery, delivery_id).state == "done"
    assert len({str(letter["Message-ID"]) for letter in office.letters}) == 1
    assert len(office.letters) == 2
