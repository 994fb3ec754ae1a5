"""A new theme, and new words for one: shown before they count, and marked where they are off."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain.codebook import versions
from app.extensions import db
from app.models import Answer, CodebookChange, Member, Program, Segment, Theme, Workspace
from tests import factories
from tests.conftest import sign_in
from tests.domain.codebook import spoken
from tests.domain.codebook.listening import carried_out, looked_at
from tests.domain.codebook.spoken import OTHER, RUDE

WEATHER = {"name": "Weather", "description": "Rain and shine", "examples": "It rained\nSo wet"}


@pytest.fixture
def program(workspace: Workspace) -> Program:
    return spoken.program_of(workspace)


@pytest.fixture
def editor(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)


def at(program: Program, tail: str = "") -> str:
    return f"/settings/programs/{program.id}/codebook{tail}"


def planned(editor: FlaskClient, where: str, data: dict[str, str]) -> tuple[str, CodebookChange]:
    """The page of the plan, which the text worker has looked at."""
    page = editor.post(where, data=data).location
    change = db.session.get_one(CodebookChange, page.rpartition("/")[2])
    looked_at(change)
    return page, change


def voice_of(editor: FlaskClient, text: str) -> str:
    """The page of the voice that says this."""
    segment = db.session.scalars(select(Segment).where(Segment.text == text)).one()
    answer = db.session.get_one(Answer, segment.transcript.answer_id)
    return editor.get(f"/voices/{answer.submission_id}").text


def test_a_new_theme_is_shown_before_it_is_made(editor: FlaskClient, program: Program) -> None:
    assert "See what would change</button>" in editor.get(at(program)).text
    page, change = planned(editor, at(program), WEATHER)
    seen = editor.get(page).text
    assert "Planned: “Weather” added" in seen and "Nothing has changed yet" in seen
    assert "1 passage of 4 changes" in seen and ">+1 passage</p>" in seen and OTHER in seen
    assert [each.name for each in program.themes] == ["Delivery", "Staff"]
    assert editor.post(page, data={"apply": "yes"}).location == page
    assert "Hearing the passages anew" in editor.get(page).text
    db.session.refresh(change)
    carried_out(change)
    assert "1 passage of 4 was to change" in editor.get(page).text
    assert "“Weather” added" in editor.get(at(program)).text
    assert [each.name for each in program.themes] == ["Delivery", "Staff", "Weather"]


def test_its_words_can_be_typed_over_after_a_look(editor: FlaskClient, program: Program) -> None:
    page, change = planned(
        editor, at(program), {**WEATHER, "colour": "teal", "parent": program.themes[0].id}
    )
    back = re.search(r'href="([^"]+)">[^<]*<svg.*?</svg>Change its words', editor.get(page).text)
    assert back is not None
    form = editor.get(back[1].partition("#")[0]).text
    assert 'id="add" open' in form and 'value="Weather"' in form and "It rained\nSo wet" in form
    assert 'value="teal" checked' in form and "; under Delivery</span>" in editor.get(page).text
    assert f'<option value="{program.themes[0].id}" selected>' in form
    again = editor.post(at(program), data={**WEATHER, "name": "Climate"}).location
    assert editor.get(page).status_code == 404  # one plan each: the new one is instead of it
    assert "Planned: “Climate” added" in editor.get(again).text
    assert 'id="add" open' not in editor.get(at(program, f"?plan={change.id}")).text
    delivery = program.themes[0]
    page, _ = planned(editor, at(program, f"/{delivery.id}"), {**WEATHER, "name": "Post"})
    back = re.search(r'href="([^"]+)">[^<]*<svg.*?</svg>Change its words', editor.get(page).text)
    assert back is not None and 'value="Post"' in editor.get(back[1]).text
    elsewhere = at(program, f"/{program.themes[1].id}?{back[1].partition('?')[2]}")
    assert 'value="Staff"' in editor.get(elsewhere).text


def test_one_passage_is_one(editor: FlaskClient, program: Program) -> None:
    delivery, staff = program.themes
    spoken.says(program, "Kind people", staff)
    page, _ = planned(editor, at(program, f"/{delivery.id}"), WEATHER)
    assert ">+1 passage, −2 passages</p>" in editor.get(page).text
    page, _ = planned(editor, at(program, f"/{staff.id}"), {**WEATHER, "name": "Rude"})
    assert ">−1 passage</p>" in editor.get(page).text
    page, _ = planned(editor, at(program), {**WEATHER, "name": "Nobody says this"})
    assert "Of 5 passages, none would change." in editor.get(page).text


def test_what_gives_way_to_a_new_theme_is_shown_with_the_reason(
    editor: FlaskClient, program: Program
) -> None:
    delivery, staff = program.themes
    price = factories.save(Theme(program_id=program.id, name="Price", description="It", position=2))
    spoken.says(program, "Delivery, staff, price and weather", delivery, staff, price)
    page, _ = planned(editor, at(program), WEATHER)
    seen = editor.get(page).text
    assert ">+2 passages</p>" in seen and ">−1 passage</p>" in seen
    assert "A passage is given 3 themes at most, so where one comes in" in seen
    page, _ = planned(editor, at(program, f"/{staff.id}"), {**WEATHER, "name": "Rude"})
    assert "themes at most, so" not in editor.get(page).text


def test_what_a_person_put_there_is_marked_once_it_is_off(
    editor: FlaskClient, program: Program
) -> None:
    page, change = planned(editor, at(program), WEATHER)
    editor.post(page, data={"apply": "yes"})
    db.session.refresh(change)
    carried_out(change)
    weather = spoken.named(program, "Weather")
    spoken.person_said(program, RUDE, weather)
    assert "If you undo this, it stays there, marked as off" in editor.get(page).text
    editor.post(page, data={"undo": "yes"})
    carried_out(change)
    told = editor.get(page).text
    assert "People put “Weather” on 1 passage" in told and "it stays there, marked as off" in told
    marked = 'Weather <span class="off"'
    assert marked in voice_of(editor, RUDE) and marked not in voice_of(editor, OTHER)
    assert "Weather" not in voice_of(editor, OTHER)
    assert marked in editor.get(at(program, f"/{weather.id}")).text
    assert '<span class="off"' in editor.get(at(program)).text
    assert versions.standing(program) is None
