"""Follow-ups' pages: what is due, by owner, and each case to its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.domain import follow_up_lists, follow_ups
from app.extensions import db
from app.models import FollowUp, Member, Workspace, now
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def case(workspace: Workspace) -> FollowUp:
    program = factories.program(workspace)
    submission = factories.submission(program)
    answer = factories.answer(submission)
    heard = factories.transcript(answer, "I have called four times and nobody rings back.")
    factories.highlight(answer, heard)
    case = follow_ups.ask(program, submission, "+34 600 000 000", "Please <b>call</b> me")
    db.session.commit()
    return case


def done(client: FlaskClient, case: FollowUp, outcome: str, saw: str | None = None) -> TestResponse:
    """`saw`: what its writer saw of it, by default how it stands."""
    db.session.expire_all()
    form = {"outcome": outcome, "seen": saw or follow_ups.seen(case)}
    return client.post(f"/follow-ups/{case.id}/done", data=form)


def test_nobody_waiting_is_said_kindly(client: FlaskClient, owner: Member) -> None:
    assert "Nobody is waiting" in sign_in(client, owner).get("/follow-ups").text
    assert "Nothing is done yet" in client.get("/follow-ups?state=done").text


def test_what_is_overdue_is_said_in_words(
    client: FlaskClient, owner: Member, case: FollowUp
) -> None:
    sign_in(client, owner)
    assert "Overdue" not in client.get("/follow-ups").text
    case.due_at = now() - timedelta(hours=3)
    db.session.commit()
    page = client.get("/follow-ups").text
    assert "Overdue" in page and "1 overdue" in page and "3 hours ago" in page
    assert "Please &lt;b&gt;call&lt;/b&gt; me" in page


@pytest.mark.parametrize("role", ["owner", "analyst", "leader", "frontline"])
def test_the_whole_team_sees_and_works_on_a_case(
    client: FlaskClient, workspace: Workspace, case: FollowUp, role: str
) -> None:
    member = factories.member(workspace, role)
    sign_in(client, member)
    path = f"/follow-ups/{case.id}"
    page = client.get(path).text
    assert "tel:+34600000000" in page and f"/voices/{case.submission_id}" in page
    assert "nobody rings back" in page
    assert client.post(path + "/owner", data={"owner": member.id}).status_code == 303
    assert client.post(path + "/notes", data={"note": "Rang, no answer"}).status_code == 303
    assert done(client, case, "Sent a new part").status_code == 303
    shown = client.get(path).text
    assert "Rang, no answer" in shown and "Sent a new part" in shown and "Done" in shown
    assert case.id in client.get("/follow-ups?state=done").text
    assert case.id not in client.get("/follow-ups").text
    assert client.post(path + "/reopen").status_code == 303
    assert case.id in client.get("/follow-ups").text


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("My number is 07700 900123.", "They said a phone number: owners and analysts can read it"),
        ("Nobody rings back.", "They left no way to reach them"),
    ],
)
def test_without_a_contact_it_says_whether_the_words_hold_one(
    client: FlaskClient, workspace: Workspace, said: str, told: str
) -> None:
    submission = factories.submission(factories.program(workspace))
    factories.transcript(factories.answer(submission), said)
    case = follow_ups.from_machine(submission, factories.need("Bereavement", said, 0.7))
    db.session.commit()
    sign_in(client, factories.member(workspace, "frontline"))
    page = client.get(f"/follow-ups/{case.id}").text
    assert told in page and "900123" not in page


def test_words_that_were_corrected_since_are_said_to_be(
    client: FlaskClient, owner: Member, case: FollowUp
) -> None:
    voice = case.submission
    assert voice is not None
    passage = voice.answers[0].transcripts[0].segments[0]
    heard = follow_ups.from_machine(voice, factories.need("Asks for a person", passage.text, 0.9))
    db.session.commit()
    where = f"/follow-ups/{heard.id}"
    page = sign_in(client, owner).get(where).text
    assert "called four times" in page and "corrected since" not in page
    passage.text = "I have called for times."
    db.session.commit()
    assert "These words were corrected since." in client.get(where).text
    assert "corrected since" not in client.get(f"/follow-ups/{case.id}").text, "they typed it"


def test_refusals_keep_what_was_typed(client: FlaskClient, owner: Member, case: FollowUp) -> None:
    sign_in(client, owner)
    path = f"/follow-ups/{case.id}"
    assert done(client, case, " ").status_code == 422
    assert client.post(path + "/notes", data={"note": ""}).status_code == 422
    assert client.post(path + "/reopen").status_code == 409
    long = done(client, case, "x" * 2001)
    assert long.status_code == 422 and "x" * 2001 in long.text
    done(client, case, "Called")
    assert done(client, case, "Called").status_code == 409


def test_who_says_what_came_of_less_than_was_heard_since_is_told(
    client: FlaskClient, owner: Member, case: FollowUp
) -> None:
    voice = case.submission
    assert voice is not None
    heard = follow_ups.from_machine(voice, factories.need("Asks for a person", "Ring me", 0.9))
    db.session.commit()
    saw, asked = follow_ups.seen(heard), follow_ups.seen(case)
    sign_in(client, owner)
    assert f'name="seen" value="{saw}"' in client.get(f"/follow-ups/{heard.id}").text
    follow_ups.from_machine(voice, factories.need("Strong distress", "I will kill myself", 0.9))
    follow_ups.ask(voice.program, voice, "+34 600 000 000", "x" * 2000)
    db.session.commit()
    assert "I will kill myself … Ring me" in client.get("/follow-ups").text
    for each, of in ((heard, saw), (case, asked)):
        late = done(client, each, "Told them by mail", of)
        assert late.status_code == 409 and "Told them by mail" in late.text
        assert follow_ups.CHANGED in late.text and each.state == "open"
        assert done(client, each, "Called").status_code == 303
    assert "The customer, " in client.get(f"/follow-ups/{case.id}").text


def test_danger_is_on_the_first_page_however_many_wait(
    client: FlaskClient, workspace: Workspace, owner: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_up_lists, "PAGE", 2)
    program = factories.program(workspace)
    waiting = [follow_ups.ask(program, None, f"a{each}@example.com") for each in range(3)]
    for each in waiting:
        each.due_at = now() - timedelta(hours=1)
    need = factories.need("Strong distress", "I will kill myself", 0.9)
    danger = follow_ups.from_machine(factories.submission(program), need)
    db.session.commit()
    sign_in(client, owner)
    first, second = (client.get(f"/follow-ups?page={page}").text for page in (1, 2))
    assert danger.id in first and "page=2" in first and "3 overdue" in first
    assert {each.id for each in waiting if each.id in second} == {each.id for each in waiting[1:]}
    assert "page=3" not in second and "Back to the first" in second


def test_a_stranger_sees_no_case(
    client: FlaskClient, owner: Member, stranger: Member, case: FollowUp
) -> None:
    sign_in(client, stranger)
    path = f"/follow-ups/{case.id}"
    assert case.id not in client.get("/follow-ups").text
    assert client.get(path).status_code == 404
    for verb in ("owner", "notes", "done", "reopen"):
        assert client.post(f"{path}/{verb}", data={"outcome": "x"}).status_code == 404


def test_a_case_is_given_to_colleagues_only(
    client: FlaskClient, owner: Member, stranger: Member, case: FollowUp
) -> None:
    sign_in(client, owner)
    answer = client.post(f"/follow-ups/{case.id}/owner", data={"owner": stranger.id})
    assert answer.status_code == 404
    db.session.refresh(case)
    assert case.owner_id is None
