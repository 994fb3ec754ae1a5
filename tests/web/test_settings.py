"""Settings: who may look, who may change, and what is shown once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import runtime
from app.domain import processing, programs, sample, signing_in
from app.domain.programs import Description
from app.extensions import db
from app.models import Member, Program, Workspace
from storage import keys
from tests import factories
from tests.conftest import sign_in
from tests.receivers import MailServer
from tests.services import eventually

LINK = re.compile(r"/sign-in/link/[\w-]{43}")


def test_the_first_page(client: FlaskClient, owner: Member, teammate: Member) -> None:
    page = sign_in(client, owner).get("/settings")
    assert page.status_code == 200
    assert "Programs" in page.text and "Members" in page.text
    assert "pocketsphinx" in page.text
    assert sign_in(client, teammate).get("/settings").status_code == 200


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    for path in ("/settings", "/settings/members", "/settings/programs", "/follow-ups"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.location.startswith("/sign-in?next=")


@pytest.mark.parametrize(
    ("noted", "expected"),
    [
        ({"state": "fetching", "done": 50, "total": 200, "error": ""}, "25 %"),
        ({"state": "failed", "done": 0, "total": 0, "error": "No host."}, "No host."),
    ],
)
def test_the_models_way_here_is_shown(
    client: FlaskClient, app: Flask, owner: Member, monkeypatch, noted: dict, expected: str
) -> None:
    settings = replace(runtime.settings(), speech_engine="auto")
    monkeypatch.setattr(runtime, "settings", lambda: settings)
    settings.models.mkdir(parents=True)
    (settings.models / "fetching.json").write_text(json.dumps({"name": "base", **noted}))
    page = sign_in(client, owner).get("/settings").text
    assert expected in page
    (settings.models / "fetching.json").write_text("{")
    assert "base.pt" in client.get("/settings").text


def test_the_basic_engines_words_are_written_again_in_one_click(
    client: FlaskClient,
    workspace: Workspace,
    owner: Member,
    teammate: Member,
    stranger: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = factories.program(workspace)
    settled, under_way = (factories.answer(factories.submission(program)) for _ in range(2))
    for answer in (settled, under_way):
        factories.transcript(answer, "What was herd.")
        processing.begin(answer)
    for step in settled.runs[0].steps:
        step.state = "done"
    db.session.commit()
    path = runtime.settings().data / "own.pt"
    path.write_bytes(b"a checkpoint")
    settings = replace(runtime.settings(), speech_engine="auto", whisper_model=str(path))
    monkeypatch.setattr(runtime, "settings", lambda: settings)
    assert "Write them again" not in sign_in(client, teammate).get("/settings").text
    assert client.post("/settings/write-again").status_code == 404
    assert sign_in(client, stranger).post("/settings/write-again").status_code == 303
    assert settled.runs[0].steps[2].state == "done"
    assert "2 recordings still have" in sign_in(client, owner).get("/settings").text
    assert client.post("/settings/write-again").status_code == 303
    assert "1 recording will be written again" in client.get("/settings").text
    db.session.expire_all()
    states = [step.state for step in settled.runs[0].steps]
    assert states == ["done", "done", "due", "waiting", "waiting", "waiting"]
    assert under_way.runs[0].steps[0].state == "due"


def test_an_owner_asks_somebody_in_and_sees_the_link_once(
    client: FlaskClient, app: Flask, owner: Member
) -> None:
    sign_in(client, owner)
    data = {"email": "New@Example.com", "name": "New", "role": "analyst"}
    assert client.post("/settings/members", data=data).status_code == 303
    shown = client.get("/settings/members").text
    [link] = LINK.findall(shown)
    assert "shown only now" in shown
    assert not LINK.findall(client.get("/settings/members").text)
    visitor = app.test_client()
    assert visitor.post(link).location == "/welcome"
    assert db.session.scalar(select(Member.role).where(Member.email == "new@example.com"))


def test_a_refused_invitation_keeps_what_was_typed(
    client: FlaskClient, owner: Member, teammate: Member
) -> None:
    sign_in(client, owner)
    again = client.post("/settings/members", data={"email": teammate.email, "role": "leader"})
    assert again.status_code == 409
    assert f'value="{teammate.email}"' in again.text
    wrong = client.post("/settings/members", data={"email": "<b>", "role": "leader"})
    assert wrong.status_code == 422 and "&lt;b&gt;" in wrong.text
    assert client.post("/settings/members", data={"email": "a@b.c", "role": "x"}).status_code == 422


def test_of_many_same_invitations_one_is_made(app: Flask, owner: Member) -> None:
    clients = [sign_in(app.test_client(), owner) for _ in range(6)]
    together = Barrier(len(clients))

    def invite(client: FlaskClient) -> int:
        together.wait(timeout=60)
        data = {"email": "new@example.com", "role": "leader"}
        return client.post("/settings/members", data=data).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        statuses = sorted(pool.map(invite, clients))
    assert statuses == [303] + [409] * 5


def test_an_owner_changes_roles_and_lets_nobody_strand(
    client: FlaskClient, owner: Member, teammate: Member
) -> None:
    sign_in(client, owner)
    path = f"/settings/members/{teammate.id}"
    assert client.post(path + "/role", data={"role": "analyst"}).status_code == 303
    assert client.post(path + "/link").status_code == 303
    assert LINK.findall(client.get("/settings/members").text)
    assert client.post(path + "/deactivate").status_code == 303
    assert client.post(path + "/link").status_code == 409
    assert client.post(path + "/activate").status_code == 303
    mine = f"/settings/members/{owner.id}"
    assert client.post(mine + "/role", data={"role": "leader"}).status_code == 409
    refused = client.post(mine + "/deactivate")
    assert refused.status_code == 409 and "last owner" in refused.text
    db.session.refresh(teammate)
    assert (teammate.role, teammate.active) == ("analyst", True)


@pytest.mark.parametrize("role", ["analyst", "leader", "frontline"])
def test_others_only_look_at_members(
    client: FlaskClient, workspace: Workspace, owner: Member, role: str
) -> None:
    sign_in(client, factories.member(workspace, role))
    page = client.get("/settings/members")
    assert page.status_code == 200 and "<form" not in main_of(page.text)
    for path in (
        "/settings/members",
        f"/settings/members/{owner.id}/role",
        f"/settings/members/{owner.id}/link",
        f"/settings/members/{owner.id}/deactivate",
    ):
        assert (
            client.post(path, data={"email": "x@example.com", "role": "owner"}).status_code == 404
        )


def test_a_stranger_cannot_reach_our_members(
    client: FlaskClient, owner: Member, stranger: Member
) -> None:
    sign_in(client, stranger)
    assert owner.email not in client.get("/settings/members").text
    for verb in ("role", "link", "deactivate", "activate"):
        answer = client.post(f"/settings/members/{owner.id}/{verb}", data={"role": "leader"})
        assert answer.status_code == 404


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


@pytest.fixture
def sample_program(workspace: Workspace) -> Program:
    """A sample of one voice, as `sample.load` would leave it."""
    program = programs.create(workspace, Description(name="Sample", question="How was it?"))
    program.is_sample = True
    answer = factories.answer(factories.submission(program))
    runtime.storage().put(keys.original(answer.recording.id, "1"), b"voice")
    return program


def test_the_sample_is_removed_in_one_click(
    client: FlaskClient, workspace: Workspace, owner: Member, sample_program: Program
) -> None:
    sign_in(client, owner)
    assert "Remove the sample" in client.get("/settings").text
    assert client.get("/settings/sample/remove").status_code == 200
    assert client.post("/settings/sample/remove").status_code == 303
    assert sample.of(workspace.id) is None
    assert list(runtime.storage().list("")) == []
    assert client.post("/settings/sample/remove").status_code == 409


def test_leaders_and_strangers_leave_the_sample_alone(
    client: FlaskClient, teammate: Member, stranger: Member, sample_program: Program
) -> None:
    assert "Remove the sample" not in sign_in(client, teammate).get("/settings").text
    assert client.post("/settings/sample/remove").status_code == 404
    assert sign_in(client, stranger).post("/settings/sample/remove").status_code == 409
    assert sample.of(sample_program.workspace_id) is not None


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    settings = replace(runtime.settings(), smtp_url=server.url)
    monkeypatch.setattr(runtime, "settings", lambda: settings)
    yield server
    server.stop()


def test_a_letter_goes_to_whom_it_is_for(
    client: FlaskClient, app: Flask, owner: Member, mailbox: MailServer
) -> None:
    sign_in(client, owner)
    client.post("/settings/members", data={"email": "new@example.com", "role": "leader"})
    assert "sent by e-mail too" in client.get("/settings/members").text
    [letter] = mailbox.letters
    assert letter["To"] == "new@example.com"
    assert LINK.search(letter.get_body(("plain",)).get_content())
    visitor = app.test_client()
    visitor.post("/sign-in/link", data={"email": "nobody@example.com"})
    visitor.post("/sign-in/link", data={"email": owner.email}).close()
    eventually(lambda: len(mailbox.letters) > 1, 20, "the letter")
    assert [each["To"] for each in mailbox.letters] == ["new@example.com", owner.email]
    [path] = LINK.findall(mailbox.letters[1].get_body(("html",)).get_content())
    assert signing_in.check_link(path.removeprefix(signing_in.LINK_PATH)).id == owner.id
