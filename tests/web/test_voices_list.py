"""The list of voices: what it shows, where it leads, what it was asked for."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.domain import processing, voices
from app.extensions import db
from app.models import Answer, Member, Submission, Workspace, now
from tests import factories
from tests.conftest import sign_in
from tests.web.pages import lasting


@pytest.fixture
def answer(workspace: Workspace) -> Answer:
    return factories.answer(factories.submission(factories.program(workspace)))


def test_the_list_pages_without_gaps(workspace: Workspace) -> None:
    program = factories.program(workspace)
    same = now()
    for minutes in (0, 0, 0, 5, 9):
        factories.submission(program, received_at=same - timedelta(minutes=minutes))
    seen: list[Submission] = []
    after = ""
    while True:
        page = voices.page(workspace.id, voices.Filters(), after, size=2)
        seen += [row.submission for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len({each.id for each in seen}) == 5
    assert seen == sorted(seen, key=lambda each: each.received_at, reverse=True)


def test_the_list_says_what_each_voice_is_and_how_far(
    client: FlaskClient, owner: Member, stranger: Member, answer: Answer
) -> None:
    factories.highlight(answer, factories.transcript(answer, "It came late."))
    processing.begin(answer)
    db.session.commit()
    page = sign_in(client, owner).get("/voices").text
    for said in ("Ana", "Delivery", "negative", "video, 0:20", "Check the file: in the queue"):
        assert said in page
    assert client.get("/voices?program=x&after=y").status_code == 200
    assert "Ana" not in lasting(sign_in(client, stranger).get("/voices").text)


def test_an_unknown_choice_in_the_list_is_left_out_and_said_so(
    client: FlaskClient, owner: Member, stranger: Member, answer: Answer
) -> None:
    program = answer.submission.program
    other = factories.program(owner.workspace, name="Another")
    theirs = factories.program(stranger.workspace)
    sign_in(client, owner)
    for address in (f"program={theirs.id}", "program=x", "program=x&theme=y", "period=soon"):
        page = client.get(f"/voices?{address}").text
        assert "there is no such choice here" in page and "Ana" in page
    # The form, when another program is chosen while a step of this one stands there
    step = program.touchpoints[0].id
    page = client.get(f"/voices?program={other.id}&touchpoint={step}&period=").text
    assert "there is no such choice here: touchpoint." in page and "No voice fits" in page
    page = client.get(f"/voices?program=&touchpoint={step}&period=").text
    assert "there is no such choice here: touchpoint." in page and "Ana" in page
    page = client.get(f"/voices?touchpoint={step}").text  # its program isn't in the address
    assert "no such choice" not in page and f'value="{step}" selected' in page


def test_a_number_on_the_board_leads_to_the_voices_it_counts(
    client: FlaskClient, owner: Member, workspace: Workspace
) -> None:
    program = factories.program(workspace)
    delivery = program.themes[0]
    for name, themes, days in (("Ana", [delivery], 1), ("Zoe", [], 1), ("Cy", [delivery], 20)):
        given = factories.submission(
            program, display_name=name, received_at=now() - timedelta(days=days)
        )
        answer = factories.answer(given)
        factories.highlight(answer, factories.transcript(answer, "It came late."), themes=themes)
    board = sign_in(client, owner).get("/").text
    assert ">1 of 2 voices</a> mention this" in board
    where = board.split(">1 of 2 voices</a>")[0].rsplit('href="', 1)[1][:-1].replace("&amp;", "&")
    listed = client.get(where).text
    assert "Ana" in listed
    assert "Zoe" not in lasting(listed) and "Cy" not in lasting(listed)
    assert "Cy" in client.get(where.replace("period=week", "period=month")).text
