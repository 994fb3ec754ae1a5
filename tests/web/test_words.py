"""Correcting words: who may, what happens when two do it at once; what a form loses is nothing."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.domain import timeline, transcripts
from app.domain.clerk import new_token, token_hash
from app.extensions import db
from app.models import Answer, Member, Transcript, Workspace
from tests import factories
from tests.conftest import sign_in


@pytest.fixture
def token() -> str:
    return new_token()


@pytest.fixture
def answer(workspace: Workspace, token: str) -> Answer:
    submission = factories.submission(factories.program(workspace), token_hash=token_hash(token))
    return factories.answer(submission)


@pytest.fixture
def words(answer: Answer) -> Transcript:
    return factories.transcript(answer, "the male came late", "nobody called")


@pytest.fixture
def editor(client: FlaskClient, owner: Member) -> FlaskClient:
    return sign_in(client, owner)


def where(answer: Answer, rest: str = "") -> str:
    return f"/voices/{answer.submission_id}/answers/{answer.id}/words{rest}"


def form(page: str, **typed: str) -> dict[str, str]:
    """The fields of the page's form as a browser sends them; `typed` by the passage's number."""
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    areas = re.findall(
        r'<textarea[^>]* id="passage-(\d+)" name="([^"]+)".*?>\n(.*?)</textarea>', page, re.S
    )
    for number, name, text in areas:
        fields[name] = typed.pop(f"p{number}", text)
    return {**fields, **typed}


def said(words: Transcript) -> list[str]:
    db.session.expire_all()
    return [segment.text for segment in words.segments]


def test_an_editor_corrects_undoes_and_does_it_again(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    page = editor.get(where(answer)).text
    done = editor.post(where(answer), data=form(page, p1="the mail\ncame late", do="save"))
    assert done.status_code == 303
    assert said(words) == ["the mail", "came late", "nobody called"]
    page = editor.get(where(answer)).text
    assert "Saved." in page and 'aria-label="Undo: words corrected"' in page
    editor.post(where(answer), data=form(page, do="undo"))
    assert said(words) == ["the male came late", "nobody called"]
    page = editor.get(where(answer)).text
    editor.post(where(answer), data=form(page, do="redo"))
    assert said(words)[0] == "the mail"
    page = editor.get(where(answer)).text
    ids = re.findall(r'value="merge:(\d+)"', page)
    editor.post(where(answer), data=form(page, do=f"merge:{ids[0]}"))
    page = editor.get(where(answer)).text
    editor.post(where(answer), data=form(page, do=f"unclear:{ids[0]}"))
    assert said(words) == ["the mail came late", "nobody called"]
    assert "Unclear: nobody could" in editor.get(where(answer)).text
    voice = editor.get(f"/voices/{answer.submission_id}").text
    assert "corrected by your team" in voice and where(answer) in voice
    assert '<span class="chip">unclear</span>' in voice


def test_what_was_typed_before_an_undo_can_be_done_again(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    page = editor.get(where(answer)).text
    editor.post(where(answer), data=form(page, p1="the mail came late"))
    page = editor.get(where(answer)).text
    editor.post(where(answer), data=form(page, p2="nobody rang", do="undo"))
    assert said(words) == ["the mail came late", "nobody called"]
    editor.post(where(answer), data=form(editor.get(where(answer)).text, do="redo"))
    assert said(words) == ["the mail came late", "nobody rang"]


def test_who_comes_second_gets_a_sentence_and_loses_nothing(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    first = second = editor.get(where(answer)).text
    third = form(first, p2="Quetzals called")
    editor.post(where(answer), data=form(first, p1="the mail came late"))
    refused = editor.post(where(answer), data=form(second, p1="the whale came late"))
    assert refused.status_code == 409
    assert "These words were changed meanwhile" in refused.text
    assert "the whale came late</textarea>" in refused.text
    assert "Now stands here: “the mail came late”" in refused.text
    assert said(words)[0] == "the mail came late"
    assert editor.post(where(answer), data=form(refused.text)).status_code == 303
    assert said(words)[0] == "the whale came late"

    ids = [segment.id for segment in words.segments]
    page = editor.get(where(answer)).text
    editor.post(where(answer), data=form(page, do=f"merge:{ids[0]}"))
    refused = editor.post(where(answer), data=third)
    assert refused.status_code == 409 and "“Quetzals called”" in refused.text


def test_in_place_it_answers_with_the_form_itself(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    sent = form(editor.get(where(answer)).text, p1="the mail came late")
    got = editor.post(where(answer), data=sent, headers={"HX-Request": "true"})
    assert got.status_code == 200
    assert 'name="edition" value="1"' in got.text and "Saved." in got.text


@pytest.mark.parametrize("rest", ["", "/replace", "/versions"])
def test_only_editors_of_this_workspace_come_in(
    client: FlaskClient, teammate: Member, stranger: Member, answer: Answer, words: Transcript,
    rest: str,
) -> None:  # fmt: skip
    for person in (teammate, stranger):
        visitor = sign_in(client, person)
        assert visitor.get(where(answer, rest)).status_code == 404
        sent = {"edition": "0", "transcript": words.id, f"text-{words.segments[0].id}": "mine"}
        assert visitor.post(where(answer, rest), data=sent).status_code == 404
    assert said(words)[0] == "the male came late"
    assert (
        where(answer) not in sign_in(client, teammate).get(f"/voices/{answer.submission_id}").text
    )


def test_odd_forms_change_nothing(editor: FlaskClient, answer: Answer, words: Transcript) -> None:
    fine = {"edition": "0", "transcript": words.id}
    number = words.segments[0].id
    for odd, status in (
        ({}, 422), ({**fine, "edition": "x"}, 422), ({**fine, "text-x": "a"}, 422),
        ({**fine, "transcript": "other"}, 409), ({**fine, "edition": "7"}, 409),
        ({**fine, "do": f"explode:{number}"}, 422), ({**fine, "do": "merge:x"}, 422),
        ({**fine, "do": "merge:99999"}, 422), ({**fine, "do": "undo"}, 409),
        ({**fine, f"text-{number}": "x" * 2001}, 422),
    ):  # fmt: skip
        assert editor.post(where(answer), data=odd).status_code == status, odd
    assert editor.post(where(answer, "/versions"), data={"do": "dance"}).status_code == 422
    assert said(words) == ["the male came late", "nobody called"]


def test_hostile_words_stay_words(editor: FlaskClient, answer: Answer, words: Transcript) -> None:
    hostile = "</textarea><script>alert(1)</script>"
    editor.post(where(answer), data=form(editor.get(where(answer)).text, p1=hostile))
    assert said(words)[0] == hostile
    for rest in ("", "/versions", "/replace?find=script"):
        page = editor.get(where(answer, rest)).text
        assert "<script>alert" not in page and "&lt;" in page


def test_find_and_replace_counts_shows_and_leaves_out(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    page = editor.get(where(answer, "/replace?find=a&with=o&parts=yes")).text
    assert "4 places in 2 passages" in page
    ids = re.findall(r'name="only" value="(\d+)" checked', page)
    sent = {**form(page), "only": ids[1]}
    for odd in ("²", "9" * 5000):
        refused = editor.post(where(answer, "/replace"), data={**sent, "only": odd})
        assert 400 <= refused.status_code < 500
    done = editor.post(where(answer, "/replace"), data=sent)
    assert done.status_code == 303
    assert said(words) == ["the male came late", "nobody colled"]
    stale = editor.post(where(answer, "/replace"), data=sent)
    assert stale.status_code == 409 and "Somebody changed these words meanwhile" in stale.text
    assert "Nothing of that is said here" in editor.get(where(answer, "/replace?find=zebra")).text
    assert "Say which words" in editor.get(where(answer, "/replace?find=+")).text


def test_both_versions_are_seen_and_the_machines_put_back(
    editor: FlaskClient, answer: Answer, words: Transcript, owner: Member, token: str
) -> None:
    mine = f"/mine/{token}/answers/{answer.id}/words"
    editor.post(mine, data=form(editor.get(mine).text, p2="nobody rang me"))
    editor.post(where(answer), data=form(editor.get(where(answer)).text, p1="the mail came late"))
    page = editor.get(where(answer, "/versions")).text
    assert "corrected by your team and, before that, by the customer" in page
    assert "As the customer left them" in page and "As the machine heard them" in page
    assert "by the customer" in page and owner.name in page
    done = editor.post(where(answer, "/versions"), data={"do": "restore", "edition": "2"})
    assert done.status_code == 303
    assert said(words) == ["the male came late", "nobody called"]
    late = editor.post(where(answer, "/versions"), data={"do": "restore", "edition": "2"})
    assert late.status_code == 409


def test_a_newer_transcript_waits_for_a_choice(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    editor.post(where(answer), data=form(editor.get(where(answer)).text, p1="the mail came late"))
    newer = transcripts.publish(
        answer, engine="whisper", model="large", version="2", language="en", duration_s=5.0,
        segments=[timeline.Segment(0.0, 5.0, "The mule came late.", 0.9)],
    )  # fmt: skip
    db.session.commit()
    voice = editor.get(f"/voices/{answer.submission_id}").text
    assert (
        "the mail came late" in voice.replace("</span> ", " ").replace("</span>", "")
        or "mail" in voice
    )
    assert "mule" not in voice and "Choose which ones count" in voice
    page = editor.get(where(answer, "/versions")).text
    assert "The mule came late." in page
    editor.post(where(answer, "/versions"), data={"do": "keep"})
    assert "Choose which" not in editor.get(f"/voices/{answer.submission_id}").text
    editor.post(where(answer, "/versions"), data={"do": f"use:{newer.id}"})
    assert "mule" in editor.get(f"/voices/{answer.submission_id}").text
    assert editor.post(where(answer, "/versions"), data={"do": "use:nothing"}).status_code == 404


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


def test_an_editor_names_who_speaks(editor: FlaskClient, answer: Answer, words: Transcript) -> None:
    """One form: the names come with the words, and a refused one shows them again."""
    first = form(editor.get(where(answer)).text)
    editor.post(where(answer), data={**first, "do": f"speaker:{words.segments[1].id}:2"})
    page = editor.get(where(answer)).text
    assert "Speaker 1" in page and 'name="speaker-2"' in page
    named = {"speaker-1": "Ana", "speaker-2": "<Jo>", "customer-2": "on"}

    editor.post(where(answer), data={**form(page), **named, "do": "save"})

    assert words.speakers == [[1, "Ana", False], [2, "<Jo>", True]]
    assert "Said by &lt;Jo&gt;" in editor.get(where(answer)).text
    assert "Ana" in editor.get(f"/voices/{answer.submission_id}").text
    stale = editor.post(where(answer), data={**form(page), **named, "speaker-1": "Bea"})
    assert stale.status_code == 409 and 'value="Bea"' in stale.text


def test_names_typed_before_an_undo_or_redo_are_kept(
    editor: FlaskClient, answer: Answer, words: Transcript
) -> None:
    for number, segment in enumerate(words.segments, 1):
        segment.speaker = number
    db.session.commit()
    page = form(editor.get(where(answer)).text)
    editor.post(where(answer), data={**page, "do": f"speaker:{words.segments[0].id}:2"})
    moved = form(editor.get(where(answer)).text)
    editor.post(where(answer), data={**moved, "speaker-2": "Ana", "customer-2": "on", "do": "undo"})
    db.session.expire_all()
    assert [segment.speaker for segment in words.segments] == [1, 2]
    assert words.speakers == [[2, "Ana", True]]

    page = form(editor.get(where(answer)).text)
    bea = {"speaker-1": "Jo", "speaker-2": "Bea", "do": "redo"}
    refused = editor.post(where(answer), data={**page, **bea})
    assert refused.status_code == 422 and 'value="Bea"' in refused.text
    db.session.expire_all()
    assert [segment.speaker for segment in words.segments] == [1, 2]
    editor.post(where(answer), data={**page, **bea, "customer-2": "on"})
    db.session.expire_all()
    assert [segment.speaker for segment in words.segments] == [2, 2]
    assert words.speakers == [[1, "Jo", False], [2, "Bea", True]]

    # The one who is left need not be the customer: nobody is asked to say so before undoing it.
    page = form(editor.get(where(answer)).text)
    assert editor.post(where(answer), data={**page, "do": "undo"}).status_code == 303
