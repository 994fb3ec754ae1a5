"""The versions of the words: seen beside each other, and chosen."""

from __future__ import annotations

from flask.testing import FlaskClient

from app.domain import timeline, transcripts
from app.extensions import db
from app.models import Answer, Member, Transcript
from tests.web.words.forms import form, said, where


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
