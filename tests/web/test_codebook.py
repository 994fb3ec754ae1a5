"""The codebook's pages: each change is shown before it is made, and can be taken back."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.domain import erasure
from app.domain.codebook import colours, versions
from app.extensions import db
from app.models import (
    Member,
    Program,
    ProposedPassage,
    Segment,
    Submission,
    ThemeProposal,
    Workspace,
)
from tests import factories
from tests.conftest import sign_in
from tests.domain.codebook.listening import carried_out, looked_at

TOKENS = Path("app/static/css/tokens.css")


@pytest.fixture
def program(workspace: Workspace) -> Program:
    program = factories.program(workspace)
    for text, about in (
        ("The delivery came late", program.themes[:1]),
        ("Call Priya Natarajan, the staff was rude", program.themes[1:]),
    ):
        answer = factories.answer(factories.submission(program))
        said = factories.transcript(answer, text)
        said.segments[0].understood = True
        factories.highlight(answer, said, themes=about)
    return program


@pytest.fixture
def editor(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)


def at(program: Program, tail: str = "") -> str:
    return f"/settings/programs/{program.id}/codebook{tail}"


def test_a_merge_from_the_question_to_the_way_back(editor: FlaskClient, program: Program) -> None:
    delivery, staff = program.themes
    old = f"/?program={program.id}&theme={staff.id}&period=all"
    assert "Staff" in editor.get(at(program, f"/{staff.id}/merge")).text
    assert "1 voice" in editor.get(at(program, f"/{staff.id}")).text
    nothing = editor.post(at(program, f"/{staff.id}/merge"), data={"into": ""})
    assert nothing.status_code == 422 and "Choose the theme to merge it into" in nothing.text
    page = editor.post(at(program, f"/{staff.id}/merge"), data={"into": delivery.id}).location
    waiting = editor.get(page).text
    assert 'hx-trigger="every 1s"' in waiting and "Nothing has changed yet" in waiting
    assert "Make the change" not in waiting
    change = versions.of(program, page.rpartition("/")[2])
    looked_at(change)
    seen = editor.get(page).text
    assert "1 passage of 1 changes" in seen and "the staff was rude" in seen
    assert editor.post(page, data={"apply": "yes"}).status_code == 303
    assert "Hearing the passages anew" in editor.get(page).text
    assert "A change is being carried out" in editor.get(at(program)).text
    busy = editor.post(at(program), data={"name": "Price", "description": "What it costs"})
    assert busy.status_code == 409 and "still being carried out" in busy.text
    db.session.refresh(change)
    carried_out(change)
    assert "Also listens as Staff" in editor.get(at(program)).text
    board = editor.get(old).text  # an address from before means the merged theme
    assert "The delivery came late" in board and "2 of 2 voices" in board
    assert editor.get(at(program, f"/{staff.id}/merge")).text.count("Merge “Delivery”") == 1
    assert editor.post(page, data={"undo": "yes"}).status_code == 303
    carried_out(change)
    assert "undone" in editor.get(at(program)).text
    assert "The delivery came late" not in editor.get(old).text
    twice = editor.post(page, data={"undo": "yes"})
    assert twice.status_code == 409 and "nothing to undo" in twice.text


def test_no_passage_takes_the_id_of_one_that_is_gone(
    editor: FlaskClient, program: Program, stranger: Member
) -> None:
    """SQLite gave the newest row's id anew once that row was gone."""
    delivery, staff = program.themes
    page = editor.post(at(program, f"/{staff.id}/merge"), data={"into": delivery.id}).location
    looked_at(versions.of(program, page.rpartition("/")[2]))
    voice = db.session.scalars(select(Submission).order_by(Submission.id.desc())).first()
    assert voice is not None
    gone = voice.answers[0].transcripts[0].segments[0].id
    erasure.everything(voice, "withdrawn")
    db.session.commit()
    assert "the staff was rude" not in editor.get(page).text
    for where, text in (
        (factories.program(stranger.workspace), "Elsewhere it is secret"),
        (program, "Here it came later"),
    ):
        said = factories.transcript(factories.answer(factories.submission(where)), text)
        assert said.segments[0].id > gone
        assert text not in editor.get(page).text


def test_a_plan_can_be_left(editor: FlaskClient, program: Program) -> None:
    delivery = program.themes[0]
    data = {"name": "Parcels", "description": "What comes", "examples": ""}
    page = editor.post(at(program, f"/{delivery.id}"), data=data).location
    assert "“Delivery” renamed to “Parcels”" in editor.get(page).text
    assert editor.post(page, data={"discard": "yes"}).status_code == 303
    assert editor.get(page).status_code == 404
    db.session.refresh(delivery)
    assert delivery.name == "Delivery"


def test_who_has_given_no_name_is_named_by_address(
    editor: FlaskClient, program: Program, owner: Member
) -> None:
    owner.name = ""
    db.session.commit()
    page = editor.post(
        at(program, f"/{program.themes[1].id}/merge"), data={"into": program.themes[0].id}
    ).location
    change = versions.of(program, page.rpartition("/")[2])
    looked_at(change)
    editor.post(page, data={"apply": "yes"})
    db.session.refresh(change)
    carried_out(change)
    for told in (editor.get(page).text, editor.get(at(program)).text):
        assert f", by {owner.email}" in told


