"""Correcting words: who may, what happens when two do it at once; what a form loses is nothing."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from app.models import Answer, Member, Transcript
from tests.conftest import sign_in
from tests.web.words.forms import form, said, where


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
        ({**fine, "edition": "9" * 10}, 422), ({**fine, "edition": "9" * 9}, 409),
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
