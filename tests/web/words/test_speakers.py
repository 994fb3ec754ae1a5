"""Staff name who speaks, in the form of the words."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.extensions import db
from app.models import Answer, Member, Transcript
from tests import factories
from tests.web.words.forms import form, where


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


def test_naming_is_among_the_versions_and_is_undone(
    editor: FlaskClient, answer: Answer, words: Transcript, owner: Member
) -> None:
    for number, segment in enumerate(words.segments, 1):
        segment.speaker = number
    db.session.commit()
    page = editor.get(where(answer)).text
    named = {"speaker-1": "Ana", "speaker-2": "Jo", "customer-2": "on", "do": "save"}
    editor.post(where(answer), data={**form(page), **named})

    page = editor.get(where(answer, "/versions")).text
    assert "Speakers named" in page and owner.name in page
    assert "Ana, not the customer" in page and "Nobody corrected them" in page
    assert "corrected by" not in editor.get(f"/voices/{answer.submission_id}").text
    page = editor.get(where(answer)).text
    assert "Undo: speakers named" in page
    editor.post(where(answer), data={**form(page), "do": "undo"})
    page = editor.get(where(answer)).text
    assert 'value="Ana"' not in page and "Do again: speakers named" in page
    assert "Undone since" in editor.get(where(answer, "/versions")).text
    editor.post(where(answer), data={**form(page), "do": "redo"})
    assert 'value="Ana"' in editor.get(where(answer)).text


def test_customers_get_their_own_words_and_nobodys_name_for_them(
    client: FlaskClient, answer: Answer, token: str
) -> None:
    talk = factories.talk(answer, (1, "How was it?"), (2, "I'm Ana Ruiz and it came late."))
    talk.speakers = [[1, "Interviewer", False], [2, "Serial complainer", True]]
    db.session.commit()
    assert answer.recording is not None
    told = client.get(f"/mine/{token}/recordings/{answer.recording.id}/captions.vtt").text
    assert "<v Interviewer>How was it?" in told
    assert "<v Speaker 2>I'm Ana Ruiz and it came late." in told and "Serial" not in told
