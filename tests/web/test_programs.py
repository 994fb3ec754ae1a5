"""Programs' pages: each saves, says why it can't, keeps what was typed, and shows no stranger."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.domain import invitations, programs
from app.domain.programs import Description
from app.extensions import db
from app.models import Member, Program, Workspace, now
from tests import factories
from tests.conftest import sign_in

TABS = ("", "/describe", "/journey", "/questions", "/consent", "/codebook")
VALID = {
    "name": "Moving house",
    "language": "en",
    "question": "How was the move?",
    "max_seconds": "90",
}


def main_of(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


@pytest.fixture
def program(workspace: Workspace) -> Program:
    program = programs.create(workspace, Description("After delivery", "How was your order?"))
    db.session.commit()
    return program


@pytest.fixture
def editor(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)


def path(program: Program, tail: str = "") -> str:
    return f"/settings/programs/{program.id}{tail}"


def test_an_empty_list_teaches_the_next_step(editor: FlaskClient) -> None:
    assert "Ask your first question" in editor.get("/settings/programs").text


@pytest.mark.parametrize("tab", TABS)
def test_every_page_shows(editor: FlaskClient, program: Program, tab: str) -> None:
    answer = editor.get(path(program, tab))
    assert answer.status_code == 200 and "After delivery" in answer.text


@pytest.mark.parametrize("tab", TABS)
def test_no_page_shows_to_a_stranger(
    client: FlaskClient, stranger: Member, program: Program, tab: str
) -> None:
    assert sign_in(client, stranger).get(path(program, tab)).status_code == 404


def test_a_teammate_may_look_but_not_edit(
    client: FlaskClient, teammate: Member, program: Program
) -> None:
    sign_in(client, teammate)
    assert "After delivery" in client.get("/settings/programs").text
    page = client.get(path(program))
    assert page.status_code == 200 and "<form" not in main_of(page.text)
    for tab in TABS[1:]:
        assert client.get(path(program, tab)).status_code == 404
    assert client.post("/settings/programs", data=VALID).status_code == 404


def test_strangers_and_teammates_change_nothing(
    client: FlaskClient, stranger: Member, teammate: Member, program: Program
) -> None:
    [link] = invitations.of(program)
    posts = [
        "/describe",
        "/close",
        "/reopen",
        "/links",
        f"/links/{link.id}/close",
        f"/links/{link.id}/reopen",
        "/journey",
        f"/journey/{program.touchpoints[0].id}",
        "/prompts",
        f"/prompts/{program.prompts[0].id}",
        "/fields",
        "/consent",
        "/codebook",
        f"/codebook/{program.themes[0].id}",
        "/codebook/file",
    ]
    for member in (stranger, teammate):
        sign_in(client, member)
        for tail in posts:
            assert client.post(path(program, tail), data=VALID).status_code == 404, tail
        assert client.get(path(program, "/codebook/codebook.csv")).status_code == 404


def test_a_new_program_has_its_link_at_once(editor: FlaskClient, workspace: Workspace) -> None:
    answer = editor.post("/settings/programs", data={**VALID, "score_kind": "csat"})
    assert answer.status_code == 303
    [program] = programs.of(workspace.id)
    assert (program.score_kind, program.max_seconds) == ("csat", 90)
    [link] = invitations.of(program)
    assert f"/r/{link.code}" in editor.get(answer.location).text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"question": ""}, "The question is missing"),
        ({"max_seconds": "ten"}, "whole number"),
        ({"max_seconds": "9999"}, "between 10 and 600"),
        ({"contact_email": "nobody"}, "name@example.com"),
        ({"score_kind": "stars"}, "The score"),
        ({"vocabulary": "Aurora\n" + "x" * 61}, "longer than 60 characters"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    editor: FlaskClient, program: Program, wrong: dict[str, str], sentence: str
) -> None:
    for target in ("/settings/programs", path(program, "/describe")):
        answer = editor.post(target, data={**VALID, "intro": "Take your time", **wrong})
        assert answer.status_code == 422
        assert sentence in answer.text and "Take your time" in answer.text
    db.session.refresh(program)
    assert program.question == "How was your order?"


def test_names_to_listen_for_are_kept_and_shown_one_on_each_line(
    editor: FlaskClient, program: Program
) -> None:
    typed = {**VALID, "vocabulary": "Aurora Mini, Bluebell & Sons\r\naurora mini"}
    assert editor.post(path(program, "/describe"), data=typed).status_code == 303
    db.session.refresh(program)
    assert program.vocabulary == ["Aurora Mini", "Bluebell & Sons"]
    assert (
        ">Aurora Mini\nBluebell &amp; Sons</textarea>"
        in editor.get(path(program, "/describe")).text
    )
    refused = editor.post(path(program, "/describe"), data={**typed, "question": ""})
    assert ">Aurora Mini, Bluebell &amp; Sons\r\naurora mini</textarea>" in refused.text


def test_closing_and_opening_again(editor: FlaskClient, program: Program) -> None:
    assert editor.post(path(program, "/close")).status_code == 303
    assert "closed" in editor.get(path(program)).text
    assert editor.post(path(program, "/reopen")).status_code == 303
    db.session.refresh(program)
    assert program.closed_at is None


def test_links_are_made_closed_and_opened(editor: FlaskClient, program: Program) -> None:
    tomorrow = (now() + timedelta(days=1)).date().isoformat()
    data = {
        "name": "Poster",
        "touchpoint": program.touchpoints[1].id,
        "closes_on": tomorrow,
        "quota": "50",
    }
    assert editor.post(path(program, "/links"), data=data).status_code == 303
    poster = invitations.of(program)[1]
    assert (poster.name, poster.quota, poster.touchpoint_id) == (
        "Poster",
        50,
        program.touchpoints[1].id,
    )
    editor.post(path(program, f"/links/{poster.id}/close"))
    assert invitations.state_of(poster) == "closed"
    editor.post(path(program, f"/links/{poster.id}/reopen"))
    assert invitations.state_of(poster) == "open"
    for wrong in ({"closes_on": "2020-01-01"}, {"closes_on": "soon"}, {"quota": "-1"}):
        answer = editor.post(path(program, "/links"), data={"name": "Kept", **wrong})
        assert answer.status_code == 422 and 'value="Kept"' in answer.text


def test_the_journey(editor: FlaskClient, program: Program) -> None:
    editor.post(path(program, "/journey"), data={"name": "Returns"})
    twice = editor.post(path(program, "/journey"), data={"name": "RETURNS", "description": "Back"})
    assert twice.status_code == 422
    assert "There is a touchpoint “Returns” already" in twice.text and 'value="Back"' in twice.text
    first = program.touchpoints[0]
    editor.post(path(program, f"/journey/{first.id}"), data={"move": "down"})
    editor.post(path(program, f"/journey/{first.id}"), data={"name": "Choosing"})
    db.session.expire_all()
    assert [each.name for each in program.touchpoints[:2]] == ["Delivery", "Choosing"]
    clash = editor.post(path(program, f"/journey/{first.id}"), data={"name": "Delivery"})
    assert clash.status_code == 422 and "<details open>" in clash.text
    factories.submission(program, touchpoint_id=first.id)
    stays = editor.post(path(program, f"/journey/{first.id}"), data={"delete": "yes"})
    assert stays.status_code == 409 and "1 voice belongs" in stays.text


def test_the_questions(editor: FlaskClient, program: Program) -> None:
    editor.post(path(program, "/prompts"), data={"text": "And then?"})
    second = program.prompts[1]
    editor.post(path(program, f"/prompts/{second.id}"), data={"move": "up"})
    db.session.expire_all()
    assert program.prompts[0].text == "And then?"
    editor.post(path(program, f"/prompts/{second.id}"), data={"delete": "yes"})
    data = {"label": "Where you live", "choices": "North\r\nSouth\r\n"}
    assert editor.post(path(program, "/fields"), data=data).status_code == 303
    db.session.expire_all()
    [field] = program.fields
    assert (field.key, field.choices) == ("where_you_live", ["North", "South"])
    wrong = editor.post(path(program, "/fields"), data={"label": "Age", "choices": "Old\nold"})
    assert wrong.status_code == 422 and 'value="Age"' in wrong.text
    editor.post(path(program, f"/fields/{field.id}"), data={"delete": "yes"})
    db.session.expire_all()
    assert program.fields == [] and len(program.prompts) == 1


def test_the_consent_texts_versions(editor: FlaskClient, program: Program) -> None:
    data = {"text": "We keep it for a year.", "purposes": ["shared", "public"]}
    assert editor.post(path(program, "/consent"), data=data).status_code == 303
    assert editor.post(path(program, "/consent"), data=data).status_code == 303
    db.session.expire_all()
    assert [each.version for each in program.consent_texts] == [1, 2]
    assert "Version 2" in editor.get(path(program, "/consent")).text
    assert editor.post(path(program, "/consent"), data={"text": ""}).status_code == 422
    wide = editor.post(path(program, "/consent"), data={"text": "Yes?", "purposes": ["public"]})
    assert wide.status_code == 422 and "let them allow sharing" in wide.text
    ticks = re.findall(r'name="purposes" value="(\w+)"( checked)?', wide.text)
    assert ticks == [("shared", ""), ("public", " checked")]  # as they were sent


def test_the_codebook(editor: FlaskClient, program: Program) -> None:
    theme = {"name": "Parking", "description": "Where the car goes", "examples": "No space\n"}
    assert editor.post(path(program, "/codebook"), data=theme).status_code == 303
    twice = editor.post(path(program, "/codebook"), data={**theme, "name": "parking"})
    assert twice.status_code == 422
    assert "There is a theme “Parking” already" in twice.text
    assert "Where the car goes</textarea>" in twice.text and "No space" in twice.text
    row = next(each for each in program.themes if each.name == "Parking")
    editor.post(path(program, f"/codebook/{row.id}"), data={"deactivate": "yes"})
    db.session.refresh(row)
    assert not row.active
    other = editor.post(path(program, f"/codebook/{row.id}"), data={**theme, "description": ""})
    assert other.status_code == 422


def test_the_codebook_as_a_file(editor: FlaskClient, program: Program) -> None:
    written = editor.get(path(program, "/codebook/codebook.csv"))
    assert written.mimetype == "text/csv"
    assert written.text.startswith("name,description,examples,parent,colour,active\r\n")

    def send(content: bytes) -> object:
        data = {"file": (io.BytesIO(content), "../../codebook.csv")}
        return editor.post(path(program, "/codebook/file"), data=data)

    assert send(written.data).status_code == 303
    assert "Nothing would change" in editor.get(path(program, "/codebook")).text
    twice = send(b"name,description\nA,x\nA,y\n")
    assert twice.status_code == 422 and "Row 3" in twice.text
    assert editor.post(path(program, "/codebook/file"), data={}).status_code == 422
    planned = send(b"name,description,color\nOnly this,It,teal\n").location
    off = len(program.themes)
    said = editor.get(planned).text
    assert "no such column here: “color”" in said and "examples, parent, colour" in said
    assert "1 new theme" in said and f"{off} themes switched off" in said
    assert len(program.themes) == off  # nothing is taken in yet
    assert editor.post(planned, data={"apply": "yes"}).status_code == 303
    db.session.expire_all()
    assert [each.name for each in program.themes if each.active] == ["Only this"]


def test_what_was_typed_is_text_only(editor: FlaskClient, workspace: Workspace) -> None:
    editor.post("/settings/programs", data={**VALID, "name": "<script>alert(1)</script>"})
    assert "<script>alert(1)" not in editor.get("/settings/programs").text


def test_parts_of_another_program_are_not_found(editor: FlaskClient, program: Program) -> None:
    other = factories.program(program_workspace(program))
    answer = editor.post(
        path(program, f"/journey/{other.touchpoints[0].id}"), data={"delete": "yes"}
    )
    assert answer.status_code == 404
    assert editor.post(path(program, f"/codebook/{other.themes[0].id}")).status_code == 404


def program_workspace(program: Program) -> Workspace:
    return db.session.get_one(Workspace, program.workspace_id)
