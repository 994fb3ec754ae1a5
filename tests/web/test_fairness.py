"""The fairness page: figures, what is hidden, stop and go, from a number to a voice."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain.fairness import audits, notes, stops
from app.extensions import db
from app.models import Member, Program, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.domain.fairness import crowd

NASTY = "<b>North & 'South'"


@pytest.fixture
def program(workspace: Workspace) -> Program:
    program = crowd.program(workspace, accent=[NASTY, "South", "East"])
    crowd.voices(
        program,
        84,
        lambda at: {"accent": "East" if at < 4 else (NASTY, "South")[at % 2]},
        highlighted=lambda at: at % 2 == 0 or at < 4,
    )
    return program


def measured(program: Program) -> None:
    audits.make(program, "clock")
    db.session.commit()


@pytest.fixture
def page(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)


def at(program: Program, rest: str = "") -> str:
    return f"/settings/programs/{program.id}/fairness{rest}"


def test_before_the_first_audit_it_says_what_to_do(page: FlaskClient, program: Program) -> None:
    assert "Not measured yet" in page.get(at(program)).text
    assert "No audit yet" in page.get(at(program, "/history")).text
    answer = page.post(at(program), follow_redirects=True)
    assert "being measured anew" in answer.text


def test_a_small_group_is_nowhere_and_a_name_is_only_text(
    page: FlaskClient, program: Program
) -> None:
    measured(program)
    shown = page.get(at(program)).text
    assert "hidden: fewer than 10" in shown and "<b>North" not in shown
    assert "&lt;b&gt;North &amp; &#39;South&#39;" in shown
    assert page.get(at(program, "/accent/2")).status_code == 404  # East: too few to be listed
    for rest in ("/accent/9", "/nothing/0", "/accent/x"):
        assert page.get(at(program, rest)).status_code == 404


def test_no_total_stands_beside_the_groups(page: FlaskClient, program: Program) -> None:
    """With one, what another measure shows of a group would tell the size of a hidden one."""
    measured(program)
    for rest in ("", "/history"):
        shown = page.get(at(program, rest)).text
        assert "whisper tiny 1" in shown and not re.search(r">[^<]*(?<![.\d])84\b", shown)
    header, *lines = page.get(at(program, "/fairness.csv")).text.splitlines()
    assert "voices" not in header.split(",")
    assert lines and not any("84" in line.split(",") for line in lines)


def test_measures_that_are_not_shown_are_named_with_what_they_wait_for(
    page: FlaskClient, program: Program
) -> None:
    measured(program)
    shown = page.get(at(program)).text
    figures, _, rest = shown.partition("measures not shown yet")
    assert "A group is shown from 10 people on" in shown and "two groups have 10 people" in rest
    assert "Word error</strong>" in rest and "Word error" not in figures
    assert "Corrected by people" in figures and "Corrected by people" not in rest
    assert "whose words somebody here corrected. Nobody yet, or fewer than 10." in rest


def test_a_command_in_a_note_is_code_and_a_name_is_not_markup(
    page: FlaskClient, program: Program
) -> None:
    measured(program)
    audit = audits.newest(program)
    assert audit is not None
    audit.notes = [notes.NO_CORRECTIONS, f"{NASTY}: nobody has said yet."]
    db.session.commit()
    shown = page.get(at(program)).text
    assert "<code>./heard audit fairness --references FILE.csv</code>" in shown
    assert "`" not in shown and "<b>North" not in shown


def test_from_a_number_to_a_voice_in_two_clicks(page: FlaskClient, workspace: Workspace) -> None:
    program = crowd.program(workspace)
    ids = crowd.voices(program, 40, lambda i: {"accent": ("North", "South")[i % 2]})
    measured(program)
    assert at(program, "/accent/0") in page.get(at(program)).text
    listed = page.get(at(program, "/accent/0")).text
    assert f"/voices/{ids[0]}" in listed and f"/voices/{ids[1]}" not in listed
    assert page.get(f"/voices/{ids[0]}").status_code == 200


def test_stop_and_go(app: Flask, page: FlaskClient, workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(
        program, 80, lambda i: {"accent": ("North", "South")[i % 2]}, highlighted=lambda i: i % 2
    )
    measured(program)
    board = f"/?program={program.id}"
    for role in ("owner", "analyst", "leader"):
        seen = sign_in(app.test_client(), factories.member(workspace, role)).get(board).text
        assert "Highlighting by the machine rests" in seen
        assert ("See the gap" in seen) is (role != "leader")
    analyst = sign_in(app.test_client(), factories.member(workspace, "analyst"))
    assert "An owner can let it go on" in analyst.get(at(program)).text
    assert analyst.post(at(program, "/go"), data={"why": "x"}).status_code == 404
    refused = page.post(at(program, "/go"), data={"why": " "})
    assert refused.status_code == 422 and "The reason is missing" in refused.text
    done = page.post(at(program, "/go"), data={"why": "It is the branch."}, follow_redirects=True)
    assert "Highlighting goes on" in done.text and stops.standing(program.id) is None
    assert "It is the branch." in page.get(at(program, "/history")).text
    assert "rests" not in page.get(board).text
    assert page.post(at(program, "/go"), data={"why": "Again."}).status_code == 409


def test_a_go_is_for_the_figures_on_the_page(page: FlaskClient, workspace: Workspace) -> None:
    program = crowd.program(workspace)
    crowd.voices(
        program, 80, lambda i: {"accent": ("North", "South")[i % 2]}, highlighted=lambda i: i % 2
    )

    def go(shown: str) -> TestResponse:
        seen = shown.partition('name="seen" value="')[2][:26]
        return page.post(at(program, "/go"), data={"why": "The branch.", "seen": seen})

    measured(program)
    before = page.get(at(program)).text
    measured(program)
    refused = go(before)
    assert refused.status_code == 409 and "measured anew meanwhile" in refused.text
    assert "The branch." in refused.text and stops.standing(program.id) is not None
    assert go(refused.text).status_code == 303 and stops.standing(program.id) is None


def test_the_file_has_every_shown_figure_and_no_formula(
    page: FlaskClient, workspace: Workspace
) -> None:
    program = crowd.program(workspace, accent=["=North()", "South"])
    crowd.voices(program, 40, lambda i: {"accent": ("=North()", "South")[i % 2]})
    measured(program)
    answer = page.get(at(program, "/fairness.csv"))
    lines = answer.text.splitlines()
    assert answer.mimetype == "text/csv" and lines[0].startswith("audit,made_at,made_by")
    assert ",'=North(),yes,20," in answer.text and ",=North()" not in answer.text
