"""Customers correct their own words."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.models import Answer, Transcript
from tests import factories
from tests.web.words.forms import form, said


def test_a_customer_corrects_their_own_words_and_takes_it_back(
    client: FlaskClient, answer: Answer, words: Transcript, token: str
) -> None:
    mine = f"/mine/{token}/answers/{answer.id}/words"
    assert mine in client.get(f"/mine/{token}").text
    page = client.get(mine)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    done = client.post(mine, data=form(page.text, p1="the mail came late"))
    assert done.status_code == 303
    assert said(words)[0] == "the mail came late" and words.segments[0].edited_by == "customer"
    assert "the mail came late" in client.get(f"/mine/{token}").text
    page = client.get(mine)
    assert "Take my last correction back" in page.text
    stale = client.post(mine, data=form(page.text, p1="mine", edition="0"))
    assert stale.status_code == 409 and "mine</textarea>" in stale.text
    assert (
        "Estas palabras se han cambiado"
        in client.post(f"{mine}?lang=es", data=form(page.text, p1="mine", edition="0")).text
    )
    client.post(mine, data=form(page.text, do="undo"))
    assert said(words)[0] == "the male came late"
    assert "Take my last" not in client.get(mine).text


def test_nobody_elses_words_are_reached_by_a_personal_link(
    client: FlaskClient, answer: Answer, words: Transcript, token: str
) -> None:
    other = factories.answer(factories.submission(answer.submission.program))
    factories.transcript(other, "not yours")
    written = factories.answer(answer.submission, "text", written_text="typed")
    factories.transcript(written, "typed", engine="written")
    for each in (other, written):
        mine = f"/mine/{token}/answers/{each.id}/words"
        assert client.get(mine).status_code == 404
        assert client.post(mine, data={"edition": "0", "transcript": "x"}).status_code == 404
    mine = f"/mine/{token}/answers/{answer.id}/words"
    assert client.get(mine).status_code == 200
    client.post(f"/mine/{token}/withdrawal", data={"confirmation": "withdraw"})
    assert client.get(mine).status_code == 404
