"""Customers correct their own words."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app.domain import editing, editing_limits
from app.extensions import db
from app.models import Answer, Member, Transcript
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


def test_it_is_said_who_wrote_the_words(
    client: FlaskClient, answer: Answer, words: Transcript, token: str, owner: Member
) -> None:
    mine = f"/mine/{token}/answers/{answer.id}/words"
    page = client.get(mine).text
    assert "A machine wrote this down and may have misheard you." in page
    assert "Corrected by" not in page
    first, second = (segment.id for segment in words.segments)
    editing.save(words, words.edition, editing.staff(owner), {first: "the mail came late"})
    db.session.commit()
    client.post(mine, data=form(client.get(mine).text, p2="nobody rang me"))
    page = client.get(mine).text
    assert "A machine wrote this down first." in page and "misheard" not in page
    one, _, other = page.partition(f'name="text-{second}"')
    assert "Corrected by the team" in one and "Corrected by you" not in one
    assert "Corrected by you" in other and "Corrected by the team" not in other
    assert "Corregido por ti" in client.get(f"{mine}?lang=es").text


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


def test_more_than_a_recording_can_hold_is_refused_and_still_on_the_page(
    client: FlaskClient, answer: Answer, words: Transcript, token: str
) -> None:
    mine, edition = f"/mine/{token}/answers/{answer.id}/words", words.edition
    lines = "\n".join("a" * 999)
    many = factories.transcript(answer, *["late"] * 10)
    page = client.get(mine).text
    split = client.post(mine, data=form(page, p1=lines, p2=lines, p3=lines))
    assert split.status_code == 422 and "more passages than can be taken here" in split.text
    assert split.text.count(lines) == 3
    long = dict.fromkeys((f"p{number}" for number in range(1, 11)), "late " * 380)
    told = client.post(mine, data=form(page, **long))
    assert told.status_code == 422 and "longer than what can be taken here" in told.text
    assert told.text.count(("late " * 380).strip()) == 10
    assert said(many) == ["late"] * 10 and many.edition == edition
    assert client.post(mine, data=form(page, p1=lines)).status_code == 303


def test_a_customer_corrects_so_and_so_often(
    client: FlaskClient,
    answer: Answer,
    words: Transcript,
    token: str,
    owner: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(editing_limits, "MOST_OWN_EDITS", 2)
    mine = f"/mine/{token}/answers/{answer.id}/words"
    for text in ("one", "two"):
        assert client.post(mine, data=form(client.get(mine).text, p1=text)).status_code == 303
    refused = client.post(mine, data=form(client.get(mine).text, p1="three"))
    assert refused.status_code == 422 and "three</textarea>" in refused.text
    assert "as often as can be done here" in refused.text and said(words)[0] == "two"
    first = words.segments[0].id
    editing.save(words, words.edition, editing.staff(owner), {first: "three"})
    db.session.commit()
    assert said(words)[0] == "three"


@pytest.mark.parametrize("do", ["speaker:{}:2", "merge:{}", "split:{}:1", "unclear:{}", "redo"])
def test_what_their_page_has_no_button_for_is_refused_with_what_they_typed(
    client: FlaskClient, answer: Answer, words: Transcript, token: str, do: str
) -> None:
    mine, first = f"/mine/{token}/answers/{answer.id}/words", words.segments[0].id
    client.post(mine, data=form(client.get(mine).text, p1="the mail came late"))
    client.post(mine, data=form(client.get(mine).text, do="undo"))
    page = client.get(mine).text
    refused = client.post(mine, data=form(page, p1="the nail came late", do=do.format(first)))
    assert refused.status_code == 422 and "the nail came late</textarea>" in refused.text
    assert "That can&#39;t be done at this address." in refused.text
    assert said(words) == ["the male came late", "nobody called"]
    assert {segment.speaker for segment in words.segments} == {0}
    assert [edit.state for edit in words.edits] == ["undone"]
