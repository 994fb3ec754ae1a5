from datetime import timedelta

from flask.testing import FlaskClient

from app.models import Highlight, Member, Program, Workspace, now
from tests import factories
from tests.conftest import sign_in


def moment(program: Program, quote: str, **values: object) -> Highlight:
    submission = factories.submission(program, **values.pop("submission", {}))
    answer = factories.answer(submission, values.pop("kind", "video"))
    return factories.highlight(answer, factories.transcript(answer, quote), **values)


def test_a_leader_sees_moments_under_their_themes_with_counts(
    client: FlaskClient, workspace: Workspace, teammate: Member
) -> None:
    program = factories.program(workspace)
    found = moment(program, "It came two weeks late.", themes=[program.themes[0]])
    moment(program, "Nothing to say about that.")
    page = sign_in(client, teammate).get("/").text
    assert "It came two weeks late." in page
    assert "1 of 2 voices</a> mention this" in page
    assert f"/voices/{found.submission_id}?t=0.0" in page
    assert "Beside the themes" in page


def test_a_stranger_sees_none_of_it(
    client: FlaskClient, workspace: Workspace, stranger: Member
) -> None:
    program = factories.program(workspace)
    moment(program, "It came two weeks late.")
    factories.program(stranger.workspace)
    signed_in = sign_in(client, stranger)
    assert "two weeks late" not in signed_in.get("/").text
    assert signed_in.get(f"/?program={program.id}").status_code == 404


def test_what_an_address_adds_is_in_no_link(
    client: FlaskClient, workspace: Workspace, teammate: Member
) -> None:
    moment(factories.program(workspace), "It came two weeks late.")
    signed_in = sign_in(client, teammate)
    for name in ("endpoint", "_method", "_anchor", "_external"):
        page = signed_in.get(f"/?{name}=sent-here&sort=newest")
        assert page.status_code == 200, name
        assert "sent-here" not in page.text and "http://localhost/?" not in page.text


def test_a_visitor_is_asked_to_sign_in(client: FlaskClient) -> None:
    answer = client.get("/?sort=newest")
    assert answer.status_code == 302
    assert "/sign-in?next=" in answer.headers["Location"]


def test_a_workspace_without_a_program_is_told_the_next_step(
    client: FlaskClient, owner: Member
) -> None:
    assert "Make your first program" in sign_in(client, owner).get("/").text


def test_an_empty_board_teaches_the_next_step(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    program = factories.program(workspace)
    signed_in = sign_in(client, owner)
    assert "Ask your first customer" in signed_in.get("/").text
    factories.answer(factories.submission(program))
    assert "moments are on their way" in signed_in.get("/").text


def test_filters_stand_in_the_address_and_can_be_taken_away(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    program = factories.program(workspace)
    theme = program.themes[0]
    moment(program, "It came late.", themes=[theme], emotion="joy")
    moment(program, "They were kind.", themes=[program.themes[1]])
    page = sign_in(client, owner).get(f"/?theme={theme.id}&emotion=joy").text
    assert "It came late." in page
    assert "They were kind." not in page
    assert 'href="/?emotion=joy"' in page
    assert "No moment fits" in client.get(f"/?theme={theme.id}&emotion=anger").text


def test_what_the_address_asks_for_need_not_exist(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    moment(factories.program(workspace), "It came late.")
    page = sign_in(client, owner).get("/?theme=x&emotion=%3Cb%3E&period=never&sort=x&after=zz")
    assert page.status_code == 200
    assert "<b>" not in page.text
    assert "there is no such choice here: theme, period, emotion." in page.text
    assert "never" not in page.text and "no such choice" not in client.get("/?theme=").text


def test_an_older_moment_is_shown_when_nothing_is_newer(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    program = factories.program(workspace)
    moment(program, "Long ago.", submission={"received_at": now() - timedelta(days=60)})
    page = sign_in(client, owner).get("/").text
    assert "Long ago." in page
    assert "1 voice</a>. Nothing newer to show." in page


def test_written_and_spoken_moments_look_their_part(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    program = factories.program(workspace)
    moment(program, "I wrote this.", kind="text", start=0.0, end=0.0)
    moment(program, "I said this.", kind="audio")
    page = sign_in(client, owner).get("/").text
    assert "moment-mark" in page and "in writing" in page
    assert 'class="wave"' in page


def test_customers_words_cannot_become_markup(
    client: FlaskClient, workspace: Workspace, owner: Member
) -> None:
    hostile = '"><script>alert(1)</script>'
    moment(factories.program(workspace), hostile, submission={"display_name": hostile})
    page = sign_in(client, owner).get("/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_sample_is_marked_and_can_be_removed_in_one_click(
    client: FlaskClient, workspace: Workspace, owner: Member, teammate: Member
) -> None:
    factories.program(workspace, is_sample=True)
    page = sign_in(client, owner).get("/").text
    assert "Sample program." in page
    assert 'action="/settings/sample/remove"' in page
    assert "Remove it" not in sign_in(client, teammate).get("/").text