def test_a_split_keeps_what_was_typed(editor: FlaskClient, program: Program) -> None:
    delivery = program.themes[0]
    typed = {
        "name": ["Late", ""],
        "description": ["Not on time", ""],
        "examples": ["Nine days", ""],
    }
    more = editor.post(at(program, f"/{delivery.id}/split"), data={**typed, "more": "yes"})
    assert more.status_code == 200 and "Part 3" in more.text and "Nine days" in more.text
    one = editor.post(at(program, f"/{delivery.id}/split"), data=typed)
    assert one.status_code == 422 and "Name two parts" in one.text and "Nine days" in one.text


def test_deleting_asks_where_voices_mention_it(editor: FlaskClient, program: Program) -> None:
    staff = program.themes[1]
    page = at(program, f"/{staff.id}/delete")
    assert "1 voice mentions it" in editor.get(page).text
    assert editor.post(page, data={"name": "no"}).status_code == 422
    assert editor.post(page, data={"name": "staff"}).status_code == 303
    assert editor.get(page).status_code == 404


def test_proposals_are_decided_in_one_click(editor: FlaskClient, program: Program) -> None:
    rows = [
        ThemeProposal(program_id=program.id, words=[word], voices=5)
        for word in ("charger", "socket", "plug")
    ]
    for row in rows:
        ids = db.session.query(Segment.id).order_by(Segment.id).all()
        row.passages = [ProposedPassage(segment_id=each.id, place=0) for each in ids]
    factories.save(*rows)
    assert "about 3 things that no theme covers" in editor.get(at(program)).text
    page = editor.get(at(program, "/proposed")).text
    assert 'value="Charger"' in page and "The delivery came late" in page
    first, second, third = (at(program, f"/proposed/{row.id}") for row in rows)
    assert editor.post(first, data={"dismiss": "yes"}).status_code == 303
    assert editor.post(first, data={"dismiss": "yes"}).status_code == 409
    assert editor.post(second, data={"merge": "yes", "into": ""}).status_code == 422
    taken = editor.post(second, data={"name": "Staff", "description": "Sockets"})
    assert taken.status_code == 422 and 'value="Sockets"' in taken.text
    data = {"name": "<b>Sockets", "description": "In the wall"}
    told = editor.post(second, data=data, follow_redirects=True).text
    made = next(each for each in program.themes if each.name == "<b>Sockets")
    assert "“&lt;b&gt;Sockets” is a theme now." in told
    assert f'<a href="{at(program, f"/{made.id}")}">Go to the theme</a>' in told
    change = versions.history(program)[0]
    carried_out(change)
    page = editor.get(at(program, f"/changes/{change.id}")).text
    assert "What it moved" in page and "No passage changed." in page
    data = {"merge": "yes", "into": program.themes[0].id}
    assert editor.post(third, data=data).status_code == 303
    carried_out(versions.history(program)[0])
    assert "Nothing to propose" in editor.get(at(program, "/proposed")).text


def test_what_an_accepted_proposal_moved_is_on_its_page(
    editor: FlaskClient, program: Program
) -> None:
    row = ThemeProposal(program_id=program.id, words=["rude"], voices=5)
    row.passages = [ProposedPassage(segment_id=db.session.query(Segment.id).first()[0], place=0)]
    factories.save(row)
    data = {"name": "Rude", "description": "How we were spoken to"}
    assert editor.post(at(program, f"/proposed/{row.id}"), data=data).status_code == 303
    change = versions.history(program)[0]
    carried_out(change)
    page = editor.get(at(program, f"/changes/{change.id}")).text
    assert "1 passage changed." in page and "+1 passage" in page
    assert "the staff was rude" in page.partition("Came in")[2]


def test_a_file_that_says_what_the_codebook_says_offers_no_change(
    editor: FlaskClient, program: Program
) -> None:
    program.themes[1].position = 3  # a theme between them was deleted
    db.session.commit()
    written = editor.get(at(program, "/codebook.csv")).data
    page = chosen(editor, program, written)
    assert "Nothing would change" in page and "Make the change" not in page
    turned = chosen(editor, program, b"\r\n".join(in_another_order(written)))
    assert "Another order of the themes" in turned and "No passage would change" in turned


def chosen(editor: FlaskClient, program: Program, content: bytes) -> str:
    data = {"file": (io.BytesIO(content), "codebook.csv")}
    return editor.post(at(program, "/file"), data=data, follow_redirects=True).text


def in_another_order(content: bytes) -> list[bytes]:
    header, *rows = content.splitlines()
    return [header, *reversed(rows)]


def test_what_lies_below_the_themes_is_linked_above_them(
    editor: FlaskClient, program: Program
) -> None:
    page = editor.get(at(program)).text
    above, _, below = page.partition('<ul class="themes-list"')
    for way in ("add-form", "file-form", "done"):
        assert f'href="#{way}"' in above and f'id="{way}"' in below
    assert f'href="{at(program, "/proposed")}"' in above


def test_each_colour_is_seen_on_each_ground() -> None:
    """3:1 for what is no text (WCAG 2.2, 1.4.11), in light and dark."""
    modes = re.split(r"@media \(prefers-color-scheme: dark\)", TOKENS.read_text())[:2]
    for mode in modes:
        tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", mode))
        for name in colours.NAMES:
            for ground in ("paper", "surface", "sunken"):
                assert contrast(tokens[f"theme-{name}"], tokens[ground]) >= 3, (name, ground)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
